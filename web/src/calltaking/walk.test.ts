import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { holds, walk, type Facts, type Mode } from "./walk";
import type { Script } from "./wire";

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

describe("a condition", () => {
  test.each(vectors.conditions)("$name", ({ when, answers = {}, facts = {}, mode = {}, holds: wanted }) => {
    expect(holds(when, { answers, facts, mode })).toBe(wanted);
  });
});

describe("a walk", () => {
  // Those of the published script need its file, which only the server reads.
  const own = vectors.walks.filter(({ script }) => script in vectors.scripts);
  test.each(own)("$name", ({ script: name, answers = {}, facts = {}, mode = {}, walk: wanted }) => {
    const script = vectors.scripts[name];
    if (script === undefined) throw new Error(`no script ${name}`);
    const found = walk(
      { ...script, advice: script.advice ?? [], covert: script.covert ?? {} },
      answers,
      facts,
      mode,
    );
    expect({ ...found, advice: found.advice.map(({ code }) => code) }).toEqual(wanted);
  });
});
