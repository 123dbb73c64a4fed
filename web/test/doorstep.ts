import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { test as base, expect, type Browser, type BrowserContextOptions, type Page } from "@playwright/test";
import type { AxeResults } from "axe-core";
import { password, people, type Person } from "./people";
import { Service } from "./service";

type Fixtures = {
  /** Signs a person in, in a browser context of their own, and waits for their desk to be live. */
  signedIn: (person: Person, options?: BrowserContextOptions) => Promise<Page>;
};

// Playwright wants to see the fixtures that a fixture uses: none.
// eslint-disable-next-line no-empty-pattern
async function serve({}: object, give: (service: Service) => Promise<void>): Promise<void> {
  const service = await Service.start();
  await give(service);
  await service.stop();
}

/** Every test talks to one real service; each page must stay free of script errors and of refusals by the policy. */
export const test = base.extend<Fixtures, { centre: string; service: Service }>({
  // Tests that need every unit free, set what holds for the whole centre, or take the service apart name a
  // centre of their own: a worker, and so a service.
  centre: ["shared", { scope: "worker", option: true }],
  service: [serve, { scope: "worker", timeout: 120_000 }],
  baseURL: async ({ service }, give) => give(service.url),
  page: async ({ page }, give) => {
    const faults = faultsOf(page);
    await give(page);
    expect(faults).toEqual([]);
  },
  signedIn: async ({ browser, service }, give) => {
    const opened: { page: Page; faults: string[] }[] = [];
    await give(async (person, options) => {
      const page = await newPage(browser, service, options);
      opened.push({ page, faults: faultsOf(page) });
      await signIn(page, person);
      return page;
    });
    for (const { page, faults } of opened) {
      await page.context().close();
      expect(faults).toEqual([]);
    }
  },
});

export { expect };

async function newPage(browser: Browser, service: Service, options?: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext({ baseURL: service.url, ...options });
  return context.newPage();
}

async function signIn(page: Page, person: Person): Promise<void> {
  await page.goto("/");
  await page.getByLabel("Username").fill(people[person].username);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`**${people[person].desk}`);
  await expect(page.getByRole("banner").getByText("Live", { exact: true })).toBeVisible();
}

function faultsOf(page: Page): string[] {
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) faults.push(message.text());
  });
  return faults;
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Asks axe, through the debugger and so past the policy, and wants no violation. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axe);
  // React Aria's announcer names a pending button for some seconds, even when the button has gone.
  const { violations } = await page.evaluate<AxeResults>('axe.run({ exclude: [["[data-live-announcer]"]] })');
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target }) => `${id}: ${target.join(" ")}`),
  );
  expect(found).toEqual([]);
}

/** Keeps a picture of a console for the documentation. */
export async function keepScreen(page: Page, name: string): Promise<void> {
  const path = fileURLToPath(new URL(`../../docs/screens/${name}.png`, import.meta.url));
  await page.screenshot({ path });
}
