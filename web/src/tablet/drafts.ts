import { useEffect, useSyncExternalStore } from "react";
import { draftOf, dropDraft, storeDraft, type Draft } from "./work";

// What is being written, as it stands on screen; the device follows. Null: nothing
// is; absent: the device was not asked yet.
const drafts = new Map<string, Draft | null>();
const listeners = new Set<() => void>();

function hold(incident: string, draft: Draft | null): void {
  drafts.set(incident, draft);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The draft of an incident's sheet; undefined until the device has told. */
export function useDraft(incident: string): Draft | null | undefined {
  useEffect(() => {
    if (drafts.has(incident)) return;
    void draftOf(incident).then((draft) => {
      if (!drafts.has(incident)) hold(incident, draft);
    });
  }, [incident]);
  return useSyncExternalStore(subscribe, () => drafts.get(incident));
}

/** The draft as it stands on screen, else as the device has it. */
export async function draftNow(incident: string): Promise<Draft | null> {
  return drafts.get(incident) ?? draftOf(incident);
}

/** Shows a draft at once, and returns when the device has it. */
export function keepDraft(draft: Draft): Promise<void> {
  hold(draft.incident, draft);
  return storeDraft(draft);
}

export function endDraft(incident: string): Promise<void> {
  hold(incident, null);
  return dropDraft(incident);
}
