// @vitest-environment jsdom
import { QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { newQueries } from "../api/queries";
import { api } from "../api/texts";
import { startTexts } from "../i18n/start";
import { ui } from "../ui/texts";
import { calltaking } from "./texts";
import { unsavedOf } from "./unsaved";
import { useCall } from "./useCall";

type Asked = { method: string; path: string; match: string | null; body: unknown };

/** A server of one call, which can be out of reach or be overtaken by someone else. */
function server() {
  const at = {
    isDown: false,
    version: 1,
    asked: [] as Asked[],
    answers: {} as Record<string, unknown>,
    location: undefined as unknown,
  };
  const reply = (status: number, body: object) =>
    new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
  const call = () => ({ id: "c", version: at.version, answers: at.answers, location: at.location });
  vi.stubGlobal("fetch", async (request: Request) => {
    if (at.isDown) throw new TypeError("no line");
    const { pathname: path } = new URL(request.url);
    const text = await request.text();
    const body: unknown = text === "" ? undefined : JSON.parse(text);
    const match = request.headers.get("If-Match");
    at.asked.push({ method: request.method, path, match, body });
    if (request.method === "PUT") {
      at.answers = { ...at.answers, [path.split("/").at(-1) ?? ""]: body };
    }
    if (request.method === "PATCH") {
      if (match !== `"${at.version}"`) return reply(412, { status: 412, title: "changed" });
      at.version++;
    }
    return reply(200, call());
  });
  return at;
}

const wrapper = ({ children }: { children: ReactNode }) => (
  <QueryClientProvider client={queries}>{children}</QueryClientProvider>
);
let queries = newQueries();

beforeEach(() => {
  sessionStorage.clear();
  queries = newQueries();
  startTexts({ ui, api, calltaking }, "en");
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

test("an answer without a line stays on the device, and goes when the line is back", async () => {
  const at = server();
  const { result } = renderHook(() => useCall("c"), { wrapper });
  await waitFor(() => expect(result.current.query.data?.version).toBe(1));
  at.isDown = true;
  act(() => result.current.answer("injured", "yes"));
  await waitFor(() => expect(result.current.trouble).toBe(true));
  expect(unsavedOf("c")["injured"]?.value).toBe("yes");
  at.isDown = false;
  await waitFor(() => expect(result.current.unsaved).toEqual({}), { timeout: 4000 });
  expect(at.answers).toMatchObject({ injured: { value: "yes" } });
});

test("an answer that was changed without a line goes first as it was, then as it is", async () => {
  const at = server();
  const { result } = renderHook(() => useCall("c"), { wrapper });
  await waitFor(() => expect(result.current.query.data?.version).toBe(1));
  at.isDown = true;
  act(() => result.current.answer("weapon", "yes"));
  act(() => result.current.answer("injured", "no"));
  act(() => result.current.answer("weapon", "no"));
  await waitFor(() => expect(result.current.trouble).toBe(true));
  expect(result.current.unsaved["weapon"]?.value).toBe("no");
  at.isDown = false;
  await waitFor(() => expect(result.current.unsaved).toEqual({}), { timeout: 6000 });
  const sent = at.asked.filter(({ method }) => method === "PUT");
  const told = sent.map(({ path, body }) => [path.split("/").at(-1), (body as { value: unknown }).value]);
  expect(told).toEqual([
    ["weapon", "yes"],
    ["injured", "no"],
    ["weapon", "no"],
  ]);
}, 10_000);

test("what a reload found on the device is sent", async () => {
  sessionStorage.setItem(
    "doorstep.unsaved.c",
    JSON.stringify([{ question: "weapon", value: "no", at: "2026-05-03T22:14:00Z" }]),
  );
  const at = server();
  renderHook(() => useCall("c"), { wrapper });
  await waitFor(() => expect(at.answers).toMatchObject({ weapon: { value: "no" } }));
  await waitFor(() => expect(unsavedOf("c")).toEqual({}));
});

test("a change that was overtaken is made again on what stands now", async () => {
  const at = server();
  const { result } = renderHook(() => useCall("c"), { wrapper });
  await waitFor(() => expect(result.current.query.data?.version).toBe(1));
  at.version = 5;
  await act(async () => expect(await result.current.change({ covert: true })).toBe(true));
  const changes = at.asked.filter(({ method }) => method === "PATCH");
  expect(changes.map(({ match }) => match)).toEqual(['"1"', '"5"']);
  expect(changes.at(-1)?.body).toEqual({ covert: true });
  await waitFor(() => expect(result.current.query.data?.version).toBe(6));
});

test("a position that comes during the call is seen, with the version to change it by", async () => {
  const at = server();
  const { result } = renderHook(() => useCall("c"), { wrapper });
  await waitFor(() => expect(result.current.query.data?.version).toBe(1));
  at.location = { type: "Point", coordinates: [24.5, 58.4] };
  at.version = 2;
  await waitFor(() => expect(result.current.query.data?.location).toEqual(at.location), { timeout: 5000 });
  await act(() => result.current.change({ covert: true }));
  expect(at.asked.filter(({ method }) => method === "PATCH").map(({ match }) => match)).toEqual(['"2"']);
});
