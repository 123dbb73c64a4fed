import type { Page } from "@playwright/test";
import { expect, expectAccessible, keepScreen, test } from "./doorstep";

const screen = { viewport: { width: 1440, height: 900 } };

// The words of the script in force, and those that the next version says instead.
const before = "Do you fear the person could kill you or someone else?";
const after = "Are you afraid for your life?";

async function write(page: Page, change: (text: string) => string): Promise<void> {
  const text = page.getByLabel(/Text of the script/);
  await text.fill(change(await text.inputValue()));
}

test("a version takes two people, and reaches the next call", async ({ signedIn }) => {
  test.setTimeout(120_000);
  const author = await signedIn("administrator", screen);
  await expect(author.getByRole("heading", { name: "dv version 3" })).toBeVisible();

  await author.getByRole("button", { name: "Propose a version" }).click();
  await author.getByLabel(/Why it is changed/).fill("Shorter, and it asks for now.");
  await write(author, (text) =>
    text.replace("version: 3", "version: 4").replace("code: injured", "code: injurd"),
  );
  await author.getByRole("button", { name: "Check and propose" }).click();
  await expect(author.getByRole("alert")).toContainText(/Line \d+: .*question injured is not asked/);
  await expect(author.getByLabel(/Text of the script/)).toHaveValue(/code: injurd/);
  await expectAccessible(author);

  await write(author, (text) => text.replace("code: injurd", "code: injured").replace(before, after));
  await author.getByRole("button", { name: "Check and propose" }).click();
  await expect(author.getByRole("heading", { name: "dv version 4" })).toBeVisible();
  await expect(author.getByText("another administrator decides")).toBeVisible();
  await expect(author.getByRole("button", { name: "Approve" })).toHaveCount(0);

  const second = await signedIn("secondAdministrator", screen);
  await expect(second.getByRole("heading", { name: "dv version 4" })).toBeVisible();
  await second.getByRole("tab", { name: "Compare" }).click();
  await expect(second.getByRole("row", { name: /text\.en/ })).toContainText(after);
  await expectAccessible(second);
  await second.getByRole("button", { name: "Refuse" }).click();
  await second
    .getByRole("alertdialog")
    .or(second.getByRole("dialog"))
    .getByRole("button", { name: "Refuse" })
    .click();
  await expect(second.getByText("Say what must change before it can be approved")).toBeVisible();
  await second.getByRole("button", { name: "Cancel" }).click();
  await second.getByRole("button", { name: "Approve" }).click();
  await expect(second.getByRole("alertdialog")).toContainText("New calls begin with it at once");
  await expectAccessible(second);
  await second.getByRole("alertdialog").getByRole("button", { name: "Approve" }).click();
  await expect(second.getByRole("button", { name: /dv version 4 In force/ })).toBeVisible();

  const taker = await signedIn("callTaker", { viewport: { width: 1920, height: 1080 } });
  await taker.getByRole("button", { name: "New call" }).click();
  await expect(taker.getByText(after).first()).toBeVisible();
  await expect(taker.getByText(before)).toHaveCount(0);
});

test("a version is read, walked, drawn and compared", async ({ signedIn }) => {
  test.setTimeout(120_000);
  const page = await signedIn("administrator", screen);
  await page.getByRole("button", { name: /dv version 3/ }).click();
  await expect(page.getByText("Kas keegi on viga saanud?").first()).toBeVisible();
  await expect(page.getByText("Кто-нибудь ранен?").first()).toBeVisible();
  await expectAccessible(page);
  await keepScreen(page, "authoring");
  await page.getByLabel("Find a word or code").fill("no such word");
  await expect(page.getByText("Nothing holds these words")).toBeVisible();

  await page.getByRole("tab", { name: "Walk through" }).click();
  await page.getByRole("button", { name: "Jah", exact: true }).click();
  await expect(page.getByText("Answered: 1")).toBeVisible();
  await expectAccessible(page);

  await page.getByRole("tab", { name: "Picture" }).click();
  const node = page.getByRole("button", { name: /^weapon_kind:/ });
  await node.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByText("When weapon = yes")).toBeVisible();
  await expectAccessible(page);
  await page.screenshot({ path: "test-results/authoring-graph.png" });

  await page.getByRole("tab", { name: "Compare" }).click();
  await page.getByRole("button", { name: /Compared with/ }).click();
  await page.getByRole("option", { name: /version 1/ }).click();
  await expect(page.getByText(/parts differ/)).toBeVisible();
  await expect(page.getByText("injured = yes and not (mode = covert)").first()).toBeVisible();
  await expectAccessible(page);
  await page.screenshot({ path: "test-results/authoring-compare.png" });

  await page.getByRole("tab", { name: "Source" }).click();
  await expect(page.getByRole("region", { name: "Source" })).toContainText("code: dv");
  await expectAccessible(page);
});
