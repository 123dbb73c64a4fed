import { openDB, type DBSchema } from "idb";
import type { Schemas } from "../api/client";

export type Briefing = Schemas["Briefing"];
export type Assignment = Schemas["UnitAssignment"];
export type Sheet = Schemas["OutcomeRecord"];

/** One thing that the unit is sent to, as the device holds it. */
export type Work = { briefing: Briefing; assignment: Assignment; heardAt: string };

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
};

interface Held extends DBSchema {
  work: { key: string; value: Work };
  drafts: { key: string; value: Draft };
}

const held = () =>
  openDB<Held>("doorstep-tablet", 2, {
    upgrade: (database, from) => {
      if (from < 1) database.createObjectStore("work");
      if (from < 2) database.createObjectStore("drafts");
    },
  });

/** All that the device holds, newest first. */
export async function workOnDevice(): Promise<Work[]> {
  return (await (await held()).getAll("work")).sort((a, b) =>
    b.assignment.assigned_at.localeCompare(a.assignment.assigned_at),
  );
}

/** Stores a revision, unless the device has it or a newer one; says whether it is news. */
export async function storeWork(work: Work): Promise<boolean> {
  const store = (await held()).transaction("work", "readwrite").store;
  const before = await store.get(work.assignment.id);
  const news = before === undefined || before.briefing.revision < work.briefing.revision;
  await store.put(news ? work : { ...work, briefing: before.briefing }, work.assignment.id);
  return news;
}

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
