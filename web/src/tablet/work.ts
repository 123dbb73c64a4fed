import { openDB, type DBSchema } from "idb";
import type { Schemas } from "../api/client";

export type Briefing = Schemas["Briefing"];
export type Assignment = Schemas["UnitAssignment"];

/** One thing that the unit is sent to, as the device holds it. */
export type Work = { briefing: Briefing; assignment: Assignment; heardAt: string };

interface Held extends DBSchema {
  work: { key: string; value: Work };
}

const held = () =>
  openDB<Held>("doorstep-tablet", 1, {
    upgrade: (database) => database.createObjectStore("work"),
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

/** Whoever signs in next must not find what this crew was told. */
export async function forgetWork(): Promise<void> {
  await (await held()).clear("work");
}
