// @vitest-environment jsdom
import "fake-indexeddb/auto";
import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { deliver } from "./deliver";
import { draftNow, endDraft, keepDraft } from "./drafts";
import type { Draft } from "./work";

// The wire is the browser's fetch; the server behind it is the real one in test/tablet.spec.ts.
type Answer = { status: number; body?: object; version?: string };
let answers: ((method: string) => Answer | Promise<Answer>)[] = [];
let sent: { method: string; ifMatch: string | null; body: unknown }[] = [];

beforeEach(async () => {
  await endDraft("i");
  answers = [];
  sent = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const body: unknown = request.method === "PUT" ? await request.json() : null;
    sent.push({ method: request.method, ifMatch: request.headers.get("If-Match"), body });
    const next = answers.shift();
    if (next === undefined) throw new TypeError("no line");
    const { status, body: answer, version } = await next(request.method);
    const headers = new Headers({ "Content-Type": "application/json" });
    if (version !== undefined) headers.set("ETag", version);
    return new Response(JSON.stringify(answer ?? {}), { status, headers });
  });
});
afterEach(() => vi.unstubAllGlobals());

const queries = new QueryClient();
const draft = (more: Partial<Draft> = {}): Draft => ({
  incident: "i",
  version: '"0"',
  waiting: true,
  part: { summary: "heard apart" },
  ...more,
});
const saved: () => Answer = () => ({ status: 200, version: '"1"' });

test("what the server has needs no draft", async () => {
  await keepDraft(draft());
  answers = [saved];
  expect(await deliver(queries, "i")).toBe("saved");
  expect(sent).toEqual([{ method: "PUT", ifMatch: '"0"', body: { summary: "heard apart" } }]);
  expect(await draftNow("i")).toBeNull();
});

test("without a line, or a session, it waits as it is", async () => {
  await keepDraft(draft());
  expect(await deliver(queries, "i")).toBe("waiting");
  answers = [() => ({ status: 503 }), () => ({ status: 401 })];
  expect(await deliver(queries, "i")).toBe("waiting");
  expect(await deliver(queries, "i")).toBe("waiting");
  expect(await draftNow("i")).toEqual(draft());
});

test("what is typed while it travels stays, over the version that was saved", async () => {
  await keepDraft(draft());
  const typed = draft({ part: { summary: "heard apart, at two places" }, waiting: false });
  answers = [() => keepDraft(typed).then(saved)];
  expect(await deliver(queries, "i")).toBe("saved");
  expect(await draftNow("i")).toEqual({ ...typed, version: '"1"' });
});

test("two sendings of one sheet go one after the other, and do not fight", async () => {
  await keepDraft(draft());
  answers = [saved];
  expect(await Promise.all([deliver(queries, "i"), deliver(queries, "i")])).toEqual(["saved", "saved"]);
  expect(sent).toHaveLength(1);
});

test("somebody else's version stands beside mine, which keeps every word", async () => {
  await keepDraft(draft());
  const theirs = { summary: "heard together" };
  answers = [() => ({ status: 412 }), () => ({ status: 200, body: { record: theirs }, version: '"4"' })];
  expect(await deliver(queries, "i")).toBe("conflict");
  expect(await draftNow("i")).toEqual(draft({ waiting: false, theirs: { sheet: theirs, version: '"4"' } }));
});

test("an answer that was lost on the way is no conflict", async () => {
  await keepDraft(draft());
  const mine = { record: { summary: "heard apart" } };
  answers = [() => ({ status: 412 }), () => ({ status: 200, body: mine, version: '"1"' })];
  expect(await deliver(queries, "i")).toBe("saved");
  expect(await draftNow("i")).toBeNull();
});

test("a refusal says why, and is not sent again by itself", async () => {
  await keepDraft(draft());
  const mistakes = [{ field: "risk_level", detail: "is missing" }];
  answers = [() => ({ status: 422, body: { errors: mistakes } })];
  expect(await deliver(queries, "i")).toBe("refused");
  expect(await deliver(queries, "i")).toBe("refused");
  expect(sent).toHaveLength(1);
  expect(await draftNow("i")).toEqual(draft({ waiting: false, refused: { kind: "invalid", mistakes } }));
});
