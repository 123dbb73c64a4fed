import { useSyncExternalStore } from "react";
import type { Answers } from "./wire";

// Answers stay on this device, in the order in which they were given, until the
// server has them. One that was changed meanwhile stays too: the record says
// what was answered before.

/** An answer that the server does not have yet. */
export type Waiting = { question: string; value: unknown; at: string };

const place = "doorstep.unsaved.";
const listeners = new Set<() => void>();
const read = new Map<string, { text: string | null; waiting: readonly Waiting[]; answers: Answers }>();
const nothing: readonly Waiting[] = [];

function known(call: string) {
  const text = sessionStorage.getItem(place + call);
  const before = read.get(call);
  if (before?.text === text) return before;
  const waiting = text === null ? nothing : (JSON.parse(text) as Waiting[]);
  const answers = Object.fromEntries(waiting.map(({ question, value, at }) => [question, { value, at }]));
  const now = { text, waiting, answers };
  read.set(call, now);
  return now;
}

/** What goes to the server next stands first. */
export const waitingOf = (call: string): readonly Waiting[] => known(call).waiting;

/** The newest answer to each question that the server does not have; the same object until they change. */
export const unsavedOf = (call: string): Answers => known(call).answers;

export function keepUnsaved(call: string, question: string, value: unknown): void {
  write(call, [...waitingOf(call), { question, value, at: new Date().toISOString() }]);
}

/** The server has this answer, or will never take it. */
export function saved(call: string, answer: Waiting): void {
  const left = [...waitingOf(call)];
  const index = left.findIndex(({ question, at }) => question === answer.question && at === answer.at);
  if (index < 0) return;
  left.splice(index, 1);
  write(call, left);
}

/** Nothing about a caller stays on the device after sign-out. */
export function forgetUnsaved(): void {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(place)) sessionStorage.removeItem(key);
  tell();
}

export function useUnsaved(call: string): Answers {
  return useSyncExternalStore(watch, () => unsavedOf(call));
}

function write(call: string, waiting: readonly Waiting[]) {
  if (waiting.length === 0) sessionStorage.removeItem(place + call);
  else sessionStorage.setItem(place + call, JSON.stringify(waiting));
  tell();
}

function tell() {
  for (const listener of listeners) listener();
}

function watch(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
