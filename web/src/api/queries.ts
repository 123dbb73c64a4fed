import { QueryClient } from "@tanstack/react-query";
import { kindOf } from "./problem";

/**
 * The cache of what the server said. A call is tried again only when that can
 * help: when the line or a part of the service is down.
 */
export function newQueries(): QueryClient {
  const again = (failures: number, error: Error) => {
    const kind = kindOf(error);
    return failures < 3 && (kind === "unreachable" || kind === "unavailable");
  };
  return new QueryClient({
    defaultOptions: {
      // The stream says what changed; a query is not asked again just because a window was touched.
      queries: { retry: again, staleTime: 30_000, refetchOnWindowFocus: false, networkMode: "always" },
      mutations: { retry: again, networkMode: "always" },
    },
  });
}
