import type { Assignment, Deadlines, Delivery, Escalation } from "./wire";

export const steps = ["delivered", "displayed", "read"] as const;
/** What a unit does with a revision, one after the other. */
export type Step = (typeof steps)[number];

/** What a unit has not done yet, by when it should, and who was told that it is late. */
export type Lateness = {
  step: Step;
  /** When the oldest revision was sent that the unit lacks; ms. */
  since: number;
  /** Unknown while the deadlines are. */
  due: number | undefined;
  isLate: boolean;
  told: Escalation[];
};

/** The same delivery heard twice, or out of order: what is known of it stays known. */
export function withDelivery(all: readonly Delivery[], news: Delivery): Delivery[] {
  const same = (each: Delivery) => each.unit_id === news.unit_id && each.revision === news.revision;
  const known = all.find(same);
  return [...all.filter((each) => !same(each)), { ...known, ...news }];
}

/** What one unit was sent, the oldest revision first. */
export function sentTo(unit: string, all: readonly Delivery[]): Delivery[] {
  return all.filter(({ unit_id }) => unit_id === unit).sort((a, b) => a.revision - b.revision);
}

/** The revisions after the last one with which the unit did a step, or of which it was told by radio. */
function behind(sent: readonly Delivery[], step: Step): Delivery[] {
  const done = sent.findLastIndex((d) => d[`${step}_at`] !== undefined || d.told_by_radio_at !== undefined);
  return sent.slice(done + 1);
}

/** How long after the step before it one is not late yet; the server's GraceToDisplay and GraceToRead, in ms. */
const grace = { delivered: 0, displayed: 2_000, read: 10_000 };

/**
 * By when the unit should do a step, but not before it had a moment after the step before;
 * undefined when it did, or nobody knows.
 */
export function dueAt(
  sent: readonly Delivery[],
  step: Step,
  deadlines: Deadlines | undefined,
): number | undefined {
  const lacked = behind(sent, step);
  const [first] = lacked;
  if (first === undefined || deadlines === undefined) return undefined;
  const before = steps[steps.indexOf(step) - 1];
  const came = lacked.flatMap((d) => (before && d[`${before}_at`]) ?? []).map((at) => Date.parse(at));
  const least = came.length > 0 ? Math.min(...came) + grace[step] : 0;
  return Math.max(Date.parse(first.sent_at) + deadlines[`${step}_s`] * 1000, least);
}

/**
 * The first step that the newest revision lacks, by the same rule as the server's
 * Missing: a newer revision takes the place of those before it and gives no more
 * time. The server's own alarm counts at once, the clock here where that cannot be
 * heard. Null when the unit has read it, or was told by radio.
 */
export function lateness(
  sent: readonly Delivery[],
  deadlines: Deadlines | undefined,
  now: number,
): Lateness | null {
  for (const step of steps) {
    const lacked = behind(sent, step);
    const [first] = lacked;
    if (first === undefined) continue;
    const told = lacked.flatMap(({ late }) => late ?? []).filter((each) => each.step === step);
    const due = dueAt(sent, step, deadlines);
    const isLate = told.length > 0 || (due !== undefined && now > due);
    return { step, since: Date.parse(first.sent_at), due, isLate, told };
  }
  return null;
}

/** A unit to call on the radio: what it was sent last, and what it has not done with it. */
export type LateUnit = { newest: Delivery; lateness: Lateness };

/** The late units among those that are still on their way or there. */
export function lateUnits(
  { assignments, deliveries }: { assignments: readonly Assignment[]; deliveries: readonly Delivery[] },
  deadlines: Deadlines | undefined,
  now: number,
): LateUnit[] {
  return assignments
    .filter(({ status }) => status !== "cleared" && status !== "cancelled")
    .flatMap(({ unit_id }) => {
      const sent = sentTo(unit_id, deliveries);
      const found = lateness(sent, deadlines, now);
      const newest = sent.at(-1);
      return found?.isLate === true && newest !== undefined ? [{ newest, lateness: found }] : [];
    });
}
