// The tablets of a busy day, in a real Chromium: each page reads what comes, and its
// unit is clear some seconds later. Takes the service's address, the number of pages
// and the officers' password; prints a line when all are live, and at the end of its
// input how many errors they had.
import { once } from "node:events";
import { chromium } from "@playwright/test";

const [base, count, password] = process.argv.slice(2);
const launched = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
    "--disable-gpu",
    "--disable-background-networking",
  ],
});

let faults = 0;
let ended = false;

/** Opens the tablet of one officer. */
async function open(username) {
  const context = await launched.newContext({
    baseURL: base,
    locale: "en-GB",
    viewport: { width: 1280, height: 800 },
  });
  const page = await context.newPage();
  page.on("pageerror", (error) => {
    faults++;
    console.error(username, error.message);
  });
  page.on("response", (response) => {
    if (response.status() >= 500) faults++;
  });
  await page.goto("/");
  await page.getByLabel("Username").fill(username);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("**/tablet");
  await page.getByRole("banner").getByText("Live", { exact: true }).waitFor();
  return page;
}

/** Reads each briefing, and is clear of it after a while, until the page is closed. */
async function patrol(page) {
  while (!ended) {
    await page.getByRole("button", { name: "I have read it" }).first().click({ timeout: 0 });
    await page.waitForTimeout(2000 + Math.random() * 2000);
    await page.getByRole("button", { name: "Cleared" }).first().click();
  }
}

const pages = [];
for (let i = 1; i <= Number(count); i++) pages.push(await open(`tablet${i}`));
const patrols = pages.map((page) =>
  patrol(page).catch((error) => {
    if (ended) return;
    faults++;
    console.error(error.message);
  }),
);
console.log(JSON.stringify({ live: pages.length }));
process.stdin.resume();
await once(process.stdin, "end");
ended = true;
await launched.close();
await Promise.all(patrols);
console.log(JSON.stringify({ faults }));
