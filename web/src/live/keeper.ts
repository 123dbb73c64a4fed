import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { Saying } from "./frames";

export type Waiting = { id: string; saying: Saying };

/**
 * What must outlive a connection: the last sequence stored of each topic, and
 * what this screen has said that the server may not have heard.
 */
export interface Keeper {
  places(): Promise<Map<string, number>>;
  place(topic: string, seq: number): Promise<void>;
  /** In the order they were said. */
  waiting(): Promise<Waiting[]>;
  hold(waiting: Waiting): Promise<void>;
  release(id: string): Promise<void>;
}

/**
 * For desks: a reload reads everything from the server anyway, so it needs no
 * sequence from before.
 */
export function memoryKeeper(): Keeper {
  const places = new Map<string, number>();
  const waiting = new Map<string, Waiting>();
  return {
    places: () => Promise.resolve(new Map(places)),
    place: (topic, seq) => Promise.resolve(void places.set(topic, seq)),
    waiting: () => Promise.resolve([...waiting.values()]),
    hold: (each) => Promise.resolve(void waiting.set(each.id, each)),
    release: (id) => Promise.resolve(void waiting.delete(id)),
  };
}

interface Stream extends DBSchema {
  places: { key: string; value: number };
  waiting: { key: number; value: Waiting; indexes: { id: string } };
}

/** For the tablet: survives a reload, a crash and a flat battery. One database a person; it holds ids and numbers only. */
export function deviceKeeper(owner: string): Keeper {
  let opened: Promise<IDBPDatabase<Stream>> | undefined;
  const database = () =>
    (opened ??= openDB<Stream>(`doorstep.stream.${owner}`, 1, {
      upgrade(db) {
        db.createObjectStore("places");
        db.createObjectStore("waiting", { autoIncrement: true }).createIndex("id", "id");
      },
    }));
  return {
    async places() {
      const tx = (await database()).transaction("places");
      const [topics, seqs] = await Promise.all([tx.store.getAllKeys(), tx.store.getAll()]);
      return new Map(topics.map((topic, index) => [topic, seqs[index] ?? 0]));
    },
    async place(topic, seq) {
      await (await database()).put("places", seq, topic);
    },
    async waiting() {
      return (await database()).getAll("waiting");
    },
    async hold(each) {
      await (await database()).add("waiting", each);
    },
    async release(id) {
      const tx = (await database()).transaction("waiting", "readwrite");
      const key = await tx.store.index("id").getKey(id);
      if (key !== undefined) await tx.store.delete(key);
      await tx.done;
    },
  };
}
