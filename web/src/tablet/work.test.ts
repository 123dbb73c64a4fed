import "fake-indexeddb/auto";
import { beforeEach, expect, test } from "vitest";
import { draftOf, forgetAll, storeDraft, storeWork, waitingDrafts, workOnDevice, type Work } from "./work";

const work = (id: string, revision: number, assigned_at = "2026-03-01T12:00:00Z") =>
  ({
    assignment: { id, assigned_at },
    briefing: { briefing_id: `b-${id}`, revision },
    heardAt: assigned_at,
  }) as unknown as Work;

beforeEach(forgetAll);

test("a revision is news once, and an older one never takes its place", async () => {
  expect(await storeWork(work("a", 1))).toBe(true);
  expect(await storeWork(work("a", 1))).toBe(false);
  expect(await storeWork(work("a", 2))).toBe(true);
  expect(await storeWork(work("a", 1))).toBe(false);
  expect((await workOnDevice()).map(({ briefing }) => briefing.revision)).toEqual([2]);
});

test("the newest assignment stands first", async () => {
  await storeWork(work("old", 1));
  await storeWork(work("new", 1, "2026-03-01T13:00:00Z"));
  expect((await workOnDevice()).map(({ assignment }) => assignment.id)).toEqual(["new", "old"]);
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
