import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import type { Script } from "../script/walk";
import { pictureOf } from "./graph";

const dv = parse(
  readFileSync(new URL("../../../internal/script/scripts/dv.yaml", import.meta.url), "utf8"),
) as Script;

test("each question of the script stands in the picture once, or apart", () => {
  const { nodes, apart } = pictureOf(dv.questions);
  expect([...nodes.map(({ code }) => code), ...apart].sort()).toEqual(
    dv.questions.map(({ code }) => code).sort(),
  );
});

test("what hangs on an answer stands to the right of it, and nothing covers anything", () => {
  const { nodes, edges, width, height } = pictureOf(dv.questions);
  const at = new Map(nodes.map((node) => [node.code, node]));
  expect(edges).toContainEqual(expect.objectContaining({ from: "weapon", to: "weapon_kind" }));
  for (const { from, to, points } of edges) {
    expect(at.get(from)?.x).toBeLessThan(at.get(to)?.x ?? 0);
    expect(points.length).toBeGreaterThan(1);
  }
  for (const [i, a] of nodes.entries()) {
    expect(a.x + a.width / 2).toBeLessThanOrEqual(width);
    expect(a.y + a.height / 2).toBeLessThanOrEqual(height);
    for (const b of nodes.slice(i + 1)) {
      const apart =
        Math.abs(a.x - b.x) >= (a.width + b.width) / 2 || Math.abs(a.y - b.y) >= (a.height + b.height) / 2;
      expect(apart, `${a.code} and ${b.code}`).toBe(true);
    }
  }
});
