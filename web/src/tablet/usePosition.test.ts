import { expect, test } from "vitest";
import { isDue } from "./usePosition";

const at = (second: number, north: number, east = 25.04) => ({
  point: { type: "Point" as const, coordinates: [east, north] as [number, number] },
  at: new Date(Date.UTC(2026, 2, 1, 12, 0, second)).toISOString(),
});

test.each([
  ["a standing car after 9 s", at(9, 58.55), false],
  ["a standing car after 10 s", at(10, 58.55), true],
  ["44 m further north", at(1, 58.5504), false],
  ["56 m further north", at(1, 58.5505), true],
  ["46 m further east: degrees are narrower there", at(1, 58.55, 25.0408), false],
  ["58 m further east", at(1, 58.55, 25.041), true],
])("%s", (_, next, due) => {
  expect(isDue(at(0, 58.55), next)).toBe(due);
});
