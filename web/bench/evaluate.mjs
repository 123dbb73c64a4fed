// Measures the walk of the DV script as the browser does it at every answer, in a
// real Chromium: 40 answers, 50 history entries. Prints one JSON object, as
// `doorstep bench` does; the floor looks at each question's answer once.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";
import { build } from "vite";
import { parse } from "yaml";

const rounds = Number(process.argv[2] ?? 2000);
const file = (path) => fileURLToPath(new URL(path, import.meta.url));

const [{ output }] = await build({
  configFile: false,
  logLevel: "silent",
  build: {
    write: false,
    lib: { entry: file("../src/script/walk.ts"), formats: ["iife"], name: "Walk" },
  },
});
const script = parse(readFileSync(file("../../internal/script/scripts/dv.yaml"), "utf8"));

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), "--disable-gpu"],
});
const page = await browser.newPage();
await page.addScriptTag({ content: output[0].code });
const line = await page.evaluate(measure, { script, rounds });
await browser.close();
console.log(JSON.stringify(line));
if (line.answers < 40) throw new Error(`only ${line.answers} questions can be answered at once`);

// Runs in the page. The clock there ticks too seldom for one walk, so ten are timed together.
function measure({ script, rounds }) {
  const { walk } = globalThis.Walk;
  const mode = { speech: "voice", caller: "victim" };
  const recent = Array.from({ length: 50 }, (_, i) => ({ tie: "dwelling", flags: ["weapon", `flag_${i}`] }));
  const facts = { searched_premise: true, searched_persons: true, dv_incidents_ever: 50, recent };
  const answers = {};
  const wordOf = ({ kind, choices }) =>
    kind === "yes_no"
      ? "yes"
      : kind === "choice"
        ? choices[0].code
        : kind === "multi_choice"
          ? [choices[0].code]
          : "unknown";
  while (Object.keys(answers).length < 40) {
    const { next } = walk(script, answers, facts, mode);
    const question = script.questions.find(({ code }) => code === next);
    if (question === undefined) break;
    answers[next] = wordOf(question);
  }
  const together = 10;
  const timed = (work) => {
    const began = performance.now();
    for (let i = 0; i < together; i++) work();
    return (performance.now() - began) / together;
  };
  const ours = [];
  const least = [];
  let seen = 0;
  for (let round = -50; round < rounds; round++) {
    const floor = timed(() => {
      for (const { code } of script.questions) if (answers[code] !== undefined) seen++;
    });
    const took = timed(() => {
      seen += walk(script, answers, facts, mode).visible.length;
    });
    if (round >= 0) {
      least.push(floor);
      ours.push(took);
    }
  }
  if (seen === 0) throw new Error("nothing was walked");
  const quantile = (all, q) => {
    const sorted = all.toSorted((a, b) => a - b);
    return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] * 1e4) / 1e4;
  };
  const [p50, p99, floor50, floor99] = [ours, least].flatMap((all) => [
    quantile(all, 0.5),
    quantile(all, 0.99),
  ]);
  return {
    name: "script_evaluate_browser",
    p50_ms: p50,
    p99_ms: p99,
    floor_p50_ms: floor50,
    floor_p99_ms: floor99,
    n: rounds,
    answers: Object.keys(answers).length,
  };
}
