import { expect, test } from "vitest";
import type { Delivery } from "../delivery/wire";
import type { Unread } from "./wire";
import { byWhy } from "./waiting";

const at = (seconds: number) => new Date(Date.parse("2026-05-03T22:14:00Z") + seconds * 1000).toISOString();
const deadlines = { delivered_s: 10, displayed_s: 30, read_s: 60, supervisor_s: 20, changed_at: at(0) };

function unread(unit: string, sent: number, facts: Partial<Delivery> = {}): Unread {
  return {
    number: "260503-0001",
    class: "dv",
    assignment: {
      id: unit,
      incident_id: "i",
      unit_id: unit,
      call_sign: unit,
      status: "assigned",
      assigned_at: at(sent),
    },
    deliveries: [
      {
        briefing_id: "b",
        revision: 1,
        incident_id: "i",
        unit_id: unit,
        call_sign: unit,
        topic: `unit:${unit}`,
        seq: 1,
        sent_at: at(sent),
        ...facts,
      },
    ],
  };
}

test("what is most pressing stands first, and what waits longest first among its like", () => {
  const items = [
    unread("in time", 95),
    unread("on no screen", 20, { delivered_at: at(21) }),
    unread("away", 80),
    unread("away longer", 40),
    unread("told", 0, { told_by_radio_at: at(30) }),
    unread("unread", 0, { delivered_at: at(1), displayed_at: at(2) }),
  ];
  const found = byWhy(items, deadlines, Date.parse(at(100)));
  expect(
    found.map(({ why, items }) => [why, ...items.map(({ assignment }) => assignment.call_sign)]),
  ).toEqual([
    ["delivered", "away longer", "away"],
    ["displayed", "on no screen"],
    ["read", "unread"],
    ["radio", "told"],
    ["inTime", "in time"],
  ]);
});

test("nothing under way makes no group", () => {
  expect(byWhy([], deadlines, 0)).toEqual([]);
});
