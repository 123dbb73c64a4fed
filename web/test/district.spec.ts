import type { Page } from "@playwright/test";
import { expect, expectAccessible, keepScreen, test } from "./doorstep";

const waiting = (page: Page, why: RegExp) => page.getByRole("region", { name: why });

/** Opens the first case that waits for this reason. */
async function openCase(page: Page, why: RegExp): Promise<void> {
  await waiting(page, why)
    .getByRole("button", { name: /^Open 26/ })
    .first()
    .click();
  await expect(page.getByRole("heading", { name: "Write an outcome" })).toBeVisible();
}

test("today, a case and an address can be used by everyone", async ({ signedIn }) => {
  const page = await signedIn("districtOfficer");
  await expect(waiting(page, /^Overdue/)).toContainText("Kase tn 12-5");
  await expect(page.getByRole("heading", { name: /^Waiting for you \(\d+\)$/ })).toBeVisible();
  await expectAccessible(page);
  const again = page.getByRole("region", { name: "Again and again" });
  await expect(again.getByRole("row").nth(1)).toContainText("Kase tn 12-5");
  await again.getByRole("radio", { name: "Number" }).click();
  await expect(again.getByRole("row").nth(1)).toContainText("+37200009002");
  await again.getByRole("radio", { name: "Person" }).click();
  await expect(again.getByRole("row").nth(1)).toContainText(/victim|suspect/);
  await expect(again.getByRole("row").nth(1)).toContainText(/Rising|Steady|Falling/);
  await expectAccessible(page);

  await openCase(page, /^The crew disagrees/);
  const disagreement = page.getByRole("region", { name: "The crew disagrees with the centre" });
  await expect(disagreement).toContainText("Vennad, ei ela koos.");
  await expect(page.getByRole("region", { name: "DV information sheet" })).toContainText("Heard separately");
  await expectAccessible(page);

  await page.getByRole("button", { name: "History of the address" }).click();
  await expect(page.getByRole("heading", { name: "Sadama pst 14-2" })).toBeVisible();
  await expect(page.getByRole("img", { name: /^Calls in the last 24 months/ })).toBeVisible();
  await expect(page.getByText("Last written").or(page.getByText("No visit on record")).first()).toBeVisible();
  await expectAccessible(page);
});

test("a case that waits gets its outcome, and what is missing is said at its field", async ({ signedIn }) => {
  const page = await signedIn("districtOfficer");
  await openCase(page, /^No outcome written yet/);
  const text = page.getByRole("textbox", { name: "What became of it" });
  const summary = page.getByRole("alert");

  await page.getByRole("textbox", { name: "Who helped" }).fill("Victim support, Child protection");
  await page.getByRole("button", { name: "Save outcome" }).click();
  await expect(summary).toBeFocused();
  await expectAccessible(page);
  await summary.getByRole("link", { name: "Write what became of it" }).click();
  await expect(text).toBeFocused();
  await expect(text).toHaveAccessibleDescription(/Write what became of it/);
  await text.fill("Visited; the mother and the boy are with her sister.");

  await page.getByLabel("Look again on").fill("2020-01-31");
  await page.getByRole("button", { name: "Save outcome" }).click();
  await expect(summary).toContainText("Choose today or a later day");
  await page.getByLabel("Look again on").fill("");

  // Nothing typed is lost on the way to another page.
  await page.reload();
  await expect(text).toHaveValue(/with her sister/);
  await page.getByRole("button", { name: "Save outcome" }).click();
  const told = page.getByRole("list", { name: "What became of it (1)" });
  await expect(told).toContainText("with her sister");
  await expect(told).toContainText("Victim support, Child protection");
  await expect(text).toHaveValue("");

  await page.getByRole("button", { name: "Back to today" }).click();
  await expect(waiting(page, /^Overdue/)).toBeVisible();
  await expect(waiting(page, /^No outcome written yet/)).toHaveCount(0);
});

