import { useQuery } from "@tanstack/react-query";
import { client, doneWithVersion } from "../api/client";

export const deadlinesKey = ["deadlines"];

const every = 30_000; // ms: another desk may have changed them

/** The centre's deadlines, with their version for a change. */
export function useDeadlines() {
  return useQuery({
    queryKey: deadlinesKey,
    queryFn: () => doneWithVersion(client.GET("/api/v1/deadlines")),
    refetchInterval: every,
  });
}
