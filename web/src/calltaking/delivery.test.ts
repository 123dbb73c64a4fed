import { expect, test } from "vitest";
import { isLate, withDelivery } from "./delivery";
import type { Delivery } from "./wire";

const sent: Delivery = {
  briefing_id: "b",
  call_sign: "N-101",
  incident_id: "i",
  revision: 1,
  sent_at: "2026-05-03T22:14:00Z",
  seq: 4,
  topic: "unit:u",
  unit_id: "u",
};
const after = (seconds: number) => Date.parse(sent.sent_at) + seconds * 1000;

test("a briefing is late after ten seconds without a delivery", () => {
  expect(isLate(sent, after(9))).toBe(false);
  expect(isLate(sent, after(11))).toBe(true);
  expect(isLate({ ...sent, delivered_at: "2026-05-03T22:14:01Z" }, after(60))).toBe(false);
});

test("the server's alarm counts at once, until the briefing arrives after all", () => {
  const alerted = { ...sent, alerted_at: "2026-05-03T22:14:10Z" };
  expect(isLate(alerted, after(1))).toBe(true);
  expect(isLate({ ...alerted, delivered_at: "2026-05-03T22:14:30Z" }, after(31))).toBe(false);
});

test("news out of order takes nothing back", () => {
  const read = { ...sent, delivered_at: "2026-05-03T22:14:01Z", read_at: "2026-05-03T22:14:09Z" };
  expect(withDelivery([read], sent)).toEqual([read]);
  expect(withDelivery([read], { ...sent, revision: 2 })).toHaveLength(2);
});
