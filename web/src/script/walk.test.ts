import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { holds, walk, type Facts, type Mode, type Script } from "./walk";

type Given = { name: string; answers?: Record<string, unknown>; facts?: Facts; mode?: Mode };
type Vectors = {
  conditions: (Given & { when: Parameters<typeof holds>[0]; holds: boolean })[];
  scripts: Record<string, Pick<Script, "questions"> & Partial<Script>>;
  walks: (Given & { script: string; walk: Record<string, unknown> })[];
};

// The same vectors hold the server to the rules.
const vectors = JSON.parse(
  readFileSync(new URL("../../../internal/script/testdata/vectors.json", import.meta.url), "utf8"),
) as Vectors;

const published = parse(
  readFileSync(new URL("../../../internal/script/scripts/dv.yaml", import.meta.url), "utf8"),
) as Script;
const scripts = { ...vectors.scripts, [published.code]: published };

const judged = ({ when, answers = {}, facts = {}, mode = {} }: Vectors["conditions"][number]) =>
  holds(when, { answers, facts, mode });

function walked({ script: name, answers = {}, facts = {}, mode = {} }: Vectors["walks"][number]) {
  const script = scripts[name];
  if (script === undefined) throw new Error(`no script ${name}`);
  const found = walk(
    { ...script, advice: script.advice ?? [], covert: script.covert ?? {} },
    answers,
    facts,
    mode,
  );
  return { ...found, advice: found.advice.map(({ code }) => code) };
}

describe("a condition", () => {
  test.each(vectors.conditions)("$name", (vector) => {
    expect(judged(vector)).toBe(vector.holds);
  });
});

describe("a walk", () => {
  test.each(vectors.walks)("$name", (vector) => {
    expect(walked(vector)).toEqual(vector.walk);
  });
});

test("a vector that is wrong is noticed", () => {
  for (const vector of vectors.conditions) expect(judged(vector)).not.toBe(!vector.holds);
  for (const vector of vectors.walks)
    expect(walked(vector)).not.toEqual({ ...vector.walk, next: `${String(vector.walk["next"])}x` });
});
