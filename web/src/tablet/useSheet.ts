import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useLink } from "../live/useStream";
import { useAnnounce } from "../ui/Announcer";
import { deliver, isUnderWay, none, readSheet } from "./deliver";
import { endDraft, keepDraft, useDraft } from "./drafts";
import { waitingDrafts, type Sheet } from "./work";

// Nothing is answered beforehand: a sheet must not say what nobody asked.
const empty: Partial<Sheet> = { summary: "", contact_card_given: false };

const tryAgainEvery = 10_000; // ms, while there is a line

/** The sheet of one incident: what the server has, and over it what was written here. */
export function useSheet(incident: string) {
  const queries = useQueryClient();
  const kept = useQuery({
    queryKey: ["sheet", incident],
    queryFn: () => readSheet(incident),
    networkMode: "always",
    retry: false,
  });
  const draft = useDraft(incident);
  const version = draft?.version ?? kept.data?.version ?? none;
  const sheet: Partial<Sheet> = { ...empty, ...kept.data?.data.record, ...draft?.part };
  const change = (part: Partial<Sheet>) =>
    keepDraft({
      incident,
      version,
      part: { ...draft?.part, ...part },
      waiting: false,
      ...(draft?.refused && { refused: draft.refused }), // until the next try
    });
  const save = useMutation({
    networkMode: "always",
    mutationFn: async () => {
      await keepDraft({ incident, version, part: sheet, waiting: true });
      return deliver(queries, incident);
    },
  });
  /** Settles a conflict: mine goes over theirs, or theirs stays. False: theirs could not be fetched, and nothing changed. */
  const settle = async (which: "mine" | "theirs"): Promise<boolean> => {
    if (draft?.theirs === undefined) return true;
    if (which === "mine") {
      await keepDraft({ incident, part: draft.part, version: draft.theirs.version, waiting: false });
      return true;
    }
    const { isSuccess } = await kept.refetch();
    if (isSuccess) await endDraft(incident);
    return isSuccess;
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
  const { t } = useTranslation("tablet");
  const queries = useQueryClient();
  const announce = useAnnounce();
  const live = useLink().state === "live";
  useEffect(() => {
    if (!live) return;
    const sendAll = async () => {
      for (const { incident } of await waitingDrafts()) {
        if (isUnderWay(incident)) continue;
        const became = await deliver(queries, incident);
        if (became === "saved") announce(t("sheet.saved"), "good");
        if (became === "refused" || became === "conflict") announce(t("sheet.notTaken"), "critical");
      }
    };
    void sendAll();
    const again = setInterval(() => void sendAll(), tryAgainEvery);
    return () => clearInterval(again);
  }, [live, queries, announce, t]);
}
