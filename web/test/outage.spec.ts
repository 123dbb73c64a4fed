import type { Page } from "@playwright/test";
import { expect, expectAccessible, test } from "./doorstep";
import { fillSheet, send, takeCall } from "./steps";

test.use({ centre: "with a database that goes away" });

const away = /^Live, but nothing can be saved since \d\d:\d\d$/;
const header = (page: Page) => page.getByRole("banner");
const picture = (page: Page, name: string) => page.screenshot({ path: `test-results/outage-${name}.png` });

/** Marks a page, to tell later whether it is still the same one. */
const mark = (page: Page) => page.evaluate(() => void Object.assign(window, { isTheSame: true }));
const isTheSame = (page: Page) => page.evaluate(() => "isTheSame" in window);

test("without a database every desk says so, keeps what was done, and goes on by itself", async ({
  signedIn,
  service,
}) => {
  test.setTimeout(240_000);
  const taker = await signedIn("callTaker", { viewport: { width: 1920, height: 1080 } });
  const tablet = await signedIn("officer", { viewport: { width: 1280, height: 800 } });
  const district = await signedIn("districtOfficer", { viewport: { width: 1440, height: 900 } });
  const author = await signedIn("administrator", { viewport: { width: 1440, height: 900 } });
  const desks = [taker, tablet, district, author];

  await takeCall(taker, "Kase tn 12-5");
  await send(taker, "N-101");
  await tablet.getByRole("button", { name: "I have read it" }).click();
  await expect(taker.getByText("Read", { exact: true }).first()).toBeVisible();
  await taker.getByRole("button", { name: "Send another unit" }).click();
  await expect(taker.getByRole("button", { name: "Send N-102" })).toBeVisible();
  await district
    .getByRole("button", { name: /^Open 26/ })
    .first()
    .click();
  await district.getByRole("textbox", { name: "What became of it" }).fill("Victim support reached her.");
  await author.getByRole("button", { name: "Propose a version" }).click();
  await author.getByLabel(/Why it is changed/).fill("Shorter, and it asks for now.");
  const lines: string[] = [];
  for (const desk of desks) {
    await mark(desk);
    desk.on("websocket", (line) => lines.push(line.url()));
  }

  service.loseDatabase();
  for (const desk of desks) await expect(header(desk).getByText(away)).toBeVisible();
  expect((await fetch(`${service.url}/readyz`)).status).toBe(503);
  expect((await fetch(`${service.url}/healthz`)).status).toBe(200);

  await taker.getByRole("button", { name: "Send N-102" }).click();
  await expect(taker.getByRole("alert").getByText("N-102 was NOT sent")).toBeVisible();
  await picture(taker, "calltaker-not-sent");
  await taker.keyboard.press("Escape");
  await expect(taker.getByRole("dialog")).toHaveCount(0);
  const unsaved = taker.getByText("Not saved yet", { exact: true });
  await taker.keyboard.press("y");
  await expect(unsaved).toHaveCount(1);
  await taker.keyboard.press("n");
  await expect(unsaved).toHaveCount(2);
  await expect(
    taker.getByText(/no unit can be sent from here: use the radio.*Not saved yet: 2\./),
  ).toBeVisible();
  await picture(taker, "calltaker");
  await expectAccessible(taker);

  await tablet.getByRole("button", { name: "En route" }).click();
  await tablet.getByRole("button", { name: "On scene" }).click();
  await expect(tablet.getByText(/Not saved at the centre yet: kept on this device/)).toBeVisible();
  await fillSheet(tablet, "Both were heard apart. She wants victim support to call her at work.");
  await tablet.getByRole("button", { name: "Save the sheet" }).click();
  const kept = tablet.getByText(/^Kept on this device, not saved at the centre yet/);
  await expect(kept.first()).toBeVisible();
  for (const theme of ["Night", "Day"]) {
    await tablet.getByRole("radio", { name: theme }).check({ force: true });
    await tablet.evaluate(() => scrollTo(0, 0));
    await picture(tablet, `tablet-${theme.toLowerCase()}`);
  }
  await expectAccessible(tablet);

  for (const language of ["Eesti", "English"]) {
    await tablet.getByRole("radio", { name: language }).check({ force: true });
    await picture(tablet, `tablet-${language}`);
    expect(await header(tablet).evaluate((bar) => bar.scrollWidth - bar.clientWidth)).toBe(0);
  }

  await district.getByRole("button", { name: "Save outcome" }).click();
  await expect(district.getByRole("alert")).toContainText("Not saved");
  await expect(district.getByRole("alert")).toContainText("What you wrote is kept on this screen.");
  await picture(district, "district");
  await author.getByRole("button", { name: "Check and propose" }).click();
  const proposal = author.getByRole("region", { name: /^Propose a new version/ });
  await expect(proposal.getByRole("alert")).toContainText("What you wrote is kept on this page.");
  await picture(author, "authoring");

  service.regainDatabase();
  for (const desk of desks) await expect(header(desk).getByText("Live", { exact: true })).toBeVisible();
  await expect(unsaved).toHaveCount(0);
  await expect(kept).toHaveCount(0, { timeout: 20_000 });
  await expect(taker.getByText("On scene").first()).toBeVisible();
  await taker.getByRole("button", { name: "Send another unit" }).click();
  await taker.getByRole("button", { name: "Send N-102" }).click();
  await expect(taker.getByText("N-102 is sent").first()).toBeVisible();
  await district.getByRole("button", { name: "Save outcome" }).click();
  await expect(district.getByText("Victim support reached her.").first()).toBeVisible();
  await expect(author.getByLabel(/Why it is changed/)).toHaveValue("Shorter, and it asks for now.");

  expect(await service.rows("select status from assignment_status order by heard_at")).toEqual([
    ["en_route"],
    ["on_scene"],
  ]);
  const given = await service.rows(
    "select value from answer where at > now() - interval '1 hour' order by at",
  );
  expect(given.slice(-2)).toEqual([["yes"], ["no"]]);
  for (const desk of desks) expect(await isTheSame(desk)).toBe(true);
  expect(lines).toEqual([]);
});
