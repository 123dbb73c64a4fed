import type { Said } from "../i18n/language";
import type { Question } from "./walk";

/** The wording for this caller: covert before third party before the plain one. */
export function wordingOf(question: Question, covert: boolean, caller: string | undefined): Said {
  if (covert && question.covert) return question.covert;
  if (caller !== undefined && caller !== "victim" && question.third_party) return question.third_party;
  return question.text;
}
