import { useId, type ReactNode } from "react";
import { AsOf } from "./AsOf";
import type { Severity } from "./Tag";

/** A titled part of a page. What comes from the server says as of when it is true. */
export function Card({
  title,
  level = 2,
  asOf,
  actions,
  severity,
  flush = false,
  className = "",
  children,
}: {
  title: ReactNode;
  level?: 2 | 3;
  asOf?: Date | undefined;
  /** Buttons or a tag at the right of the title. */
  actions?: ReactNode;
  /** Marks the edge; the words inside must say it too. */
  severity?: Severity | undefined;
  /** Lists and tables reach the edges. */
  flush?: boolean;
  className?: string;
  children: ReactNode;
}) {
  const heading = useId();
  const Heading = `h${level}` as const;
  const marked = severity === undefined ? "" : `card-marked card-${severity}`;
  return (
    <section className={`card ${marked} ${className}`} aria-labelledby={heading}>
      <header className="card-head">
        <Heading id={heading} className="card-title">
          {title}
        </Heading>
        {asOf !== undefined && <AsOf at={asOf} />}
        {actions !== undefined && <div className="card-actions">{actions}</div>}
      </header>
      <div className={flush ? "card-body card-flush" : "card-body"}>{children}</div>
    </section>
  );
}
