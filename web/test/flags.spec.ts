import { expect, expectAccessible, test } from "./doorstep";
import { takeCall } from "./steps";

test("a flag is set aside with a reason, stays visible, and is restored", async ({ signedIn }) => {
  const page = await signedIn("callTaker", { viewport: { width: 1920, height: 1080 } });
  await takeCall(page, "Kase tn 12-5");
  const firearm = page.locator(".ct-flag").filter({ hasText: /firearm/i });
  await firearm.getByRole("button", { name: /^Why/ }).click();
  await firearm.getByRole("button", { name: /^Set aside/ }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByLabel(/Why it does not hold/)).toBeFocused();
  await dialog.getByRole("button", { name: "Set aside" }).click();
  await expect(dialog).toContainText("Say why the flag does not hold");
  await page.getByLabel(/Why it does not hold/).fill("The police took the rifle last week.");
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Set aside" }).click();
  await expect(dialog).toBeHidden();
  await expect(firearm.getByText("Set aside", { exact: true }).first()).toBeVisible();
  await expect(firearm.getByText("The police took the rifle last week.")).toBeVisible();
  await expectAccessible(page);
  await page.screenshot({ path: "test-results/aside.png" });
  await firearm.getByRole("button", { name: /^Restore/ }).click();
  await expect(firearm.getByText("The police took the rifle last week.")).toBeHidden();
});
