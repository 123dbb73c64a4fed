import { QueryClient } from "@tanstack/react-query";
import { kindOf } from "./problem";

/**
 * The cache of what the server said. A call is tried again only when that can
 * help: when the line or a part of the service is down. What a person does is
 * tried again once, and then they hear that it was not done.
 */
export function newQueries(): QueryClient {
  const again = (times: number) => (failures: number, error: Error) => {
    const kind = kindOf(error);
    return failures < times && (kind === "unreachable" || kind === "unavailable");
  };
  return new QueryClient({
    defaultOptions: {
      // The stream says what changed; a query is not asked again just because a window was touched.
      queries: { retry: again(3), staleTime: 30_000, refetchOnWindowFocus: false, networkMode: "always" },
      mutations: { retry: again(1), networkMode: "always" },
    },
  });
}
