import { expect, expectAccessible, keepScreen, test } from "./doorstep";
import { fillSheet, send, takeCall } from "./steps";

test("a call becomes a briefing, and the outcome comes back", async ({ signedIn, service }) => {
  test.setTimeout(120_000);
  const taker = await signedIn("callTaker", { viewport: { width: 1920, height: 1080 } });
  const tablet = await signedIn("officer", { viewport: { width: 1280, height: 800 } });
  const district = await signedIn("districtOfficer");

  await takeCall(taker, "Kase tn 12-5");
  await expect(taker.getByRole("button", { name: "Why? Access to a firearm" })).toBeVisible();
  await send(taker, "N-101");
  await expect(tablet.getByRole("heading", { name: "Kase tn 12-5" })).toBeVisible();
  await expect(tablet.getByRole("region", { name: "What matters most" })).toContainText(
    "Access to a firearm",
  );
  await expect(tablet.getByRole("region", { name: "Already helping" })).toContainText("Ohvriabi");
  await expect(taker.getByText("Already helping")).toBeVisible();
  for (const theme of ["Night", "Day"]) {
    await tablet.getByRole("radio", { name: theme }).check({ force: true });
    await expectAccessible(tablet);
    await tablet.screenshot({ path: `test-results/history-${theme}.png`, fullPage: true });
  }
  await tablet.getByRole("button", { name: "I have read it" }).click();
  await expect(tablet.getByText("Read", { exact: true }).first()).toBeVisible();
  await keepScreen(taker, "calltaking");
  await keepScreen(tablet, "tablet-day");

  await taker.keyboard.press("y");
  await expect(tablet.getByText("New since the last revision")).toBeVisible();

  // A crash in between: the consoles find the service again by themselves.
  await service.crash();
  await service.serve();
  await taker.keyboard.press("y");
  await expect(tablet.getByText("revision 3")).toBeVisible({ timeout: 30_000 });

  await tablet.getByRole("button", { name: "En route" }).click();
  await tablet.getByRole("button", { name: "On scene" }).click();
  await fillSheet(tablet, "Both were heard apart. She wants victim support to call her at work.");
  await tablet.getByRole("button", { name: "Save the sheet" }).click();
  await expect(tablet.getByText("The sheet is saved").first()).toBeVisible();

  await district
    .getByRole("button", { name: /^Open 26/ })
    .first()
    .click();
  await district.getByRole("textbox", { name: "What became of it" }).fill("Victim support reached her.");
  await district.getByRole("button", { name: "Save outcome" }).click();
  await expect(district.getByText("Victim support reached her.").first()).toBeVisible();
});

test("a briefing whose frame is lost in a crash arrives once, without a reload", async ({
  signedIn,
  service,
}) => {
  test.setTimeout(120_000);
  const taker = await signedIn("callTaker", { viewport: { width: 1920, height: 1080 } });
  const tablet = await signedIn("otherOfficer", { viewport: { width: 1280, height: 800 } });
  let deaf = false;
  await tablet.routeWebSocket("**/api/v1/stream", (line) => {
    line.connectToServer().onMessage((frame) => {
      if (!deaf) line.send(frame);
    });
  });
  await tablet.reload();
  await expect(tablet.getByRole("banner").getByText("Live", { exact: true })).toBeVisible();

  await takeCall(taker, "Kase tn 12-7");
  await taker.getByRole("button", { name: "Open incident and send" }).click();
  deaf = true;
  const answered = taker.waitForResponse(
    (response) => response.url().endsWith("/assignments") && response.status() === 201,
  );
  await taker.getByRole("button", { name: "Send N-102" }).click();
  await answered;
  await service.crash();
  deaf = false;
  await service.serve();

  await expect(tablet.getByRole("heading", { name: "Kase tn 12-7" })).toHaveCount(1, { timeout: 30_000 });
  await expect(tablet.getByText("revision 1")).toBeVisible();
  await expect(tablet.getByRole("navigation", { name: "Assignments" })).toHaveCount(0);
  await expect(taker.getByText("Delivered").first()).toBeVisible({ timeout: 30_000 });
});
