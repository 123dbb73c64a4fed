import { expect, test } from "vitest";
import { byPart } from "./differences";
import type { Difference } from "./wire";

test("differences stand together by what they are about", () => {
  const line = (of: Difference["of"], code: string, kind: Difference["kind"], field: string): Difference => ({
    of,
    kind,
    field,
    ...(code !== "" && { code }),
  });
  const parts = byPart([
    line("script", "", "changed", "version"),
    line("question", "weapon", "moved", "place"),
    line("question", "weapon", "changed", "text.en"),
    line("advice", "weapon", "removed", "place"),
    line("question", "pets", "added", "place"),
  ]);
  expect(parts.map(({ of, code, kind, lines }) => [of, code, kind, lines.length])).toEqual([
    ["script", "", "changed", 1],
    ["question", "weapon", "moved", 2],
    ["advice", "weapon", "removed", 1],
    ["question", "pets", "added", 1],
  ]);
});
