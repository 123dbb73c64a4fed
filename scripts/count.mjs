// Counts tests, so that the closing line of scripts/test is a sum of what ran.
//
//   count.mjs go FILE     reads `go test -json` on stdin, shows go test's own
//                         lines and the output of what failed, and keeps the
//                         lines and counts in FILE; exits 1 if any failed
//   count.mjs total DIR   adds up go.txt, faults.jsonl (a kind of fault a line),
//                         web.json (Vitest) and browser.json (Vitest or Playwright);
//                         exits 1 if any test failed or was skipped, or if there was
//                         none
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

const none = () => ({ passed: 0, failed: 0, skipped: 0 });
const key = { pass: "passed", fail: "failed", skip: "skipped" };

async function countGo(file) {
  const count = none();
  const lines = []; // go test's line for each package
  const output = new Map(); // of each test, until it has passed
  let broken = false;
  for await (const line of createInterface({ input: process.stdin })) {
    if (!line.startsWith("{")) {
      console.log(line);
      continue;
    }
    const event = JSON.parse(line);
    const id = `${event.Package} ${event.Test ?? ""}`;
    if (event.Action === "build-output") process.stdout.write(event.Output);
    if (event.Action === "output") {
      const ofPackage = /^(ok |FAIL|---|\?|panic|\tdoorstep)/.test(event.Output);
      if (!event.Test && ofPackage) {
        process.stdout.write(event.Output);
        if (event.Output.startsWith("ok ")) lines.push(event.Output);
      } else {
        output.set(id, (output.get(id) ?? "") + event.Output);
      }
    }
    if (!(event.Action in key)) continue;
    if (event.Test) count[key[event.Action]]++;
    if (event.Action === "pass") output.delete(id);
    else process.stdout.write(output.get(id) ?? "");
    broken ||= event.Action === "fail";
  }
  writeFileSync(file, `${JSON.stringify(count)}\n${lines.join("")}`);
  return !broken && count.passed > 0;
}

function countReport(file) {
  const report = JSON.parse(readFileSync(file, "utf8"));
  if (report.stats) {
    const { expected, unexpected, flaky, skipped } = report.stats; // Playwright
    return { passed: expected, failed: unexpected + flaky, skipped };
  }
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** A kind of fault is passed when nothing is wrong with any briefing. */
function countFaults(file) {
  const count = none();
  for (const line of readFileSync(file, "utf8").trim().split("\n")) {
    const { lost, duplicated, out_of_order, foreign } = JSON.parse(line);
    count[lost + duplicated + out_of_order + foreign === 0 ? "passed" : "failed"]++;
  }
  return count;
}

function total(folder) {
  const sum = none();
  const add = (name, count) => {
    console.log(`${name}: ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
    for (const part in sum) sum[part] += count[part];
  };
  const go = join(folder, "go.txt");
  if (existsSync(go)) {
    const [count, ...lines] = readFileSync(go, "utf8").trim().split("\n");
    console.log(lines.join("\n"));
    add("go test", JSON.parse(count));
  }
  const faults = join(folder, "faults.jsonl");
  if (existsSync(faults)) add("faults", countFaults(faults));
  for (const [name, file] of [
    ["Vitest", "web.json"],
    ["browser", "browser.json"],
  ]) {
    const path = join(folder, file);
    if (existsSync(path)) add(name, countReport(path));
  }
  const skipped = sum.skipped > 0 ? `, ${sum.skipped} skipped` : "";
  console.log(`${sum.passed} passed, ${sum.failed} failed${skipped}`);
  return sum.passed > 0 && sum.failed === 0 && sum.skipped === 0;
}

const [what, where] = process.argv.slice(2);
const good = what === "go" ? await countGo(where) : total(where);
process.exitCode = good ? 0 : 1;
