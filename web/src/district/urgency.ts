import type { Schemas } from "../api/client";

export type FollowUp = Schemas["OutcomeFollowUp"];

/** Why a case waits, the most urgent first: this is also the order on the page. */
export const urgencies = ["overdue", "disagreement", "today", "untold", "later"] as const;
export type Urgency = (typeof urgencies)[number];

export function urgencyOf(item: FollowUp, now: Date): Urgency {
  if (item.overdue) return "overdue";
  switch (item.reason) {
    case "disagreement":
      return "disagreement";
    case "no_outcome":
      return "untold";
    case "due":
      return item.due_at !== undefined && new Date(item.due_at).toDateString() === now.toDateString()
        ? "today"
        : "later";
  }
}

/** The cases of each urgency that has any: the highest risk first, then what waits longest. */
export function byUrgency(items: readonly FollowUp[], now: Date): { urgency: Urgency; items: FollowUp[] }[] {
  return urgencies
    .map((urgency) => ({
      urgency,
      items: items.filter((item) => urgencyOf(item, now) === urgency).sort(riskThenAge),
    }))
    .filter((group) => group.items.length > 0);
}

const risks = ["high", "medium", "", "low"]; // not graded may be anything: before low

function riskThenAge(a: FollowUp, b: FollowUp): number {
  const since = ({ due_at, received_at }: FollowUp) => Date.parse(due_at ?? received_at);
  return risks.indexOf(a.risk_level) - risks.indexOf(b.risk_level) || since(a) - since(b);
}
