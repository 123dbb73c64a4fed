import type { Schemas } from "../api/client";

type Outcome = Schemas["Outcome"];

/** The last that was written of a follow-up visit, and of anything at all; null where nothing was. */
export function lastWritten(outcomes: readonly Outcome[]): { visit: Outcome | null; any: Outcome | null } {
  const newestFirst = [...outcomes].sort((a, b) => Date.parse(b.written_at) - Date.parse(a.written_at));
  return {
    visit: newestFirst.find(({ kind }) => kind === "follow_up_visit") ?? null,
    any: newestFirst[0] ?? null,
  };
}
