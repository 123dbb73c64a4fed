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

test("two records of one man are read together, and apart again", async ({ signedIn }) => {
  const desk = await signedIn("callTaker");
  await takeCall(desk, "Kase tn 25");
  await desk.getByRole("button", { name: "Add person" }).click();
  const form = desk.getByRole("form", { name: "Person" });
  await form.getByLabel("Name").fill("Marco Kangurs");
  await form.getByLabel("Date of birth").fill("1988-07-15");
  await form.getByRole("button", { name: "Save person" }).click();
  await expect(desk.locator(".ct-person")).toContainText("May be Marko Kangur");
  await desk.getByRole("button", { name: "Open incident and send" }).click();
  await expect(desk.getByRole("button", { name: /^Send / }).first()).toBeVisible();

  const page = await signedIn("districtOfficer");
  await page.getByRole("combobox", { name: "Find an address" }).fill("Kase tn 25");
  await expect(page.getByRole("option").first()).toContainText("Kase tn 25");
  await page.keyboard.press("Enter");
  const seen = page.getByRole("region", { name: "People seen at this address" });
  await expect(seen).toContainText("May be Marko Kangur");
  await expect(seen).toContainText("similar name, same date of birth");
  await expectAccessible(page);
  await page.screenshot({ path: "test-results/link.png" });
  await seen.getByRole("button", { name: "Same person Marko Kangur" }).click();
  await expect(seen).toContainText("Also Marko Kangur");
  await expectAccessible(page);
  await page.screenshot({ path: "test-results/merged.png" });
  await seen.getByRole("button", { name: "Take back Marko Kangur" }).click();
  await expect(seen).toContainText("May be Marko Kangur");
});
