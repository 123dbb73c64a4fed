import { useQuery } from "@tanstack/react-query";
import { client, done } from "../api/client";

/** The questions, in every language, in the version that a call is pinned to. */
export function useScript(code: string, version: number) {
  return useQuery({
    queryKey: ["script", code, version],
    queryFn: () =>
      done(client.GET("/api/v1/scripts/{code}", { params: { path: { code }, query: { version } } })),
    staleTime: Infinity,
  });
}
