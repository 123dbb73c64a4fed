import { useState } from "react";
import { newKey } from "../api/once";
import type { Schemas } from "../api/client";
import { useUser } from "../start/useUser";

type Body = Schemas["ReportOutcomeBody"];

/** An outcome that is being written. Empty words stand for 'nothing said'. */
export type Draft = {
  /** Of this one intention: the same until the server has answered. */
  key: string;
  kind: Body["kind"];
  text: string;
  class: NonNullable<Body["class"]> | "";
  risk: NonNullable<Body["risk_level"]> | "";
  helped: string;
  advice: string;
  /** 2026-03-15, or empty. */
  followUp: string;
};

const start = "doorstep-outcome-";

const blank = (): Draft => ({
  key: newKey(),
  kind: "follow_up_visit",
  text: "",
  class: "",
  risk: "",
  helped: "",
  advice: "",
  followUp: "",
});

/**
 * What was typed, and the key it goes out with. Both outlive a failed line, a
 * reload and a look at another case; they end with this tab or at sign-out.
 */
export function useDraft(incident: string): {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  forget: () => void;
} {
  const place = `${start}${useUser().id}-${incident}`;
  const [draft, setDraft] = useState<Draft>(() => ({ ...blank(), ...kept(place) }));
  return {
    draft,
    change: (part) => {
      setDraft((now) => {
        const next = { ...now, ...part };
        sessionStorage.setItem(place, JSON.stringify(next));
        return next;
      });
    },
    forget: () => {
      sessionStorage.removeItem(place);
      setDraft(blank());
    },
  };
}

/** Whoever signs in next must not find what this officer wrote. */
export function forgetDrafts(): Promise<void> {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(start)) sessionStorage.removeItem(key);
  return Promise.resolve();
}

function kept(place: string): Partial<Draft> {
  try {
    return JSON.parse(sessionStorage.getItem(place) ?? "{}") as Partial<Draft>;
  } catch {
    return {};
  }
}

/** As the contract has it. A day to look again is due at its end, so that today may be chosen. */
export function bodyOf(draft: Draft): Body {
  return {
    kind: draft.kind,
    text: draft.text.trim(),
    advice: draft.advice.trim(),
    helped_by: draft.helped
      .split(",")
      .map((each) => each.trim())
      .filter((each) => each !== ""),
    ...(draft.class !== "" && { class: draft.class }),
    ...(draft.risk !== "" && { risk_level: draft.risk }),
    ...(draft.followUp !== "" && { follow_up_at: endOf(draft.followUp).toISOString() }),
  };
}

/** Whether the day to look again is over already. */
export function isPast(followUp: string, now: Date): boolean {
  return followUp !== "" && endOf(followUp) < now;
}

function endOf(date: string): Date {
  return new Date(`${date}T23:59:59`);
}
