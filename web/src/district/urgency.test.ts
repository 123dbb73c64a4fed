import { expect, test } from "vitest";
import { byUrgency, type FollowUp } from "./urgency";

const now = new Date(2026, 2, 15, 12);
const days = (count: number) => new Date(2026, 2, 15 + count, 18).toISOString();

const waiting = (number: string, part: Partial<FollowUp>): FollowUp => ({
  incident_id: number,
  number,
  address: "Kase tn 12-5",
  address_id: "a",
  received_at: days(-20),
  class: "dv",
  risk_level: "medium",
  overdue: false,
  reason: "due",
  ...part,
});

const shown = (items: FollowUp[]) =>
  byUrgency(items, now).map((group) => [group.urgency, ...group.items.map(({ number }) => number)]);

test("overdue comes first, and high risk first in it", () => {
  const items = [
    waiting("later", { due_at: days(4) }),
    waiting("untold", { reason: "no_outcome", risk_level: "high" }),
    waiting("old low", { overdue: true, due_at: days(-9), risk_level: "low" }),
    waiting("disputed", { reason: "disagreement" }),
    waiting("old high", { overdue: true, due_at: days(-1), risk_level: "high" }),
    waiting("today", { due_at: days(0) }),
  ];
  expect(shown(items)).toEqual([
    ["overdue", "old high", "old low"],
    ["disagreement", "disputed"],
    ["today", "today"],
    ["untold", "untold"],
    ["later", "later"],
  ]);
});

test("at the same risk the one that waits longest comes first; not graded stands before low", () => {
  const items = [
    waiting("low", { reason: "no_outcome", risk_level: "low" }),
    waiting("not graded", { reason: "no_outcome", risk_level: "" }),
    waiting("newer", { reason: "no_outcome", received_at: days(-2) }),
    waiting("older", { reason: "no_outcome", received_at: days(-8) }),
  ];
  expect(shown(items)).toEqual([["untold", "older", "newer", "not graded", "low"]]);
});

test("a reason with no case has no heading", () => {
  expect(byUrgency([], now)).toEqual([]);
});
