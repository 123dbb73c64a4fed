import type { Schemas } from "../api/client";

type Entry = Pick<Schemas["PremiseEntry"], "tie" | "received_at">;

/**
 * Whether an entry is newer than the last visit, as the server counts it: what
 * happened behind another door is no news of these people.
 */
export function isSince({ tie, received_at }: Entry, lastVisit: string | undefined): boolean {
  const theirs = tie === "dwelling" || tie === "person";
  return lastVisit !== undefined && theirs && Date.parse(received_at) > Date.parse(lastVisit);
}
