import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { Schemas } from "../api/client";

export type Assignment = Schemas["UnitAssignment"];
export type Briefing = Schemas["Briefing"];
export type OnSceneSheet = Schemas["OutcomeRecord"];

/** One thing that the crew is sent to, as this device last knew it. */
export type Job = { assignment: Assignment; briefing: Briefing };

/** A status that a person pressed and the server has not confirmed. `at` is when it was pressed. */
export type Press = { client_id: string; assignment_id: string; status: string; at: string };

/** A sheet that is being filled. It stays until the server has it. */
export type Draft = {
  incident_id: string;
  sheet: Partial<OnSceneSheet>;
  /** The version that it was begun from; 0 for the first. */
  version: number;
  /** A person pressed Send; it goes as soon as there is a line. */
  waiting: boolean;
  mistakes: { field?: string; detail: string }[];
  /** What somebody else wrote meanwhile. */
  theirs?: Schemas["OnSceneRecord"];
};

interface Tablet extends DBSchema {
  jobs: { key: string; value: Job };
  presses: { key: string; value: Press };
  drafts: { key: string; value: Draft };
  facts: { key: string; value: string };
}

const stores = ["jobs", "presses", "drafts", "facts"] as const;

/**
 * What the tablet knows without a line. It holds personal data: one person's at
 * a time, and nobody's after sign-out.
 */
export class Keep {
  readonly #database: Promise<IDBPDatabase<Tablet>>;

  constructor(owner: string) {
    this.#database = open().then(async (db) => {
      const before = await db.get("facts", "owner");
      if (before !== owner) await clear(db);
      await db.put("facts", owner, "owner");
      return db;
    });
  }

  /** Newest first. */
  async jobs(): Promise<Job[]> {
    const all = await (await this.#database).getAll("jobs");
    return all.sort((a, b) => b.assignment.assigned_at.localeCompare(a.assignment.assigned_at));
  }

  /** When the server last told the whole list. */
  async asOf(): Promise<string | undefined> {
    return (await this.#database).get("facts", "as_of");
  }

  /** Stores a briefing unless this revision or a newer one is there. True when it is news to the crew. */
  async take(job: Job): Promise<boolean> {
    const tx = (await this.#database).transaction("jobs", "readwrite");
    const before = await tx.store.get(job.assignment.id);
    const news =
      before?.briefing.briefing_id !== job.briefing.briefing_id ||
      before.briefing.revision < job.briefing.revision;
    await tx.store.put(
      { assignment: job.assignment, briefing: news ? job.briefing : before.briefing },
      job.assignment.id,
    );
    await tx.done;
    return news;
  }

  /**
   * Takes the server's whole list. What it no longer names goes, but for what was
   * assigned after the list was made and what has a sheet to send. Gives the news.
   */
  async takeAll(jobs: readonly Job[], asOf: string): Promise<Job[]> {
    const db = await this.#database;
    const drafts = new Set(await db.getAllKeys("drafts"));
    const named = new Set(jobs.map((job) => job.assignment.id));
    for (const { assignment } of await this.jobs()) {
      if (named.has(assignment.id) || Date.parse(assignment.assigned_at) > Date.parse(asOf)) continue;
      if (drafts.has(assignment.incident_id)) {
        const job = await db.get("jobs", assignment.id);
        if (job) await db.put("jobs", { ...job, assignment: { ...assignment, status: "cleared" } }, assignment.id);
      } else await db.delete("jobs", assignment.id);
    }
    const news: Job[] = [];
    for (const job of jobs) if (await this.take(job)) news.push(job);
    for (const press of await db.getAll("presses")) {
      const job = jobs.find((each) => each.assignment.id === press.assignment_id);
      if (job === undefined || reached(job.assignment, press.status)) await db.delete("presses", press.client_id);
    }
    await db.put("facts", asOf, "as_of");
    return news;
  }

  async presses(): Promise<Press[]> {
    return (await this.#database).getAll("presses");
  }

  async press(press: Press): Promise<void> {
    await (await this.#database).put("presses", press, press.client_id);
  }

  async unpress(id: string): Promise<void> {
    await (await this.#database).delete("presses", id);
  }

  async drafts(): Promise<Draft[]> {
    return (await this.#database).getAll("drafts");
  }

  async draft(draft: Draft): Promise<void> {
    await (await this.#database).put("drafts", draft, draft.incident_id);
  }

  async dropDraft(incident: string): Promise<void> {
    await (await this.#database).delete("drafts", incident);
  }
}

/** Whether the server knows of this status. */
export function reached(assignment: Assignment, status: string): boolean {
  switch (status) {
    case "en_route":
      return assignment.en_route_at !== undefined;
    case "on_scene":
      return assignment.on_scene_at !== undefined;
    default:
      return assignment.status === status;
  }
}

/** Removes everything that this device knows of people. */
export async function forgetAll(): Promise<void> {
  const db = await open();
  await clear(db);
  db.close();
}

function open(): Promise<IDBPDatabase<Tablet>> {
  return openDB<Tablet>("doorstep.tablet", 1, {
    upgrade(db) {
      for (const store of stores) db.createObjectStore(store);
    },
  });
}

async function clear(db: IDBPDatabase<Tablet>): Promise<void> {
  await Promise.all(stores.map((store) => db.clear(store)));
}
