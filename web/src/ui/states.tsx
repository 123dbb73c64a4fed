import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { clockTime } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { Button } from "./Button";
import { Icon, type IconName } from "./Icon";

// An empty screen never lies. Found nothing, did not look and cannot know are
// three different things, and look like it.

function State({
  kind,
  icon,
  title,
  children,
}: {
  kind: string;
  icon: IconName;
  title: string;
  children?: ReactNode;
}) {
  return (
    <div className={`state state-${kind}`}>
      <Icon name={icon} size="1.5em" />
      <div className="state-words">
        <p className="state-title">{title}</p>
        {children}
      </div>
    </div>
  );
}

/** Looked, and there is nothing: "No history found". */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <State kind="empty" icon="good" title={title}>
      {children}
    </State>
  );
}

/** Nobody has looked yet; `children` says what to do, or holds the button. */
export function NotSearched({ title, children }: { title?: string; children?: ReactNode }) {
  const { t } = useTranslation("ui");
  return (
    <State kind="not-searched" icon="search" title={title ?? t("notSearched")}>
      {children}
    </State>
  );
}

/** Cannot know: the line is down. What stood here before must not be taken for the truth. */
export function NoData({ offlineSince, children }: { offlineSince: Date | null; children?: ReactNode }) {
  const { t } = useTranslation("ui");
  const { language } = useLanguage();
  const title =
    offlineSince === null ? t("noData") : t("noDataSince", { time: clockTime(offlineSince, language) });
  return (
    <State kind="no-data" icon="offline" title={title}>
      {children}
    </State>
  );
}

/** The server was asked and refused or broke. `words` comes from api/problem. */
export function Failed({ title, words, onRetry }: { title?: string; words?: string; onRetry?: () => void }) {
  const { t } = useTranslation("ui");
  return (
    <div role="alert">
      <State kind="failed" icon="critical" title={title ?? t("failed")}>
        {words !== undefined && <p>{words}</p>}
        {onRetry && (
          <Button size="small" icon="sync" onPress={onRetry}>
            {t("retry")}
          </Button>
        )}
      </State>
    </div>
  );
}

/** On its way; `lines` keeps the room that the answer will need. */
export function Loading({ label, lines = 3 }: { label?: string; lines?: number }) {
  const { t } = useTranslation("ui");
  return (
    <div className="loading" role="status">
      <p className="loading-label">
        <span className="spinner" />
        {label ?? t("loading")}
      </p>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} className="loading-line" />
      ))}
    </div>
  );
}
