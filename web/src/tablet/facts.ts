import type { Severity } from "../ui/Tag";
import type { Briefing } from "./work";

type Flag = Briefing["flags"][number];

/** The facts that are read in five seconds. */
export const most = 3;

/** The flags that stand: not overruled, and not so old that they only advise. The server sends the gravest first. */
export function standing(flags: readonly Flag[]): Flag[] {
  return flags.filter((flag) => !flag.old && flag.overruled === undefined);
}

/** The others: still to be known, and not to be taken for what is so now. */
export function fallen(flags: readonly Flag[]): Flag[] {
  return flags.filter((flag) => flag.old || flag.overruled !== undefined);
}

export type Gravity = Exclude<Severity, "good" | "neutral">;

/** The severity words of the rules; one that a newer server adds is a note. */
export function gravityOf(word: string): Gravity {
  return word === "critical" || word === "high" || word === "caution" ? word : "info";
}

/** How a priority looks: 1 is immediate. */
export function gravityOfPriority(level: number): Gravity {
  return (["critical", "high", "caution"] as const)[level - 1] ?? "info";
}
