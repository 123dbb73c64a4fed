import { expect, test } from "vitest";
import { isSince } from "./since";

test.each([
  ["dwelling", "2026-03-01T12:00:00.5Z", true],
  ["person", "2026-03-02T12:00:00Z", true],
  ["dwelling", "2026-03-01T12:00:00Z", false], // the visit's own
  ["dwelling", "2026-02-28T12:00:00Z", false],
  ["building", "2026-03-02T12:00:00Z", false],
  ["nearby", "2026-03-02T12:00:00Z", false],
] as const)("an entry of the %s at %s is since the visit: %s", (tie, received_at, since) => {
  expect(isSince({ tie, received_at }, "2026-03-01T12:00:00Z")).toBe(since);
});

test("where nobody was yet, nothing is since", () => {
  expect(isSince({ tie: "dwelling", received_at: "2026-03-02T12:00:00Z" }, undefined)).toBe(false);
});
