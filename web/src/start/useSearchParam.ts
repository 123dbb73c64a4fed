import { useCallback, useSyncExternalStore } from "react";

const changed = "doorstep:address";

/**
 * One value in the address bar, so that a reload, Back and a shared link lead to
 * the same place: const [premise, setPremise] = useSearchParam("premise").
 */
export function useSearchParam(name: string): [string | null, (value: string | null) => void] {
  const value = useSyncExternalStore(watch, () => new URLSearchParams(location.search).get(name));
  const set = useCallback(
    (next: string | null) => {
      const url = new URL(location.href);
      if (next === null) url.searchParams.delete(name);
      else url.searchParams.set(name, next);
      if (url.href === location.href) return;
      history.pushState(null, "", url);
      dispatchEvent(new Event(changed));
    },
    [name],
  );
  return [value, set];
}

function watch(listener: () => void): () => void {
  addEventListener("popstate", listener);
  addEventListener(changed, listener);
  return () => {
    removeEventListener("popstate", listener);
    removeEventListener(changed, listener);
  };
}
