import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const css = readFileSync(new URL("tokens.css", import.meta.url), "utf8");

/** The colours that one theme's block sets. */
function colours(theme: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const block of css.matchAll(/([^{}]+)\{([^{}]*)\}/g)) {
    if (block[1]?.includes(`[data-theme="${theme}"]`) !== true) continue;
    for (const [, name, value] of (block[2] ?? "").matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)) {
      if (name !== undefined && value !== undefined) found.set(name, value);
    }
  }
  return found;
}

/** Relative luminance, WCAG 2.2. */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

const severities = ["critical", "high", "caution", "info", "good"];
const texts: [text: string, on: string][] = [
  ...["ground", "surface", "sunken"].flatMap((on): [string, string][] => [
    ["text", on],
    ["muted", on],
    ["link", on],
  ]),
  ["text", "accent-tint"],
  ["link", "accent-tint"],
  ["on-accent", "accent"],
  ["on-accent", "accent-hover"],
  ["on-critical", "critical-solid"],
  ["on-chrome", "chrome"],
  ["on-chrome-muted", "chrome"],
  ...severities.flatMap((name): [string, string][] => [
    [name, `${name}-tint`],
    [name, "surface"],
    ["text", `${name}-tint`],
    ["muted", `${name}-tint`],
  ]),
];
const controls: [edge: string, on: string][] = [
  ["edge", "surface"],
  ["focus", "surface"],
  ["focus", "ground"],
];

describe.each([
  ["desk", 4.5],
  ["day", 7],
  ["night", 7],
])("theme %s", (theme, least) => {
  const set = colours(theme);
  const pair = (a: string, b: string) => contrast(set.get(a) ?? "#missing", set.get(b) ?? "#missing");

  test.each(texts)(`text %s on %s has ${least}:1`, (text, on) => {
    expect(pair(text, on)).toBeGreaterThanOrEqual(least);
  });
  test.each(controls)("control %s on %s has 3:1", (edge, on) => {
    expect(pair(edge, on)).toBeGreaterThanOrEqual(3);
  });
});

test("contrast is reckoned as WCAG does", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5);
  expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
});
