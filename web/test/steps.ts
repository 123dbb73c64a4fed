import type { Page } from "@playwright/test";
import { expect } from "./doorstep";

/** Takes a call at an address of the demo town, as a call taker does: address first. */
export async function takeCall(page: Page, typed: string): Promise<void> {
  await page.getByRole("button", { name: "New call" }).click();
  await page.getByRole("combobox", { name: "Address" }).fill(typed);
  await expect(page.getByRole("option").first()).toContainText(typed);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Assessment" })).toBeVisible();
}

/** Opens the incident of the call on screen and sends a unit. */
export async function send(page: Page, unit: string): Promise<void> {
  await page.getByRole("button", { name: "Open incident and send" }).click();
  await page.getByRole("button", { name: `Send ${unit}` }).click();
}

/** Fills in the whole information sheet, without saving it. */
export async function fillSheet(tablet: Page, summary: string): Promise<void> {
  await tablet.getByLabel("What happened").fill(summary);
  for (const [question, answer] of [
    ["Were the parties heard separately, out of sight and earshot?", "Yes"],
    ["What is it in your view?", "Domestic violence"],
    ["Risk level", "High"],
    ["Are there children?", "No"],
    ["Is anyone injured?", "No"],
    ["Victim support was offered", "Refused"],
  ] as const) {
    const group = tablet.getByRole("group", { name: question });
    await group.getByRole("radio", { name: answer, exact: true }).check({ force: true, timeout: 5000 });
  }
}
