import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { client, done } from "../api/client";
import { useOnce } from "../api/once";
import type { Version } from "./wire";

/** All versions of all scripts; asked again now and then, since the other person works elsewhere. */
export function useVersions() {
  return useQuery({
    queryKey: ["scripts"],
    queryFn: () => done(client.GET("/api/v1/scripts")),
    refetchInterval: 15_000,
  });
}

export function useVersion(code: string, version: number) {
  return useQuery({
    queryKey: ["scripts", code, version],
    queryFn: () =>
      done(client.GET("/api/v1/scripts/{code}/versions/{version}", { params: { path: { code, version } } })),
  });
}

export function useDifferences(code: string, version: number, from: number) {
  return useQuery({
    queryKey: ["scripts", code, version, "from", from],
    queryFn: () =>
      done(
        client.GET("/api/v1/scripts/{code}/versions/{version}/differences", {
          params: { path: { code, version }, query: { from } },
        }),
      ),
    staleTime: Infinity, // neither version ever changes
  });
}

export function usePropose(code: string, onProposed: (version: Version) => void) {
  const queries = useQueryClient();
  const once = useOnce();
  return useMutation({
    mutationFn: (body: { source: string; note: string }) =>
      done(
        client.POST("/api/v1/scripts/{code}/versions", {
          params: { path: { code }, header: once.key(body) },
          body,
        }),
      ),
    onSuccess: async (version) => {
      once.renew();
      await queries.invalidateQueries({ queryKey: ["scripts"] });
      onProposed(version);
    },
  });
}

export function useDecide({ code, version }: Version) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { approve: boolean; reason?: string }) =>
      done(
        client.POST("/api/v1/scripts/{code}/versions/{version}/decision", {
          params: { path: { code, version } },
          body,
        }),
      ),
    // Also after a refusal: somebody else may have decided meanwhile.
    onSettled: () => queries.invalidateQueries({ queryKey: ["scripts"] }),
  });
}
