import { expect, expectAccessible, test } from "./doorstep";
import { password, people } from "./people";

test.beforeEach(async ({ page }) => {
  await page.goto("/");
});

test("the page can be used by everyone, in both languages", async ({ page }) => {
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("radio", { name: "Eesti" }).click();
  await expect(page.getByRole("heading", { name: "Logi sisse" })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "et");
  await page.reload();
  await expect(page.getByRole("heading", { name: "Logi sisse" })).toBeVisible();
});

test("what is missing is listed, takes the focus and leads to its field", async ({ page }) => {
  await page.getByRole("button", { name: "Sign in" }).click();
  const summary = page.getByRole("alert");
  await expect(summary).toBeFocused();
  await expectAccessible(page);
  await summary.getByRole("link", { name: "Enter your password" }).click();
  await expect(page.getByLabel("Password")).toBeFocused();
});

test("a wrong password opens nothing and does not say what was wrong", async ({ page }) => {
  await page.getByLabel("Username").fill(people.callTaker.username);
  await page.getByLabel("Password").fill("not the password");
  await page.getByLabel("Password").press("Enter");
  await expect(page.getByRole("alert")).toContainText("This username, password or code is not right");
  await page.goto("/calltaking");
  await page.waitForURL("**/");
});

const oneOfEachRole = [
  people.callTaker,
  people.supervisor,
  people.officer,
  people.administrator,
  people.districtOfficer,
];
for (const { username, desk } of oneOfEachRole) {
  test(`${username} comes to ${desk}, stays there, and can leave`, async ({ page }) => {
    await page.getByLabel("Username").fill(username);
    await page.getByLabel("Password").fill(password);
    await page.getByLabel("Password").press("Enter");
    await page.waitForURL(`**${desk}`);
    await expect(page.getByRole("banner").getByText("Live", { exact: true })).toBeVisible();
    await page.goto("/");
    await page.waitForURL(`**${desk}`);
    await page.getByRole("button", { name: "Sign out" }).click();
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  });
}
