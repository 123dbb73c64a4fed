import { expect, test } from "vitest";
import { besides, inWords, lookedAt, raisesOf } from "./conditions";

const joints = { all: "and", any: "or", not: "not", asked: "is answered", notAsked: "is not answered" };
const condition = {
  all: [
    { answer: "weapon", is: "yes" },
    {
      any: [
        { answer: "shots", at_least: 2 },
        { history: "flags", in: ["firearm", "weapon"] },
      ],
    },
    { not: { mode: "covert" } },
    { answer: "weapon", asked: true },
  ],
};

test("a condition reads in one line", () => {
  expect(inWords(condition, joints)).toBe(
    "weapon = yes and (shots ≥ 2 or flags ∈ {firearm, weapon}) and not (mode = covert) and weapon is answered",
  );
  expect(inWords(undefined, joints)).toBe("");
});

test("what a condition looks at is named once", () => {
  expect(lookedAt(condition)).toEqual(["weapon", "shots"]);
  expect(besides(condition)).toEqual(["flags", "covert"]);
});

test("each flag is shown with the answers that raise it", () => {
  const raises = [
    { flag: "weapon", is: "yes" },
    { flag: "injury", in: ["head", "neck"] },
    { flag: "many", at_least: 3 },
  ];
  expect(raisesOf({ raises })).toEqual(["weapon: yes", "injury: head, neck", "many: ≥ 3"]);
});
