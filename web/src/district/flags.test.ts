import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { flags, worstFirst } from "./flags";

const rules = readFileSync(new URL("../../../internal/risk/rules.yaml", import.meta.url), "utf8");

test("flags are said as the rules of the centre say them", () => {
  const declared = rules.matchAll(
    /- code: (\w+)\n\s+severity: (\w+)\n\s+text: \{ et: "([^"]+)", en: "([^"]+)"/g,
  );
  const found = [...declared].map(([, code, severity, et, en]) => [code, { severity, text: { et, en } }]);
  expect(found.length).toBeGreaterThan(20);
  expect(flags).toEqual(Object.fromEntries(found));
});

test("the worst flag comes first, and an unknown one last", () => {
  expect(worstFirst(["dog", "of tomorrow", "threats", "strangulation"])).toEqual([
    "strangulation",
    "threats",
    "dog",
    "of tomorrow",
  ]);
});
