import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { Schemas } from "../api/client";
import type { Kind } from "../api/problem";

export type Briefing = Schemas["Briefing"];
export type Assignment = Schemas["UnitAssignment"];
export type Sheet = Schemas["OutcomeRecord"];

/** One thing that the unit is sent to, as the device holds it. */
export type Work = {
  briefing: Briefing;
  assignment: Assignment;
  /** When the server said so. */
  heardAt: string;
  /** The newest revision that somebody on board confirmed to have read; 0 is none. */
  read: number;
};

/** A sheet that is being filled in. It stays until the server has it. */
export type Draft = {
  incident: string;
  /** What was changed here, over the version that it was begun from. */
  part: Partial<Sheet>;
  /** The version that it was begun from, as its ETag. */
  version: string;
  /** A person pressed save; it goes as soon as there is a line. */
  waiting: boolean;
  /** What somebody else saved meanwhile. */
  theirs?: { sheet: Partial<Sheet>; version: string };
  /** Why the server did not take it when it was sent last. */
  refused?: { kind: Kind; mistakes: { field: string; detail: string }[] };
};

interface Held extends DBSchema {
  work: { key: string; value: Work };
  drafts: { key: string; value: Draft };
}

let opened: Promise<IDBPDatabase<Held>> | undefined;
let owner = "";

/** Names the person whose work this is; nobody finds what another was told or wrote. */
export function belongsTo(person: string): void {
  if (person === owner) return;
  owner = person;
  opened = undefined;
}

const held = () =>
  (opened ??= openDB<Held>(`doorstep.tablet.${owner}`, 1, {
    upgrade: (database) => {
      database.createObjectStore("work");
      database.createObjectStore("drafts");
    },
    terminated: () => (opened = undefined),
  }));

const newestFirst = (a: Work, b: Work) => b.assignment.assigned_at.localeCompare(a.assignment.assigned_at);

/** All that the device holds, newest first. */
export async function workOnDevice(): Promise<Work[]> {
  return (await (await held()).getAll("work")).sort(newestFirst);
}

/** What was on the device with one assignment as it is there now: of a busy night all is too much to read again. */
export async function withNewest(before: readonly Work[], assignment: string): Promise<Work[]> {
  const now = await (await held()).get("work", assignment);
  const others = before.filter((each) => each.assignment.id !== assignment);
  return now === undefined ? others : [now, ...others].sort(newestFirst);
}

const statuses = ["assigned", "en_route", "on_scene", "cleared", "cancelled"] as const;

/** The one that is further on: an assignment never goes back. */
const further = (a: Assignment["status"], b: Assignment["status"]) =>
  statuses.indexOf(a) < statuses.indexOf(b) ? b : a;

/**
 * Stores a revision, unless the device has it or a newer one; says whether it is news. What the crew
 * said meanwhile stays: a revision may have been on its way.
 */
export async function storeWork(work: Work): Promise<boolean> {
  const store = (await held()).transaction("work", "readwrite").store;
  const before = await store.get(work.assignment.id);
  const news = before === undefined || before.briefing.revision < work.briefing.revision;
  const read = Math.max(before?.read ?? 0, work.read);
  const status = further(work.assignment.status, before?.assignment.status ?? "assigned");
  await store.put(
    {
      ...work,
      read,
      assignment: { ...work.assignment, status },
      briefing: news ? work.briefing : before.briefing,
    },
    work.assignment.id,
  );
  return news;
}

/** Removes what the server no longer shows to this unit. */
export async function dropWork(assignments: readonly string[]): Promise<void> {
  const { store, done } = (await held()).transaction("work", "readwrite");
  await Promise.all([...assignments.map((id) => store.delete(id)), done]);
}

/** Keeps that a revision was read, so that a reload does not ask again. */
export async function keepRead(assignment: string, revision: number): Promise<void> {
  const store = (await held()).transaction("work", "readwrite").store;
  const work = await store.get(assignment);
  if (work !== undefined) await store.put({ ...work, read: Math.max(work.read, revision) }, assignment);
}

/** Keeps what the crew said of an assignment, before the server has heard it. */
export async function keepStatus(assignment: string, status: Assignment["status"]): Promise<void> {
  const store = (await held()).transaction("work", "readwrite").store;
  const work = await store.get(assignment);
  if (work !== undefined)
    await store.put({ ...work, assignment: { ...work.assignment, status } }, assignment);
}

/** Whether a crew has nothing more to do there. */
export const isDone = ({ assignment: { status } }: Work): boolean =>
  status === "cleared" || status === "cancelled";

/** Whether a crew still has to read this: one that is done with it need not. */
export const isUnread = (work: Work): boolean => work.read < work.briefing.revision && !isDone(work);

/** Null where nothing is being written. */
export async function draftOf(incident: string): Promise<Draft | null> {
  return (await (await held()).get("drafts", incident)) ?? null;
}

export async function waitingDrafts(): Promise<Draft[]> {
  return (await (await held()).getAll("drafts")).filter(({ waiting }) => waiting);
}

export async function storeDraft(draft: Draft): Promise<void> {
  await (await held()).put("drafts", draft, draft.incident);
}

export async function dropDraft(incident: string): Promise<void> {
  await (await held()).delete("drafts", incident);
}

/** Whoever signs in next must not find what this crew was told or wrote. */
export async function forgetAll(): Promise<void> {
  const database = await held();
  await Promise.all([database.clear("work"), database.clear("drafts")]);
}
