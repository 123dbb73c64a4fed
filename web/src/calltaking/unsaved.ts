import { useSyncExternalStore } from "react";
import type { Answers } from "./wire";

// Answers stay on this device until the server has them. The server's word wins
// as soon as it is there.

const place = "doorstep.unsaved.";
const listeners = new Set<() => void>();
const read = new Map<string, { text: string | null; answers: Answers }>();

/** The answers of a call that the server does not have yet; the same object until they change. */
export function unsavedOf(call: string): Answers {
  const text = sessionStorage.getItem(place + call);
  const known = read.get(call);
  if (known?.text === text) return known.answers;
  const answers = text === null ? {} : (JSON.parse(text) as Answers);
  read.set(call, { text, answers });
  return answers;
}

export function keepUnsaved(call: string, question: string, value: unknown): void {
  write(call, { ...unsavedOf(call), [question]: { value, at: new Date().toISOString() } });
}

/** The server has this answer. A newer one to the same question stays. */
export function saved(call: string, question: string, at: string): void {
  const { [question]: kept, ...rest } = unsavedOf(call);
  if (kept?.at === at) write(call, rest);
}

/** Nothing about a caller stays on the device after sign-out. */
export function forgetUnsaved(): void {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(place)) sessionStorage.removeItem(key);
  tell();
}

export function useUnsaved(call: string): Answers {
  return useSyncExternalStore(watch, () => unsavedOf(call));
}

function write(call: string, answers: Answers) {
  if (Object.keys(answers).length === 0) sessionStorage.removeItem(place + call);
  else sessionStorage.setItem(place + call, JSON.stringify(answers));
  tell();
}

function tell() {
  for (const listener of listeners) listener();
}

function watch(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
