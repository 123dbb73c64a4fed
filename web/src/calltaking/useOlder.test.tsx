// @vitest-environment jsdom
import { QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { newQueries } from "../api/queries";
import { useOlder } from "./useOlder";
import type { History } from "./wire";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const entry = (incident_id: string) => ({ incident_id }) as History["entries"][number];

test("older entries of the address come a page at a time, each once", async () => {
  const asked: string[] = [];
  const pages: Record<string, object> = {
    "": { entries: [entry("1"), entry("2")], next_cursor: "b" },
    b: { entries: [entry("3")], next_cursor: "c" },
    c: { entries: [entry("4")] },
  };
  vi.stubGlobal("fetch", (request: Request) => {
    const cursor = new URL(request.url).searchParams.get("cursor") ?? "";
    asked.push(cursor);
    return Promise.resolve(
      new Response(JSON.stringify(pages[cursor]), { headers: { "Content-Type": "application/json" } }),
    );
  });
  const queries = newQueries();
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={queries}>{children}</QueryClientProvider>
  );
  const history = { entries: [entry("1"), entry("p")], more: true } as History;
  const { result } = renderHook(() => useOlder(history, "a"), { wrapper });
  const ids = () => result.current.entries.map(({ incident_id }) => incident_id).join(" ");
  expect(ids()).toBe("1 p");
  expect(asked).toEqual([]); // a call is no reason to read what nobody asks for
  expect(result.current.isMore).toBe(true);

  await act(() => result.current.load());
  await waitFor(() => expect(ids()).toBe("1 p 2 3"));
  expect(result.current.isMore).toBe(true);
  await act(() => result.current.load());
  await waitFor(() => expect(ids()).toBe("1 p 2 3 4"));
  expect(result.current.isMore).toBe(false);
  expect(result.current.isWhole).toBe(true);
  expect(asked).toEqual(["", "b", "c"]);
});
