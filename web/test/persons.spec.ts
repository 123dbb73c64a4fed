import { expect, expectAccessible, test } from "./doorstep";
import { takeCall } from "./steps";

test("a man named in another alphabet is found, and a person says that it is him", async ({ signedIn }) => {
  const page = await signedIn("callTaker", { viewport: { width: 1920, height: 1080 } });
  await takeCall(page, "Sireli tn 3");
  await page.getByRole("button", { name: "Add person" }).click();
  const form = page.getByRole("form", { name: "Person" });
  await form.getByLabel("Name").fill("Марко Кангур");
  await form.getByLabel("Personal code").fill("37605030298");
  await form.getByRole("button", { name: "Save person" }).click();
  await expect(page.getByText(/its check digit does not fit/)).toBeVisible();
  await expect(form.getByLabel("Name")).toHaveValue("Марко Кангур");
  await form.getByLabel("Personal code").fill("");
  await form.getByRole("button", { name: "Save person" }).click();

  const party = page.locator(".ct-person");
  await expect(party).toContainText("May be Marko Kangur");
  await expect(party).toContainText("same name");
  await expectAccessible(page);
  await page.screenshot({ path: "test-results/may-be.png" });
  await party.getByRole("button", { name: "Same person Marko Kangur" }).click();
  await expect(party).toContainText("confirmed by a call taker");
  await expect(
    page
      .locator(".ct-flag")
      .filter({ hasText: /strangulation/i })
      .first(),
  ).toBeVisible();
  await expectAccessible(page);
  await page.screenshot({ path: "test-results/confirmed.png" });

  await party.getByRole("button", { name: /^Undo/ }).click();
  await expect(party).toContainText("May be Marko Kangur");
  await expect(page.locator(".ct-flag").filter({ hasText: /strangulation/i })).toHaveCount(0);
});

test("a number that called before is known before a name is given", async ({ signedIn }) => {
  const page = await signedIn("callTaker", { viewport: { width: 1920, height: 1080 } });
  for (const [typed, said] of [
    ["5000 7781", "The first call from this number in 12 months"],
    ["+372 50007781", "Called once in 12 months"],
  ] as const) {
    await takeCall(page, "Sireli tn 3");
    await page.getByLabel("Phone").fill(typed);
    await page.getByLabel("Phone").press("Enter");
    await expect(page.getByText(said)).toBeVisible();
    await expect(page.getByLabel("Phone")).toHaveValue("+37250007781");
    if (said.startsWith("Called")) break;
    await page.getByRole("button", { name: "To the start" }).click();
  }
  await expect(page.getByRole("region", { name: "Earlier calls from this number" })).toContainText(
    "Sireli tn 3",
  );
  await expectAccessible(page);
  await page.screenshot({ path: "test-results/earlier.png" });
});