test("an outcome whose answer got lost is written once", async ({ signedIn }) => {
  const page = await signedIn("districtOfficer");
  await openCase(page, /^The crew disagrees/);
  await page.getByRole("textbox", { name: "What became of it" }).fill("Both brothers were visited.");
  await page.route("**/outcomes", async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    await route.fetch(); // the server writes it
    return route.abort("connectionreset");
  });
  await page.getByRole("button", { name: "Save outcome" }).click();
  await expect(page.getByRole("alert")).toContainText("What you wrote is kept", { timeout: 20_000 });
  await page.unroute("**/outcomes");
  await page.getByRole("button", { name: "Save outcome" }).click();
  await expect(page.getByRole("textbox", { name: "What became of it" })).toHaveValue("");
  await expect(page.getByRole("list", { name: "What became of it (1)" })).toContainText("Both brothers");
});

test("an address tells its past, the door apart from the house", async ({ signedIn }) => {
  const page = await signedIn("districtOfficer");
  await page.getByRole("combobox", { name: "Find an address" }).fill("Kase tn 12-5");
  await page.getByRole("option").first().click();
  await expect(page.getByRole("heading", { name: "Kase tn 12-5" })).toBeVisible();
  const door = page.getByRole("list", { name: /^Same dwelling/ });
  const house = page.getByRole("list", { name: /^Same building/ });
  await expect(door.getByRole("listitem").filter({ hasText: "Strangulation" }).first()).toBeVisible();
  await expect(house).toContainText("Kase tn 12-7");
  await expect(door).not.toContainText("Kase tn 12-7");
  await keepScreen(page, "district");

  await page.getByRole("radio", { name: /^Suspected DV/ }).click();
  await expect(page.getByRole("heading", { name: "History (1)" })).toBeVisible();
  await expect(door).toContainText("Suspected domestic violence");
  await page.getByRole("radio", { name: /^Not DV/ }).click();
  await expect(door).toHaveCount(0);
  await expect(house).toBeVisible();
  await page.getByRole("button", { name: "As a table" }).click();
  await expect(page.getByRole("row").filter({ has: page.getByRole("rowheader") })).toHaveCount(24);
});

test("a sheet that disagrees with the centre is seen at once", async ({ signedIn }) => {
  const page = await signedIn("districtOfficer");
  const officer = await signedIn("officer");
  await openCase(page, /^Overdue/);
  const incident = new URL(page.url()).searchParams.get("incident") ?? "";
  await page.getByRole("button", { name: "Back to today" }).click();

  const sheet = `/api/v1/incidents/${incident}/on_scene_record`;
  const { record } = (await (await officer.request.get(sheet)).json()) as { record: object };
  const saved = await officer.request.put(sheet, {
    headers: { "If-Match": '"1"' },
    data: { ...record, crew_class: "not_dv", disagreement_reason: "They only rehearsed a play." },
  });
  expect(saved.status()).toBe(200);

  const came = page.getByRole("list", { name: "Just came in" });
  await expect(came).toContainText("The crew does not see domestic violence");
  await expectAccessible(page);
  await came.getByRole("button", { name: /^Open 26/ }).click();
  await expect(page.getByRole("region", { name: "The crew disagrees with the centre" })).toContainText(
    "They only rehearsed a play.",
  );
  await expect(came.getByRole("listitem")).toHaveCount(0);
});

test("an address that nobody found is matched to the one that it is, and back", async ({ signedIn }) => {
  const desk = await signedIn("callTaker");
  await desk.getByRole("button", { name: "New call" }).click();
  await desk.getByRole("combobox", { name: "Address" }).fill("kollane maja poe taga");
  await desk.getByRole("option", { name: /as unverified/ }).click();
  await desk.getByRole("button", { name: "Open incident and send" }).click();
  await expect(desk.getByRole("button", { name: /^Send / }).first()).toBeVisible();

  const page = await signedIn("districtOfficer");
  const row = page.getByRole("listitem").filter({ hasText: "kollane maja poe taga" });
  await row.getByRole("button", { name: "Find it" }).click();
  await expect(page.getByRole("heading", { name: "Which address is this?" })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("combobox", { name: "It is" }).fill("Kase tn 12-7");
  await expect(page.getByRole("option").first()).toContainText("Kase tn 12-7");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "This is it" }).click();

  await expect(page.getByRole("heading", { name: "Kase tn 12-7" })).toBeVisible();
  const matched = page.getByRole("region", { name: "Matched addresses" });
  await expect(matched).toContainText("kollane maja poe taga");
  await expectAccessible(page);
  await matched.getByRole("button", { name: "Take back" }).click();
  await expect(page.getByRole("heading", { name: "kollane maja poe taga" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Which address is this?" })).toBeVisible();
});
