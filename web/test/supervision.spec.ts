import type { Page } from "@playwright/test";
import { expect, expectAccessible, keepScreen, test } from "./doorstep";
import { send, takeCall } from "./steps";

test.use({ centre: "with short deadlines" });

const screen = { viewport: { width: 1920, height: 1080 } };
const tabletScreen = { viewport: { width: 1280, height: 800 } };

/** A tablet whose line is up and brings no briefing. */
async function deafen(tablet: Page): Promise<{ hears: boolean }> {
  const ears = { hears: false };
  await tablet.routeWebSocket("**/api/v1/stream", (line) => {
    line.connectToServer().onMessage((frame) => {
      if (ears.hears || !String(frame).includes('"briefing"')) line.send(frame);
    });
  });
  await tablet.reload();
  await expect(tablet.getByRole("banner").getByText("Live", { exact: true })).toBeVisible();
  return ears;
}

test("a briefing that nobody gets reaches the call taker, then the supervisor, who tells it by radio", async ({
  signedIn,
}) => {
  test.setTimeout(180_000);
  const taker = await signedIn("callTaker", screen);
  const tablet = await signedIn("officerOf106", tabletScreen);
  const supervisor = await signedIn("supervisor", screen);
  const underWay = supervisor.getByRole("region", { name: "Briefings on the way" });
  await expect(underWay).toContainText("Every unit has read its newest briefing");
  await expectAccessible(supervisor);

  // The centre sets short deadlines; ones in the wrong order are refused at their field.
  await supervisor.getByRole("button", { name: "Deadlines" }).click();
  const dialog = supervisor.getByRole("dialog");
  await dialog.getByLabel("Delivered within").fill("2");
  await dialog.getByLabel("On the screen within").fill("1");
  await dialog.getByLabel("Then the supervisor after").fill("2");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText("Give more than for delivered")).toBeVisible();
  await expectAccessible(supervisor);
  await dialog.getByLabel("On the screen within").fill("60");
  await dialog.getByLabel("Read within").fill("120");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();

  // One unit has its briefing on the screen; one incident has no unit yet.
  const other = await signedIn("officer", tabletScreen);
  await takeCall(taker, "Kase tn 12-5");
  await send(taker, "N-101");
  await expect(other.getByRole("heading", { name: "Kase tn 12-5" })).toBeVisible();
  await taker.getByRole("button", { name: "To the start" }).click();
  await takeCall(taker, "Kase tn 12-7");
  await taker.getByRole("button", { name: "Open incident and send" }).click();
  await taker.getByRole("dialog").getByRole("button", { name: "Close" }).click();
  await taker.getByRole("button", { name: "To the start" }).click();

  // The call taker hears first of the tablet that does not answer: call sign and step.
  const ears = await deafen(tablet);
  await takeCall(taker, "Kase tn 12-9");
  await send(taker, "N-106");
  const alarm = taker.getByRole("alert").filter({ hasText: "N-106" });
  await expect(alarm).toContainText("Briefing not delivered to N-106: call N-106 on the radio");
  await expect(alarm).toContainText("Supervisor told", { timeout: 15_000 });
  await expect(supervisor.getByText(/N-106: Not delivered, incident/)).toBeVisible();
  await expectAccessible(taker);
  await taker.screenshot({ path: "test-results/late.png" });

  // Then the supervisor.
  const late = supervisor.getByRole("region", { name: "Not delivered (1)" });
  const unit = late.getByRole("listitem", { name: "N-106" });
  await expect(unit).toContainText("Kase tn 12-9");
  await expect(unit).toContainText("Not delivered: use the radio");
  await expect(supervisor.getByRole("region", { name: "On the way, in time (1)" })).toContainText("N-101");
  const cases = supervisor.getByRole("region", { name: "Open incidents, domestic violence (3)" });
  await expect(cases.getByRole("listitem").filter({ hasText: "Kase tn 12-7" })).toContainText("Nobody sent");
  const unasked = cases.getByRole("button", { name: "Mandatory questions without an answer" }).first();
  await unasked.click();
  await expect(cases.getByText("Is anyone hurt?").first()).toBeVisible();
  await unasked.click();
  await expectAccessible(supervisor);
  await keepScreen(supervisor, "supervision");

  // She takes it over, and the call taker sees who did.
  await unit.getByRole("button", { name: "Take over" }).click();
  await expect(unit.getByText("Taken over by Kadri Ilves")).toBeVisible();
  await expect(taker.getByText("Taken over by Kadri Ilves")).toBeVisible();

  // She tells the unit by radio: nobody is alarmed any more, and both see who told it.
  await unit.getByRole("button", { name: /^Told by radio/ }).click();
  const told = supervisor.getByRole("region", { name: "Told by radio (1)" });
  await expect(told.getByText(/Told by radio .*, Kadri Ilves/)).toBeVisible();
  await expect(late).toBeHidden();
  await expect(alarm).toHaveCount(0);
  const board = taker.getByRole("listitem", { name: "N-106" });
  await expect(board.getByText(/Told by radio .*, Kadri Ilves/)).toBeVisible();
  await expectAccessible(supervisor);
  await supervisor.screenshot({ path: "test-results/told.png" });

  // The tablet gets it after all and somebody reads it: late, but done, on all screens.
  ears.hears = true;
  await tablet.reload();
  await tablet.getByRole("button", { name: "I have read it" }).click();
  await expect(board.getByText("late", { exact: true })).toBeVisible();
  await other.getByRole("button", { name: "I have read it" }).click();
  await expect(underWay).toContainText("Every unit has read its newest briefing");
  await supervisor.getByRole("radio", { name: "Eesti" }).click();
  await expect(supervisor.getByRole("heading", { name: "Vahetus praegu" })).toBeVisible();
  await expectAccessible(supervisor);
  await supervisor.screenshot({ path: "test-results/supervision-et.png" });
});
