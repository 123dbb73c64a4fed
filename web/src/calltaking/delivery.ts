import type { Delivery } from "./wire";

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
