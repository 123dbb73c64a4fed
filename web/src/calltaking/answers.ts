import type { Said } from "../i18n/language";
import { clockTime } from "../i18n/time";
import type { Language } from "../i18n/language";
import type { Question, Script } from "./wire";

/** What was answered, in words. */
export function inShort(
  value: unknown,
  question: Question,
  words: Script["words"],
  said: (text: Said) => string,
  language: Language,
): string {
  const word = (code: unknown): string => {
    if (code === "yes" || code === "no" || code === "unknown" || code === "refused") return said(words[code]);
    const choice = question.choices?.find((each) => each.code === code);
    if (choice) return said(choice.text);
    if (question.kind === "time" && typeof code === "string") return clockTime(new Date(code), language);
    return typeof code === "string" || typeof code === "number" ? String(code) : "";
  };
  if (Array.isArray(value)) return value.map(word).join(", ");
  if (typeof value === "object" && value !== null) {
    return Object.values(value)
      .filter((part) => typeof part === "string" && part !== "")
      .join(", ");
  }
  return word(value);
}

/** The keys of the four words, beside the words themselves: Y N U R, in Estonian J E T K. */
export const wordKeys = {
  en: { yes: "Y", no: "N", unknown: "U", refused: "R" },
  et: { yes: "J", no: "E", unknown: "T", refused: "K" },
} as const;
