// @vitest-environment jsdom
import { act, renderHook } from "@testing-library/react";
import { afterEach, describe, expect, test, vi } from "vitest";
import { client, done, doneWithVersion } from "./client";
import { useOnce } from "./once";
import { kindOf, mistakesOf, Refused, Unreachable } from "./problem";

afterEach(() => vi.unstubAllGlobals());

function answer(status: number, body: object | null, headers: Record<string, string> = {}) {
  const type = status < 400 ? "application/json" : "application/problem+json";
  const text = body === null ? null : JSON.stringify(body);
  vi.stubGlobal("fetch", () =>
    Promise.resolve(new Response(text, { status, headers: { "Content-Type": type, ...headers } })),
  );
}

describe("a call", () => {
  test("gives the body", async () => {
    answer(200, { user: { id: "1" } });
    expect(await done(client.GET("/api/v1/session"))).toEqual({ user: { id: "1" } });
  });

  test("gives the version for the next change", async () => {
    answer(200, { user: { id: "1" } }, { ETag: '"3"' });
    expect((await doneWithVersion(client.GET("/api/v1/session"))).version).toBe('"3"');
  });

  test("without content is done too", async () => {
    answer(204, null);
    expect(await done(client.DELETE("/api/v1/session"))).toBeUndefined();
  });

  test("that is refused says with which fields", async () => {
    answer(422, { status: 422, detail: "not a code", errors: [{ field: "otp", detail: "six digits" }] });
    const error: unknown = await done(client.GET("/api/v1/session")).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Refused);
    expect(mistakesOf(error)).toEqual([{ field: "otp", detail: "six digits" }]);
  });

  test("that found no line is unreachable, not refused", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
    await expect(done(client.GET("/api/v1/session"))).rejects.toBeInstanceOf(Unreachable);
  });

  test("that is answered by no problem at all is still refused", async () => {
    vi.stubGlobal("fetch", () => Promise.resolve(new Response("<html>bad gateway</html>", { status: 502 })));
    const error: unknown = await done(client.GET("/api/v1/session")).catch((caught: unknown) => caught);
    expect(kindOf(error)).toBe("unavailable");
  });
});

test.each([
  [400, "invalid"],
  [422, "invalid"],
  [401, "signedOut"],
  [403, "forbidden"],
  [404, "notFound"],
  [409, "conflict"],
  [412, "conflict"],
  [413, "tooLarge"],
  [429, "tooMany"],
  [503, "unavailable"],
  [500, "internal"],
])("status %i is %s to a person", (status, kind) => {
  expect(kindOf(new Refused(status, {}))).toBe(kind);
});

test("one intention has one key, whatever the retries, and the next has another", () => {
  const { result, rerender } = renderHook(() => useOnce());
  const first = result.current.key();
  rerender();
  expect(result.current.key()).toEqual(first);
  act(() => result.current.renew());
  expect(result.current.key()).not.toEqual(first);
});

test("a retry of the same body keeps its key, a changed body is a new intention", () => {
  const { result } = renderHook(() => useOnce());
  const first = result.current.key({ channel: "voice" });
  expect(result.current.key({ channel: "voice" })).toEqual(first);
  expect(result.current.key({ channel: "text" })).not.toEqual(first);
});
