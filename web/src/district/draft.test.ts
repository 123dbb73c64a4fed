import { expect, test } from "vitest";
import { bodyOf, isPast, type Draft } from "./draft";

const draft: Draft = {
  key: "k",
  kind: "other",
  text: "  Visited her. ",
  class: "",
  risk: "",
  helped: "Victim support, , Women's centre ",
  advice: "",
  followUp: "",
};

test("what was not said is not sent", () => {
  expect(bodyOf(draft)).toEqual({
    kind: "other",
    text: "Visited her.",
    advice: "",
    helped_by: ["Victim support", "Women's centre"],
  });
  expect(bodyOf({ ...draft, class: "not_dv", risk: "low" })).toMatchObject({
    class: "not_dv",
    risk_level: "low",
  });
});

test("today may be chosen to look again, yesterday may not", () => {
  const evening = new Date(2026, 2, 15, 22);
  expect(isPast("2026-03-15", evening)).toBe(false);
  expect(isPast("2026-03-14", evening)).toBe(true);
  expect(isPast("", evening)).toBe(false);
  const { follow_up_at: due = "" } = bodyOf({ ...draft, followUp: "2026-03-15" });
  expect(new Date(due).toDateString()).toBe(evening.toDateString());
  expect(Date.parse(due)).toBeGreaterThan(evening.getTime());
});
