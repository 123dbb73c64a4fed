import { useInfiniteQuery } from "@tanstack/react-query";
import { client, done } from "../api/client";
import type { History } from "./wire";

/**
 * The entries of a call's history, and those of the address that are older, a page
 * at a time, once somebody asks for them. The call keeps the first page only.
 */
export function useOlder({ entries, more }: History, address: string | undefined) {
  const older = useInfiniteQuery({
    queryKey: ["older", address],
    queryFn: ({ pageParam, signal }) =>
      done(
        client.GET("/api/v1/addresses/{id}/history", {
          params: { path: { id: address ?? "" }, query: pageParam === "" ? {} : { cursor: pageParam } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    enabled: false,
  });
  const known = new Set(entries.map(({ incident_id }) => incident_id));
  const pages = older.data?.pages ?? [];
  return {
    entries: [
      ...entries,
      ...pages.flatMap((page) => page.entries).filter(({ incident_id }) => !known.has(incident_id)),
    ],
    /** That there is more to ask for. */
    isMore: more && address !== undefined && (pages.length === 0 || older.hasNextPage),
    /** That everything of the address is here; of the persons the newest are. */
    isWhole: more && pages.length > 0 && !older.hasNextPage,
    isLoading: older.isFetching,
    error: older.isError ? older.error : null,
    // The first page is mostly what the call has: what is asked for comes after it.
    load: async () => {
      if (pages.length > 0) {
        await older.fetchNextPage();
        return;
      }
      const first = await older.refetch();
      if (first.data?.pages.at(-1)?.next_cursor !== undefined) await older.fetchNextPage();
    },
  };
}
