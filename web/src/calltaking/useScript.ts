import { useQuery } from "@tanstack/react-query";
import { client, done } from "../api/client";

/** The questions, in every language. They change with a new version only. */
export function useScript(code: string, version: number) {
  return useQuery({
    queryKey: ["script", code, version],
    queryFn: () => done(client.GET("/api/v1/scripts/{code}", { params: { path: { code } } })),
    staleTime: Infinity,
  });
}
