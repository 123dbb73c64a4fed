import "fake-indexeddb/auto";
import { describe, expect, test } from "vitest";
import { deviceKeeper, memoryKeeper, type Waiting } from "./keeper";

const said = (id: string): Waiting => ({
  id,
  saying: { type: "read", body: { briefing_id: id, revision: 1 } },
});

describe.each([
  ["in memory", memoryKeeper],
  ["on the device", () => deviceKeeper(crypto.randomUUID())],
])("what is kept %s", (_where, make) => {
  test("holds the last place of each topic", async () => {
    const keeper = make();
    expect(await keeper.places()).toEqual(new Map());
    await keeper.place("unit:A12", 1);
    await keeper.place("unit:A12", 2);
    await keeper.place("user:7", 5);
    expect(await keeper.places()).toEqual(
      new Map([
        ["unit:A12", 2],
        ["user:7", 5],
      ]),
    );
  });

  test("holds what was said, in order, until it is released", async () => {
    const keeper = make();
    for (const id of ["c", "a", "b"]) await keeper.hold(said(id));
    await keeper.release("a");
    await keeper.release("never held");
    expect(await keeper.waiting()).toEqual([said("c"), said("b")]);
  });
});

test("what is on the device outlives the page", async () => {
  await deviceKeeper("officer").place("unit:A12", 3);
  expect(await deviceKeeper("officer").places()).toEqual(new Map([["unit:A12", 3]]));
  expect(await deviceKeeper("another").places()).toEqual(new Map());
});
