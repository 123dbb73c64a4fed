import { expect, test } from "vitest";
import { isLate, lateBriefing, lateBriefings, withDelivery } from "./delivery";
import type { Assignment, Delivery } from "./wire";

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

test("a newer revision on its way does not silence the alarm; one that arrived does", () => {
  const second = { ...sent, revision: 2, sent_at: "2026-05-03T22:14:12Z" };
  expect(lateBriefing("u", [second, sent], after(13))).toEqual(sent);
  const arrived = { ...second, delivered_at: "2026-05-03T22:14:13Z" };
  expect(lateBriefing("u", [arrived, sent], after(60))).toBeUndefined();
  expect(lateBriefing("another", [sent], after(60))).toBeUndefined();
});

test("a unit that has cleared is not called on the radio", () => {
  const assignment: Assignment = {
    id: "a",
    assigned_at: sent.sent_at,
    call_sign: "N-101",
    incident_id: "i",
    status: "en_route",
    unit_id: "u",
  };
  const deliveries = [sent];
  expect(lateBriefings({ assignments: [assignment], deliveries }, after(60))).toEqual([sent]);
  expect(
    lateBriefings({ assignments: [{ ...assignment, status: "cleared" }], deliveries }, after(60)),
  ).toEqual([]);
});
