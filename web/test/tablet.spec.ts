import { expect, expectAccessible, keepScreen, test } from "./doorstep";
import { fillSheet, send, takeCall } from "./steps";

const screen = { viewport: { width: 1280, height: 800 } };
const desk = { viewport: { width: 1920, height: 1080 } };

test("a briefing is seen, read and left, by day and by night", async ({ signedIn }) => {
  const taker = await signedIn("callTaker", desk);
  const tablet = await signedIn("officerOf103", screen);
  await expect(tablet.getByText("No assignment. You will hear and see it here.")).toBeVisible();
  await expectAccessible(tablet);

  await takeCall(taker, "Kalda tn 3");
  await send(taker, "N-103");
  const news = tablet.getByRole("button", { name: "New briefing: Kalda tn 3" });
  await expect(news).toBeVisible();
  await expectAccessible(tablet);
  await tablet.getByRole("button", { name: "I have read it" }).click();
  await expect(news).toBeHidden();

  await tablet.getByRole("radio", { name: "Night" }).check({ force: true });
  await expectAccessible(tablet);
  await keepScreen(tablet, "tablet-night");

  await tablet.getByRole("button", { name: /116 006/ }).click();
  await expect(tablet.getByRole("img", { name: /Scan to call/ })).toBeVisible();
  await expectAccessible(tablet);
  await tablet.getByRole("button", { name: "Hide quickly" }).click();
  await expect(tablet.getByRole("dialog")).toBeHidden();

  // Done with it, the crew sees by itself where it is sent next.
  await tablet.getByRole("button", { name: "Cleared" }).click();
  await taker.goto("/calltaking");
  await takeCall(taker, "Tamme tn 1");
  await send(taker, "N-103");
  await expect(tablet.getByRole("heading", { name: "Tamme tn 1" })).toBeVisible();
});

test("without a service the page opens, the sheet is kept, and goes by itself", async ({
  signedIn,
  service,
}) => {
  test.setTimeout(120_000);
  const taker = await signedIn("callTaker", desk);
  const tablet = await signedIn("officerOf106", screen);
  await takeCall(taker, "Luha tn 6");
  await send(taker, "N-106");
  await expect(tablet.getByRole("heading", { name: "Luha tn 6" })).toBeVisible();
  await expect
    .poll(() => tablet.evaluate(() => caches.match("/tablet").then((kept) => kept !== undefined)))
    .toBe(true);

  await service.crash();
  await fillSheet(tablet, "Written in a cellar without a line, about what was seen there.");
  await tablet.getByRole("button", { name: "Save the sheet" }).click();
  const waits = tablet.getByText("Kept on this device, not saved at the centre yet. It goes by itself.");
  await expect(waits.first()).toBeVisible();

  await tablet.reload();
  await expect(tablet.getByRole("heading", { name: "Luha tn 6" })).toBeVisible();
  await expect(tablet.getByLabel("What happened")).toHaveValue(/Written in a cellar/);
  await expect(waits.first()).toBeVisible();
  await expectAccessible(tablet);

  await service.serve();
  await expect(waits).toHaveCount(0, { timeout: 40_000 });
  await expect(tablet.getByLabel("What happened")).toHaveValue(/Written in a cellar/);
  await tablet.reload();
  await expect(tablet.getByLabel("What happened")).toHaveValue(/Written in a cellar/);
});

test("of two versions of a sheet a person chooses one, and loses nothing before", async ({ signedIn }) => {
  const taker = await signedIn("callTaker", desk);
  const one = await signedIn("officerOf105", screen);
  const other = await signedIn("partnerOf105", screen);
  await takeCall(taker, "Tamme tn 9");
  await send(taker, "N-105");
  await expect(one.getByRole("region", { name: "May have moved away" })).toContainText("Merike Kalmus");
  await expectAccessible(one);
  await expect(taker.getByText("May have moved").first()).toBeVisible();
  await taker.screenshot({ path: "test-results/moved-desk.png" });
  await one.screenshot({ path: "test-results/moved.png", fullPage: true });

  await fillSheet(one, "The first officer saw it so, and wrote it down first.");
  await fillSheet(other, "The second officer saw it otherwise, and was slower.");
  await one.getByRole("button", { name: "Save the sheet" }).click();
  await expect(one.getByText("The sheet is saved").first()).toBeVisible();
  await other.getByRole("button", { name: "Save the sheet" }).click();

  const conflict = other.getByRole("table");
  await expect(conflict).toContainText("The first officer saw it so");
  await expect(conflict).toContainText("The second officer saw it otherwise");
  await expectAccessible(other);
  await other.getByRole("button", { name: "Go on with mine" }).click();
  await other.getByRole("button", { name: "Save the sheet" }).click();
  await expect(other.getByText("The sheet is saved").first()).toBeVisible();
  await one.reload();
  await expect(one.getByLabel("What happened")).toHaveValue(/second officer/);
});
