import { lateness, type Lateness, type Step } from "../delivery/deadline";
import type { Deadlines } from "../delivery/wire";
import type { Unread } from "./wire";

/** Why a briefing stands in the list, the most pressing first. */
export const whys = ["delivered", "displayed", "read", "radio", "inTime"] as const;
export type Why = Step | "radio" | "inTime";

export type Waiting = Unread & { late: Lateness | null };

/** The briefings by what is missing, in each group the one that waits longest first. */
export function byWhy(
  items: readonly Unread[],
  deadlines: Deadlines | undefined,
  now: number,
): { why: Why; items: Waiting[] }[] {
  const groups = new Map<Why, Waiting[]>(whys.map((why) => [why, []]));
  for (const item of items) {
    const late = lateness(item.deliveries, deadlines, now);
    const why = late === null ? "radio" : late.isLate ? late.step : "inTime";
    groups.get(why)?.push({ ...item, late });
  }
  const since = ({ late, assignment }: Waiting) => late?.since ?? Date.parse(assignment.assigned_at);
  return [...groups]
    .filter(([, found]) => found.length > 0)
    .map(([why, found]) => ({ why, items: found.sort((a, b) => since(a) - since(b)) }));
}
