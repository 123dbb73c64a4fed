import type { Schemas } from "../api/client";

export type Script = Schemas["Script"];
export type Question = Schemas["ScriptQuestion"];
export type Condition = Schemas["ScriptCondition"];
type Walk = Schemas["Walk"];

/** What a condition may know of the past: the counts by name, and the flags on record. */
export type Facts = {
  searched_premise?: boolean;
  searched_persons?: boolean;
  flags?: readonly string[];
  recent?: readonly { tie?: string; flags?: readonly string[] | null }[];
  [count: string]: unknown;
};

export type Mode = { speech?: string; caller?: string };
type Situation = { answers: Readonly<Record<string, unknown>>; facts: Facts; mode: Mode };

const ofPersons = ["person_dv_incidents_ever", "protection_order", "firearm_on_record"];

/** Whether a condition holds; the rules are those of the script's own documentation. */
export function holds(condition: Condition, at: Situation): boolean {
  if (condition.all) return condition.all.every((each) => holds(each, at));
  if (condition.any) return condition.any.some((each) => holds(each, at));
  if (condition.not) return !holds(condition.not, at);
  if (condition.answer) return ofAnswer(condition, at.answers[condition.answer]);
  if (condition.history) return ofHistory(condition, condition.history, at.facts);
  if (condition.mode) return condition.mode === at.mode.speech;
  if (condition.caller) return condition.caller === at.mode.caller;
  // What was judged is not known before the judging.
  return condition.flag === undefined && condition.class === undefined;
}

function ofAnswer(condition: Condition, value: unknown): boolean {
  const is = (word: unknown) => value === word || (Array.isArray(value) && value.includes(word));
  if (condition.asked !== undefined) return (value !== undefined) === condition.asked;
  if (condition.at_least !== undefined) return typeof value === "number" && value >= condition.at_least;
  if (condition.in) return condition.in.some(is);
  return is(condition.is);
}

function ofHistory(condition: Condition, fact: string, facts: Facts): boolean {
  const count = Number(facts[fact] ?? 0);
  const searched = fact.startsWith("searched_")
    ? true
    : ofPersons.includes(fact)
      ? facts.searched_persons
      : facts.searched_premise;
  const flagged = (flag: string) =>
    (facts.flags ?? []).includes(flag) ||
    (facts.recent ?? []).some(
      ({ tie = "", flags }) => ["", "dwelling", "person"].includes(tie) && (flags ?? []).includes(flag),
    );
  if (condition.at_least !== undefined) return count >= condition.at_least;
  if (condition.in) return condition.in.some(flagged);
  if (typeof condition.is === "string") return flagged(condition.is);
  if (condition.is === true) return count > 0;
  if (condition.is === false) return searched === true && count === 0;
  return false;
}

/** Where a call stands in its script, so that the next question is there at once, with or without a line. */
export function walk(
  script: Pick<Script, "questions" | "advice" | "covert">,
  answers: Readonly<Record<string, unknown>>,
  facts: Facts,
  mode: Mode,
): Walk {
  const counted: Record<string, unknown> = {};
  const at = { answers: counted, facts, mode };
  const visible: Question[] = [];
  for (const question of script.questions) {
    if (question.when && !holds(question.when, at)) continue;
    visible.push(question);
    if (answers[question.code] !== undefined) counted[question.code] = answers[question.code];
  }
  const open = visible.filter(({ code }) => counted[code] === undefined);
  const unanswered = open.filter(({ mandatory }) => mandatory === true).map(({ code }) => code);
  return {
    next: open[0]?.code ?? "",
    visible: visible.map(({ code }) => code),
    unanswered,
    advice: script.advice.filter(({ when }) => when === undefined || holds(when, at)),
    covert: Object.keys(script.covert).length > 0 && holds(script.covert, at),
    done: unanswered.length === 0,
  };
}
