import type { Severity } from "../ui/Tag";
import type { Incident } from "./wire";

export const stateSeverity: Record<Incident["state"], Severity> = {
  open: "caution",
  dispatched: "info",
  on_scene: "good",
  closed: "neutral",
};

/** The severity words of the rules; one that a newer server adds is shown without colour. */
export function severityOf(word: string): Severity {
  switch (word) {
    case "critical":
    case "high":
    case "caution":
    case "info":
      return word;
    default:
      return "neutral";
  }
}

/** Priority 1 is immediate. */
export function prioritySeverity(level: number): Severity {
  return level <= 1 ? "critical" : level === 2 ? "high" : level === 3 ? "caution" : "info";
}
