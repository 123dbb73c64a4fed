import "fake-indexeddb/auto";
import { beforeEach, expect, test } from "vitest";
import {
  belongsTo,
  draftOf,
  dropWork,
  forgetAll,
  isDone,
  isUnread,
  keepRead,
  keepStatus,
  storeDraft,
  storeWork,
  waitingDrafts,
  withNewest,
  workOnDevice,
  type Work,
} from "./work";

const work = (id: string, revision: number, assigned_at = "2026-03-01T12:00:00Z") =>
  ({
    assignment: { id, assigned_at, status: "assigned" },
    briefing: { briefing_id: `b-${id}`, revision },
    heardAt: assigned_at,
    read: 0,
  }) as unknown as Work;
const unread = async () => (await workOnDevice()).filter(isUnread).map(({ assignment: { id } }) => id);

beforeEach(forgetAll);

test("a revision is news once, and an older one never takes its place", async () => {
  expect(await storeWork(work("a", 1))).toBe(true);
  expect(await storeWork(work("a", 1))).toBe(false);
  expect(await storeWork(work("a", 2))).toBe(true);
  expect(await storeWork(work("a", 1))).toBe(false);
  expect((await workOnDevice()).map(({ briefing }) => briefing.revision)).toEqual([2]);
});

test("a revision that was on its way takes nothing back that the crew said", async () => {
  await storeWork(work("a", 1));
  await keepStatus("a", "cleared");
  expect(await storeWork(work("a", 2))).toBe(true);
  expect((await workOnDevice()).map(isDone)).toEqual([true]);
  expect(await unread()).toEqual([]);
  await keepStatus("a", "assigned"); // it was refused
  await storeWork({ ...work("a", 2), assignment: { ...work("a", 2).assignment, status: "en_route" } });
  expect((await workOnDevice()).map(({ assignment }) => assignment.status)).toEqual(["en_route"]);
});

test("the newest assignment stands first", async () => {
  await storeWork(work("old", 1));
  await storeWork(work("new", 1, "2026-03-01T13:00:00Z"));
  expect((await workOnDevice()).map(({ assignment }) => assignment.id)).toEqual(["new", "old"]);
});

test("one assignment is read anew among those that are known", async () => {
  await storeWork(work("old", 1));
  await storeWork(work("new", 1, "2026-03-01T13:00:00Z"));
  const known = await workOnDevice();
  await keepRead("old", 1);
  expect(await withNewest(known, "old")).toEqual(await workOnDevice());
  await dropWork(["new"]);
  expect(await withNewest(known, "new")).toEqual([known[1]]);
});

test("a draft stays until it is saved, and only a pressed one waits", async () => {
  const draft = { incident: "i", part: { summary: "heard apart" }, version: '"0"', waiting: false };
  await storeDraft(draft);
  expect(await draftOf("i")).toEqual(draft);
  expect(await draftOf("another")).toBeNull();
  expect(await waitingDrafts()).toEqual([]);
  await storeDraft({ ...draft, waiting: true });
  expect(await waitingDrafts()).toHaveLength(1);
});

test("nothing is left for whoever signs in next", async () => {
  await storeWork(work("a", 1));
  await storeDraft({ incident: "i", part: {}, version: '"0"', waiting: true });
  await forgetAll();
  expect([await workOnDevice(), await waitingDrafts(), await draftOf("i")]).toEqual([[], [], null]);
});

test("what was read stays read, until a revision comes; two briefings are read one by one", async () => {
  await storeWork(work("a", 1));
  await storeWork(work("b", 1));
  await keepRead("a", 1);
  expect(await unread()).toEqual(["b"]);
  await storeWork(work("a", 1)); // from the server, which was not told yet
  expect(await unread()).toEqual(["b"]);
  await storeWork(work("a", 2));
  expect((await unread()).sort()).toEqual(["a", "b"]);
});

test("who is done with an incident need not read on", () => {
  const cleared = work("a", 2);
  expect(isUnread({ ...cleared, assignment: { ...cleared.assignment, status: "cleared" } })).toBe(false);
});

test("what the unit is not shown any more leaves the device", async () => {
  await storeWork(work("a", 1));
  await storeWork(work("b", 1));
  await dropWork(["a"]);
  expect(await unread()).toEqual(["b"]);
});

test("another person finds nothing, and the first one all of it", async () => {
  belongsTo("first");
  await storeWork(work("a", 1));
  belongsTo("second");
  expect(await workOnDevice()).toEqual([]);
  belongsTo("first");
  expect(await workOnDevice()).toHaveLength(1);
});

test("what a crew is done with need not be read any more, before the server has heard it", async () => {
  await storeWork(work("a", 1));
  await keepStatus("a", "on_scene");
  expect([await unread(), (await workOnDevice()).some(isDone)]).toEqual([["a"], false]);
  await keepStatus("a", "cleared");
  expect([await unread(), (await workOnDevice()).some(isDone)]).toEqual([[], true]);
  await keepStatus("unheard of", "cleared");
  expect(await workOnDevice()).toHaveLength(1);
});
