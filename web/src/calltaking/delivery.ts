import type { Delivery, IncidentDetail } from "./wire";

/** A briefing that has not reached the car by then is told by radio. */
export const lateAfter = 10_000; // ms

/** Not at the unit in time. The server's own alarm counts at once, the clock here where that cannot be heard. */
export function isLate(delivery: Delivery, now: number): boolean {
  if (delivery.delivered_at !== undefined) return false;
  return delivery.alerted_at !== undefined || now - Date.parse(delivery.sent_at) > lateAfter;
}

/** The same delivery heard twice, or out of order: what is known of it stays known. */
export function withDelivery(all: readonly Delivery[], news: Delivery): Delivery[] {
  const same = (each: Delivery) => each.unit_id === news.unit_id && each.revision === news.revision;
  const known = all.find(same);
  return [...all.filter((each) => !same(each)), { ...known, ...news }];
}

/**
 * What a unit should have by now and has not: its oldest late briefing that no
 * delivered one replaces. A newer revision on its way does not make up for it.
 */
export function lateBriefing(unit: string, all: readonly Delivery[], now: number): Delivery | undefined {
  const own = all.filter(({ unit_id }) => unit_id === unit).sort((a, b) => a.revision - b.revision);
  const had = own.findLast(({ delivered_at }) => delivered_at !== undefined)?.revision ?? 0;
  return own.find((each) => each.revision > had && isLate(each, now));
}

/** The late briefings of the units that are still on their way or there. */
export function lateBriefings(
  { assignments, deliveries }: Pick<IncidentDetail, "assignments" | "deliveries">,
  now: number,
): Delivery[] {
  return assignments
    .filter(({ status }) => status !== "cleared" && status !== "cancelled")
    .flatMap(({ unit_id }) => lateBriefing(unit_id, deliveries, now) ?? []);
}
