import type { ReactNode } from "react";
import type { Severity } from "./Tag";

/** What happened, newest first: a list of TimelineEntry. */
export function Timeline({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ol className="timeline" aria-label={label}>
      {children}
    </ol>
  );
}

/** `when` is already in words (i18n/time); `at` is the exact time. `old` fades what is no longer fresh, without hiding it. */
export function TimelineEntry({
  at,
  when,
  title,
  severity = "neutral",
  aside,
  old = false,
  children,
}: {
  at: Date;
  when: string;
  title: ReactNode;
  severity?: Severity;
  aside?: ReactNode;
  old?: boolean;
  children?: ReactNode;
}) {
  return (
    <li className={`timeline-entry timeline-${severity}${old ? " timeline-old" : ""}`}>
      <time className="timeline-when" dateTime={at.toISOString()}>
        {when}
      </time>
      <span className="timeline-dot" />
      <div className="timeline-what">
        <div className="timeline-title">
          <span>{title}</span>
          {aside}
        </div>
        {children}
      </div>
    </li>
  );
}
