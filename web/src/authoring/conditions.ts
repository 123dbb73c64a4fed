import type { Condition, Question } from "../script/walk";

/** How the parts of a condition are joined, in the language of the screen. */
export type Joints = { all: string; any: string; not: string; asked: string; notAsked: string };

/** A condition in one line, with the codes that an author writes; empty for the one that always holds. */
export function inWords(condition: Condition | undefined, joints: Joints): string {
  return condition === undefined ? "" : part(condition, joints, false);
}

function part(condition: Condition, joints: Joints, within: boolean): string {
  const join = (parts: readonly Condition[], word: string) => {
    const text = parts.map((each) => part(each, joints, parts.length > 1)).join(` ${word} `);
    return within && parts.length > 1 ? `(${text})` : text;
  };
  if (condition.all) return join(condition.all, joints.all);
  if (condition.any) return join(condition.any, joints.any);
  if (condition.not) return `${joints.not} (${part(condition.not, joints, false)})`;
  const of = condition.answer ?? condition.history;
  if (of !== undefined) return `${of} ${compared(condition, joints)}`;
  if (condition.mode !== undefined) return `mode = ${condition.mode}`;
  if (condition.caller !== undefined) return `caller = ${condition.caller}`;
  return "";
}

function compared({ asked, at_least, in: among, is }: Condition, joints: Joints): string {
  if (asked !== undefined) return asked ? joints.asked : joints.notAsked;
  if (at_least !== undefined) return `≥ ${at_least}`;
  if (among) return `∈ {${among.join(", ")}}`;
  return `= ${String(is)}`;
}

/** The questions that a condition looks at, each once. */
export function lookedAt(condition: Condition | undefined): string[] {
  if (condition === undefined) return [];
  const within = [
    ...(condition.all ?? []),
    ...(condition.any ?? []),
    ...(condition.not ? [condition.not] : []),
  ];
  const codes = [...(condition.answer === undefined ? [] : [condition.answer]), ...within.flatMap(lookedAt)];
  return [...new Set(codes)];
}

/** What else a condition looks at: the history, the mode, the caller. */
export function besides(condition: Condition | undefined): string[] {
  if (condition === undefined) return [];
  const within = [
    ...(condition.all ?? []),
    ...(condition.any ?? []),
    ...(condition.not ? [condition.not] : []),
  ];
  const own = [condition.history, condition.mode, condition.caller].filter((each) => each !== undefined);
  return [...new Set([...own, ...within.flatMap(besides)])];
}

/** What raises which flag: "stalking: yes", "injury: ≥ 1". */
export function raisesOf(question: Pick<Question, "raises">): string[] {
  return (question.raises ?? []).map(({ flag, is, in: among, at_least }) => {
    const by = among?.join(", ") ?? is ?? (at_least === undefined ? "" : `≥ ${at_least}`);
    return `${flag}: ${by}`;
  });
}
