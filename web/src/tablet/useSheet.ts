import { useMutation, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { client, doneWithVersion, ifMatch } from "../api/client";
import { kindOf, Refused } from "../api/problem";
import { useLink } from "../live/useStream";
import { endDraft, keepDraft, useDraft } from "./drafts";
import { waitingDrafts, type Draft, type Sheet } from "./work";

// Nothing is answered beforehand: a sheet must not say what nobody asked.
const empty: Partial<Sheet> = { summary: "", contact_card_given: false };

const none = '"0"'; // the version of a sheet that nobody wrote yet
const tryAgainEvery = 10_000; // ms, while there is a line

const read = (incident: string) =>
  doneWithVersion(
    client.GET("/api/v1/incidents/{id}/on_scene_record", { params: { path: { id: incident } } }),
  );

/** The sheet of one incident: what the server has, and over it what was written here. */
export function useSheet(incident: string) {
  const queries = useQueryClient();
  const kept = useQuery({
    queryKey: ["sheet", incident],
    queryFn: () => read(incident),
    networkMode: "always",
    retry: false,
  });
  const draft = useDraft(incident);
  const version = kept.data?.version ?? none;
  const change = (part: Partial<Sheet>) =>
    keepDraft({
      incident,
      version: draft?.version ?? version,
      part: { ...draft?.part, ...part },
      waiting: false,
    });
  const sheet: Partial<Sheet> = { ...empty, ...kept.data?.data.record, ...draft?.part };
  const save = useMutation({
    networkMode: "always",
    mutationFn: () =>
      deliver(queries, { incident, version: draft?.version ?? version, part: sheet, waiting: true }),
  });
  /** Settles a conflict: mine goes over theirs, or theirs stays. */
  const settle = async (which: "mine" | "theirs") => {
    if (draft?.theirs === undefined) return;
    if (which === "theirs") {
      await kept.refetch();
      await endDraft(incident);
    } else {
      await keepDraft({ incident, part: draft.part, version: draft.theirs.version, waiting: false });
    }
  };
  return {
    sheet,
    draft: draft ?? null,
    isLoading: draft === undefined || kept.isPending,
    change,
    save,
    settle,
  };
}

/** Sends what waits on this device whenever there is a line. */
export function useWaitingSheets(): void {
  const queries = useQueryClient();
  const live = useLink().state === "live";
  useEffect(() => {
    if (!live) return;
    const sendAll = async () => {
      for (const draft of await waitingDrafts()) await deliver(queries, draft).catch(() => undefined); // its draft says why
    };
    void sendAll();
    const again = setInterval(() => void sendAll(), tryAgainEvery);
    return () => clearInterval(again);
  }, [live, queries]);
}

/**
 * Sends a sheet. "saved", or what became of the draft instead: it waits for a
 * line, or stands against what somebody else saved. Throws what the server found
 * wrong with it. Nothing that was typed is lost in any case.
 */
export async function deliver(queries: QueryClient, draft: Draft): Promise<"saved" | "waiting" | "conflict"> {
  const { incident } = draft;
  await keepDraft({ ...draft, waiting: true });
  try {
    await doneWithVersion(
      client.PUT("/api/v1/incidents/{id}/on_scene_record", {
        params: { path: { id: incident }, header: ifMatch(draft.version) },
        body: draft.part as Sheet, // the server names what is missing
      }),
    );
  } catch (error) {
    if (["unreachable", "unavailable"].includes(kindOf(error))) return "waiting";
    if (error instanceof Refused && error.status === 412) {
      const { data, version } = await read(incident);
      const theirs = { sheet: data.record ?? {}, version: version ?? none };
      await keepDraft({ ...draft, waiting: false, theirs });
      return "conflict";
    }
    await keepDraft({ ...draft, waiting: false });
    throw error;
  }
  await queries.refetchQueries({ queryKey: ["sheet", incident] }); // before the draft goes: what it says must not blink
  await endDraft(incident);
  return "saved";
}
