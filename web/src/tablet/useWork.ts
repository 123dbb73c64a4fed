import { useCallback, useEffect, useRef, useState } from "react";
import { client, done } from "../api/client";
import { mistakesOf, Refused } from "../api/problem";
import { useLink, useNotice, useRefusal, useStream } from "../live/useStream";
import type { Assignment, Briefing, Draft, Job, Keep, OnSceneSheet, Press } from "./keep";

export type Work = {
  jobs: Job[];
  presses: Press[];
  drafts: Draft[];
  /** When the server last told the list; null: never on this device. */
  asOf: Date | null;
};

const nothing: Work = { jobs: [], presses: [], drafts: [], asOf: null };

/**
 * What the crew is sent to. Everything shown comes from the device: what the
 * server says is stored first, so that a dead spot changes nothing on screen.
 */
export function useWork(keep: Keep, onNews: (job: Job) => void) {
  const stream = useStream();
  const link = useLink();
  const [work, setWork] = useState<Work>(nothing);
  const [ready, setReady] = useState(false);
  const [error, setError] = useState<unknown>(null);

  const show = useCallback(async () => {
    const [jobs, presses, drafts, asOf] = await Promise.all([
      keep.jobs(),
      keep.presses(),
      keep.drafts(),
      keep.asOf(),
    ]);
    setWork({ jobs, presses, drafts, asOf: asOf === undefined ? null : new Date(asOf) });
  }, [keep]);

  const news = useRef(onNews);
  useEffect(() => {
    news.current = onNews;
  });

  const load = useCallback(async () => {
    try {
      const page = await done(client.GET("/api/v1/units/mine/work"));
      const fresh = await keep.takeAll(page.items, page.as_of);
      setError(null);
      await show();
      for (const job of fresh) news.current(job);
    } catch (problem) {
      setError(problem);
      await show();
    } finally {
      setReady(true);
    }
  }, [keep, show]);

  useEffect(() => {
    void show().then(load);
  }, [show, load]);

  useNotice<Briefing & { assignment: Assignment }>("briefing", async ({ body }) => {
    const { assignment, ...briefing } = body;
    const job = { assignment, briefing };
    const isNews = await keep.take(job);
    await show();
    if (isNews) news.current(job);
  });
  useNotice("status", load);
  useNotice("resync", ({ topic }) => {
    if (topic.startsWith("unit:")) void load();
  });
  useRefusal(({ of, ref }) => {
    if (of === "status" && ref !== undefined) void keep.unpress(ref).then(show);
  });

  const press = useCallback(
    async (assignment: string, status: string) => {
      const body = {
        assignment_id: assignment,
        status,
        at: new Date().toISOString(),
        client_id: crypto.randomUUID(),
      };
      await keep.press(body);
      await show();
      await stream.say({ type: "status", body });
    },
    [keep, show, stream],
  );

  // The server confirms a status in the list; ask until it does.
  const unconfirmed = work.presses.length;
  const live = link.state === "live";
  useEffect(() => {
    if (unconfirmed === 0 || !live) return;
    const asking = setInterval(() => void load(), 2000);
    return () => clearInterval(asking);
  }, [unconfirmed, live, load]);

  const draft = useCallback(
    async (changed: Draft) => {
      await keep.draft(changed);
      await show();
    },
    [keep, show],
  );

  const send = useCallback(
    async (waiting: Draft) => {
      try {
        await done(
          client.PUT("/api/v1/incidents/{id}/on_scene_record", {
            params: { path: { id: waiting.incident_id }, header: { "If-Match": `"${waiting.version}"` } },
            body: waiting.sheet as OnSceneSheet,
          }),
        );
        await keep.dropDraft(waiting.incident_id);
      } catch (problem) {
        if (!(problem instanceof Refused) || problem.status >= 500) return; // there is a next time
        const found = mistakesOf(problem);
        const mistakes = found.length > 0 ? found : [{ detail: problem.message }];
        if (problem.status !== 412) return draft({ ...waiting, waiting: false, mistakes });
        const theirs = await done(
          client.GET("/api/v1/incidents/{id}/on_scene_record", { params: { path: { id: waiting.incident_id } } }),
        );
        return draft({ ...waiting, waiting: false, mistakes: [], theirs });
      }
      await show();
    },
    [keep, draft, show],
  );

  // Sheets go when there is a line, one try at a time.
  const sending = useRef(false);
  useEffect(() => {
    const due = work.drafts.filter((each) => each.waiting);
    if (due.length === 0) return;
    const tryAll = async () => {
      if (sending.current) return;
      sending.current = true;
      try {
        for (const each of due) await send(each);
      } finally {
        sending.current = false;
      }
    };
    if (live) void tryAll();
    const again = setInterval(() => void tryAll(), 10_000);
    return () => clearInterval(again);
  }, [work.drafts, live, send]);

  return { ...work, ready, error, press, draft, reload: load };
}
