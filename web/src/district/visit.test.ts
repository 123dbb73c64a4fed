import { expect, test } from "vitest";
import type { Schemas } from "../api/client";
import { lastWritten } from "./visit";

const outcome = (kind: Schemas["Outcome"]["kind"], written_at: string): Schemas["Outcome"] => ({
  id: written_at,
  incident_id: "i",
  kind,
  text: "Told.",
  helped_by: [],
  written_by: "o",
  written_at,
});

test("the last visit is found under what was written after it", () => {
  const visit = outcome("follow_up_visit", "2026-03-02T10:00:00Z");
  const call = outcome("no_contact", "2026-03-09T10:00:00Z");
  const older = outcome("follow_up_visit", "2026-01-02T10:00:00Z");
  expect(lastWritten([older, call, visit])).toEqual({ visit, any: call });
});

test("nobody visited, and nothing was written", () => {
  const call = outcome("no_contact", "2026-03-09T10:00:00Z");
  expect(lastWritten([call])).toEqual({ visit: null, any: call });
  expect(lastWritten([])).toEqual({ visit: null, any: null });
});
