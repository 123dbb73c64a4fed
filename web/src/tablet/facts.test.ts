import { expect, test } from "vitest";
import { fallen, gravityOf, gravityOfPriority, standing } from "./facts";

type Flag = Parameters<typeof standing>[0][number];
const flag = (code: string, more: object = {}) => ({ code, old: false, ...more }) as Flag;

test("a flag that was overruled or is old does not stand, the others keep the server's order", () => {
  const flags = [
    flag("strangulation"),
    flag("weapon", { overruled: { by: "x" } }),
    flag("firearm", { old: true }),
    flag("dog"),
  ];
  expect(standing(flags).map(({ code }) => code)).toEqual(["strangulation", "dog"]);
  expect(fallen(flags).map(({ code }) => code)).toEqual(["weapon", "firearm"]);
});

test("a word of a newer server is a note, never lost", () => {
  expect(["critical", "high", "caution", "info", "alarming"].map(gravityOf)).toEqual([
    "critical",
    "high",
    "caution",
    "info",
    "info",
  ]);
});

test.each([
  [1, "critical"],
  [2, "high"],
  [3, "caution"],
  [4, "info"],
] as const)("priority %i looks %s", (level, gravity) => {
  expect(gravityOfPriority(level)).toBe(gravity);
});
