import type { Severity } from "../ui/Tag";
import type { Briefing } from "./keep";

const order = ["critical", "high", "caution", "info"];

/** The flags that count, the worst first; the server's order decides between equals. */
export function countingFlags({ flags }: Pick<Briefing, "flags">): Briefing["flags"] {
  const rank = (severity: string) => (order.indexOf(severity) + order.length + 1) % (order.length + 1);
  return flags
    .filter((flag) => flag.overruled === undefined)
    .sort((a, b) => rank(a.severity) - rank(b.severity) || Number(a.old) - Number(b.old));
}

/** The severity words of the rules; one that a newer server adds is shown without colour. */
export function severityOf(word: string): Severity {
  return order.includes(word) ? (word as Severity) : "neutral";
}

export function prioritySeverity(level: number): Severity {
  return level <= 1 ? "critical" : level === 2 ? "high" : level === 3 ? "caution" : "info";
}
