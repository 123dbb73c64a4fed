import type { ReactNode } from "react";
import { Icon, type IconName } from "./Icon";

/** How much a thing matters. Colour comes second: a Tag always carries a drawing and words. */
export type Severity = "critical" | "high" | "caution" | "info" | "good" | "neutral";

const icons: Record<Severity, IconName | undefined> = {
  critical: "critical",
  high: "high",
  caution: "caution",
  info: "info",
  good: "good",
  neutral: undefined,
};

/** A word or two about something. `solid` is for the one tag that must be seen first. */
export function Tag({
  severity = "neutral",
  solid = false,
  icon = icons[severity],
  children,
}: {
  severity?: Severity;
  solid?: boolean;
  icon?: IconName | undefined;
  children: ReactNode;
}) {
  return (
    <span className={`tag tag-${severity}${solid ? " tag-solid" : ""}`}>
      {icon && <Icon name={icon} size="1.1em" />}
      {children}
    </span>
  );
}
