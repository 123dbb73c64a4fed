import { describe, expect, test } from "vitest";
import { dueAt, lateness, lateUnits, sentTo, withDelivery } from "./deadline";
import type { Assignment, Deadlines, Delivery, Escalation } from "./wire";

const at = (seconds: number) => new Date(Date.parse("2026-05-03T22:14:00Z") + seconds * 1000).toISOString();
const after = (seconds: number) => Date.parse(at(seconds));

const deadlines: Deadlines = {
  delivered_s: 10,
  displayed_s: 30,
  read_s: 60,
  supervisor_s: 20,
  changed_at: at(0),
};
const sent: Delivery = {
  briefing_id: "b",
  call_sign: "N-101",
  incident_id: "i",
  revision: 1,
  sent_at: at(0),
  seq: 4,
  topic: "unit:u",
  unit_id: "u",
};
const second: Delivery = { ...sent, revision: 2, seq: 5, sent_at: at(8) };
const told = (step: Escalation["step"], ...levels: Escalation["level"][]) =>
  levels.map((level) => ({ step, level, at: at(10) }));

describe("which step is late", () => {
  const cases: [string, Delivery[], number, ReturnType<typeof said>][] = [
    ["nothing was sent", [], 99, null],
    ["on its way in time", [sent], 9, ["delivered", 10, false]],
    ["not delivered", [sent], 11, ["delivered", 10, true]],
    ["delivered, to be displayed", [{ ...sent, delivered_at: at(1) }], 11, ["displayed", 30, false]],
    ["on no screen", [{ ...sent, delivered_at: at(1) }], 31, ["displayed", 30, true]],
    [
      "delivered long after, to be displayed",
      [{ ...sent, delivered_at: at(300) }],
      301,
      ["displayed", 302, false],
    ],
    [
      "delivered long after, on no screen",
      [{ ...sent, delivered_at: at(300) }],
      303,
      ["displayed", 302, true],
    ],
    [
      "a newer one gives no more of a moment",
      [
        { ...sent, delivered_at: at(300) },
        { ...second, delivered_at: at(302) },
      ],
      303,
      ["displayed", 302, true],
    ],
    [
      "on the screen long after, to be read",
      [{ ...sent, delivered_at: at(300), displayed_at: at(301) }],
      310,
      ["read", 311, false],
    ],
    [
      "only newer ones on the screen: the first of them counts",
      [
        { ...sent, delivered_at: at(1) },
        { ...second, delivered_at: at(1), displayed_at: at(55) },
        { ...second, revision: 3, seq: 6, delivered_at: at(57), displayed_at: at(58) },
      ],
      66,
      ["read", 65, true],
    ],
    ["not read", [{ ...sent, delivered_at: at(1), displayed_at: at(2) }], 61, ["read", 60, true]],
    ["read", [{ ...sent, delivered_at: at(1), displayed_at: at(2), read_at: at(3) }], 999, null],
    ["told by radio", [{ ...sent, told_by_radio_at: at(12) }], 999, null],
    ["a newer revision gives no more time", [sent, second], 11, ["delivered", 10, true]],
    [
      "a newer one that arrived is waited for since the first",
      [sent, { ...second, delivered_at: at(9) }],
      11,
      ["displayed", 30, false],
    ],
    [
      "a newer one after one told by radio",
      [{ ...sent, told_by_radio_at: at(5) }, second],
      11,
      ["delivered", 18, false],
    ],
    [
      "the server's alarm counts at once",
      [{ ...sent, late: told("delivered", "call_taker") }],
      1,
      ["delivered", 10, true],
    ],
    [
      "an alarm about a step that is done",
      [{ ...sent, delivered_at: at(12), late: told("delivered", "call_taker") }],
      13,
      ["displayed", 30, false],
    ],
  ];
  const said = (all: Delivery[], now: number) => {
    const found = lateness(all, deadlines, after(now));
    return found && ([found.step, ((found.due ?? 0) - after(0)) / 1000, found.isLate] as const);
  };
  test.each(cases)("%s", (_name, all, now, want) => {
    expect(said(all, now)).toEqual(want);
  });
});

test("without deadlines only the server's alarm counts", () => {
  expect(lateness([sent], undefined, after(999))).toMatchObject({ isLate: false, due: undefined });
  const alarmed = { ...sent, late: told("delivered", "call_taker", "shift_supervisor") };
  expect(lateness([alarmed], undefined, after(1))).toMatchObject({ isLate: true, told: alarmed.late });
  expect(dueAt([sent], "read", deadlines)).toBe(after(60));
});

test("news out of order takes nothing back", () => {
  const read = { ...sent, delivered_at: at(1), read_at: at(9) };
  expect(withDelivery([read], sent)).toEqual([read]);
  expect(sentTo("u", withDelivery([second], sent))).toEqual([sent, second]);
  expect(sentTo("another", [sent])).toEqual([]);
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
  const deliveries = [second, sent];
  const late = lateUnits({ assignments: [assignment], deliveries }, deadlines, after(60));
  expect(late.map(({ newest }) => newest)).toEqual([second]);
  const cleared = { ...assignment, status: "cleared" as const };
  expect(lateUnits({ assignments: [cleared], deliveries }, deadlines, after(60))).toEqual([]);
});
