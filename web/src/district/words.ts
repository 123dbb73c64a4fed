import { useTranslation } from "react-i18next";
import type { Schemas } from "../api/client";
import { moment } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import type { Reason } from "../ui/Disclosure";
import type { Severity } from "../ui/Tag";
import { flags } from "./flags";

/** Where the page can go from here. */
export type Go = { address: (id: string) => void; incident: (id: string) => void };

export type T = ReturnType<typeof useTranslation<"district">>["t"];
export type Class = Schemas["Incident"]["class"];

export const classes = ["dv", "suspected_dv", "not_dv", "unclassified"] as const satisfies Class[];
export const levels = ["low", "medium", "high"] as const;

export const classSeverity: Record<Class, Severity> = {
  dv: "high",
  suspected_dv: "caution",
  not_dv: "neutral",
  unclassified: "neutral",
};

/** How much a risk level matters; a level that is not there was not graded. */
export function riskSeverity(level: string | undefined): Severity {
  return level === "high" ? "critical" : level === "medium" ? "high" : level === "low" ? "info" : "neutral";
}

export function riskInWords(t: T, level: string | undefined): string {
  return t(`risk.${levels.find((each) => each === level) ?? "none"}`);
}

export function classInWords(t: T, code: string): string {
  return t(`class.${classes.find((each) => each === code) ?? "unclassified"}`);
}

const relationships = [
  "partner",
  "ex_partner",
  "dating",
  "parent",
  "child",
  "sibling",
  "in_law",
  "other_relative",
  "household",
  "not_domestic",
] as const;

/** Null when nothing is known, or a newer server says something else. */
export function relationshipInWords(t: T, code: string | undefined): string | null {
  const known = relationships.find((each) => each === code);
  return known === undefined ? null : t(`relationship.${known}`);
}

/** The severity words of the rules; one that a newer server adds is shown without colour. */
export function severityOf(word: string): Severity {
  return word === "critical" || word === "high" || word === "caution" || word === "info" ? word : "neutral";
}

/** A flag by its code alone, as past incidents carry it. */
export function useFlagInWords(): (code: string) => { text: string; severity: Severity } {
  const { said } = useLanguage();
  return (code) => {
    const flag = flags[code];
    return flag === undefined
      ? { text: code, severity: "neutral" }
      : { text: said(flag.text), severity: flag.severity };
  };
}

const kinds = ["answer", "incident", "history", "order", "rule"] as const;

/** The reasons of a flag or a grade, with their source and time. */
export function useReasons(): (reasons: readonly Schemas["RiskReason"][]) => Reason[] {
  const { t } = useTranslation("district");
  const { language, said } = useLanguage();
  return (reasons) =>
    reasons.map(({ kind, text, answer, at }) => {
      const known = kinds.find((each) => each === kind);
      return {
        text: answer === undefined ? said(text) : `${said(text)} ${said(answer)}`,
        source: known && t(`reason.${known}`),
        at: at === undefined ? undefined : moment(new Date(at), language),
      };
    });
}
