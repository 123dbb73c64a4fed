import { createContext, useContext, useEffect, useRef, useSyncExternalStore } from "react";
import type { Notice, NoticeType, Refusal } from "./frames";
import type { Link } from "./link";
import type { Stream } from "./stream";

/** The page's one stream; start/ puts it there. */
export const StreamContext = createContext<Stream | null>(null);

export function useStream(): Stream {
  const stream = useContext(StreamContext);
  if (stream === null) throw new Error("no stream on this page: start it with startDesk");
  return stream;
}

/** How fresh this screen is. */
export function useLink(): Link {
  const stream = useStream();
  return useSyncExternalStore(stream.watchLink, () => stream.link);
}

/**
 * Hears notices while the component is on screen:
 * useNotice<Briefing>("briefing", async (notice) => { await store(notice.body); }).
 */
export function useNotice<Body = unknown>(
  type: NoticeType,
  handler: (notice: Notice<Body>) => unknown,
): void {
  const stream = useStream();
  const latest = useRef(handler);
  useEffect(() => {
    latest.current = handler;
  });
  useEffect(() => stream.on<Body>(type, (notice) => latest.current(notice)), [stream, type]);
}

/** Watches one more topic, such as an incident, while the component is on screen. */
export function useTopic(topic: string | null): void {
  const stream = useStream();
  useEffect(() => (topic === null ? undefined : stream.watch(topic)), [stream, topic]);
}

/** Hears of what this screen said and the server will never accept. */
export function useRefusal(handler: (refusal: Refusal) => void): void {
  const stream = useStream();
  const latest = useRef(handler);
  useEffect(() => {
    latest.current = handler;
  });
  useEffect(() => stream.onRefused((refusal) => latest.current(refusal)), [stream]);
}
