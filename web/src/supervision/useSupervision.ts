import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { client, done } from "../api/client";
import { useNotice } from "../live/useStream";

const unreadKey = ["unread"];
const watchedKey = ["watched"];

// What is new on no topic that is watched yet: a unit just sent, an incident just raised.
const unreadEvery = 5_000; // ms
const watchedEvery = 15_000;

const shown = 50;

export function useUnread() {
  return useQuery({
    queryKey: unreadKey,
    queryFn: () => done(client.GET("/api/v1/supervision/briefings")),
    refetchInterval: unreadEvery,
  });
}

export function useWatched() {
  return useQuery({
    queryKey: watchedKey,
    queryFn: () => done(client.GET("/api/v1/supervision/incidents", { params: { query: { limit: shown } } })),
    refetchInterval: watchedEvery,
  });
}

/** Reads the lists again when the stream says that something changed; a burst of notices is one reading. */
export function useFreshLists(): () => void {
  const queries = useQueryClient();
  const waits = useRef(new Map<string, ReturnType<typeof setTimeout>>());
  useEffect(() => {
    const { current } = waits;
    return () => current.forEach((timer) => clearTimeout(timer));
  }, []);
  const reload = (key: string[]) => {
    const name = key.join();
    if (waits.current.has(name)) return;
    const timer = setTimeout(() => {
      waits.current.delete(name);
      void queries.invalidateQueries({ queryKey: key });
    }, 150);
    waits.current.set(name, timer);
  };
  const both = () => {
    reload(unreadKey);
    reload(watchedKey);
  };
  useNotice("delivery", () => reload(unreadKey));
  useNotice("assessment", () => reload(watchedKey));
  useNotice("status", both);
  useNotice("alert", both);
  useNotice("resync", both);
  return both;
}
