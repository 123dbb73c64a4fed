import type { QueryClient } from "@tanstack/react-query";
import { client, doneWithVersion, ifMatch } from "../api/client";
import { kindOf, mistakesOf, Refused, type Kind } from "../api/problem";
import { differences } from "./differences";
import { draftNow, endDraft, keepDraft } from "./drafts";
import type { Draft, Sheet } from "./work";

/** What became of a sheet that was sent; the draft says more where it was not saved. */
export type Became = "saved" | "waiting" | "conflict" | "refused";

/** The version of a sheet that nobody wrote yet. */
export const none = '"0"';

// The sheet is right, only the moment is not: it is sent again.
const passing: readonly Kind[] = ["unreachable", "unavailable", "internal", "tooMany", "signedOut"];

const turns = new Map<string, Promise<Became>>(); // incident → the sending under way

export function isUnderWay(incident: string): boolean {
  return turns.has(incident);
}

/** The sheet as the server has it. */
export function readSheet(incident: string) {
  return doneWithVersion(
    client.GET("/api/v1/incidents/{id}/on_scene_record", { params: { path: { id: incident } } }),
  );
}

/**
 * Sends the sheet that waits, one at a time for an incident: two at once would
 * take each other for somebody else. What is typed while it travels stays.
 */
export function deliver(queries: QueryClient, incident: string): Promise<Became> {
  const before = turns.get(incident);
  const turn = (before ?? Promise.resolve()).then(() => send(queries, incident));
  turns.set(incident, turn);
  const end = () => {
    if (turns.get(incident) === turn) turns.delete(incident);
  };
  void turn.then(end, end);
  return turn;
}

async function send(queries: QueryClient, incident: string): Promise<Became> {
  const sent = await draftNow(incident);
  if (sent === null) return "saved"; // by the turn before
  if (!sent.waiting) return became(sent);
  try {
    const { version } = await doneWithVersion(
      client.PUT("/api/v1/incidents/{id}/on_scene_record", {
        params: { path: { id: incident }, header: ifMatch(sent.version) },
        body: sent.part as Sheet, // the server names what is missing
      }),
    );
    return await saved(queries, sent, version ?? none);
  } catch (error) {
    const kind = kindOf(error);
    if (passing.includes(kind)) return "waiting";
    if (error instanceof Refused && error.status === 412) return compare(queries, sent);
    const now = (await draftNow(incident)) ?? sent;
    await keepDraft({ ...now, waiting: false, refused: { kind, mistakes: mistakesOf(error) } });
    return "refused";
  }
}

/** Ends the draft, unless it was changed since it was sent. */
async function saved(queries: QueryClient, sent: Draft, version: string): Promise<Became> {
  await queries.refetchQueries({ queryKey: ["sheet", sent.incident] }); // before the draft goes: what it says must not blink
  const now = await draftNow(sent.incident);
  const isSame = now === null || differences(now.part, sent.part).length === 0;
  if (isSame) await endDraft(sent.incident);
  else await keepDraft({ ...now, version });
  return "saved";
}

/** Another version is at the centre. It may be this very one: an answer that was lost on the way. */
async function compare(queries: QueryClient, sent: Draft): Promise<Became> {
  try {
    const { data, version } = await readSheet(sent.incident);
    const theirs = { sheet: data.record ?? {}, version: version ?? none };
    if (differences(sent.part, theirs.sheet).length === 0) return await saved(queries, sent, theirs.version);
    const now = (await draftNow(sent.incident)) ?? sent;
    await keepDraft({ ...now, part: { ...sent.part, ...now.part }, waiting: false, theirs });
    return "conflict";
  } catch {
    return "waiting"; // the line went in between: the next try asks again
  }
}

function became({ theirs, refused }: Draft): Became {
  if (theirs !== undefined) return "conflict";
  return refused === undefined ? "waiting" : "refused";
}
