import { expect, test } from "vitest";
import { monthNames, monthsOf } from "./months";

const now = new Date(2026, 2, 15, 12); // 15 March 2026
const at = (year: number, month: number, day: number, kind: string) => ({
  received_at: new Date(year, month - 1, day, 23, 30).toISOString(),
  class: kind,
});

test("calls fall into their months, domestic violence apart, and quiet months stand too", () => {
  const entries = [at(2026, 3, 1, "dv"), at(2026, 1, 31, "not_dv"), at(2026, 1, 2, "suspected_dv")];
  expect(monthsOf(entries, now, 3, null).map(({ calls }) => calls)).toEqual([
    { dv: 1, other: 1 },
    { dv: 0, other: 0 },
    { dv: 1, other: 0 },
  ]);
});

test("the months run over the turn of the year, the present one last", () => {
  const starts = monthsOf([], now, 24, null).map(({ start }) => start);
  expect(starts).toHaveLength(24);
  expect(starts[0]).toEqual(new Date(2024, 3, 1));
  expect(starts[23]).toEqual(new Date(2026, 2, 1));
});

test("what is older than asked for is not counted", () => {
  const counted = monthsOf([at(2025, 3, 1, "dv")], now, 12, null);
  expect(counted.every(({ calls }) => calls?.dv === 0)).toBe(true);
});

test("a month that is not wholly loaded is unknown, never empty", () => {
  const loaded = monthsOf([at(2026, 2, 20, "dv")], now, 3, new Date(2026, 1, 20));
  expect(loaded.map(({ calls }) => calls)).toEqual([null, null, { dv: 0, other: 0 }]);
});

test("a month has a letter and a name", () => {
  expect(monthNames(new Date(2026, 2, 1), "en")).toEqual({ short: "M", name: "March 2026" });
  expect(monthNames(new Date(2026, 4, 1), "et").name).toBe("mai 2026");
});
