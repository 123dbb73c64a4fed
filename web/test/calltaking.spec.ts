import { expect, test } from "./doorstep";
import { takeCall } from "./steps";

test("without a service the script goes on, says so, and each answer is kept once", async ({
  signedIn,
  service,
}) => {
  test.setTimeout(90_000);
  const page = await signedIn("callTaker", { viewport: { width: 1920, height: 1080 } });
  await takeCall(page, "Kase tn 12-3");
  const question = page.getByRole("region", { name: "Question now" });
  const press = async (key: string) => {
    const before = await question.locator(".ct-wording").first().textContent();
    await page.keyboard.press(key);
    await expect(question).not.toContainText(before ?? "");
  };
  const began = await service.rows("select id from call order by opened_at desc limit 1");
  const call = began[0]?.[0];
  await press("y"); // before the line is lost
  await expect(page.getByText("Not saved yet")).toHaveCount(0);

  await service.crash();
  for (const key of ["n", "y", "u"]) await press(key);
  await expect(page.getByText(/Answers kept on this device: 3/)).toBeVisible();
  await expect(page.getByText(/Judged without the newest answers: 3/)).toBeVisible();
  const changed = page.getByRole("button", { name: /Change: Is there a weapon/ });
  await changed.click();
  await page.keyboard.press("n");
  await expect(changed).toContainText("No");
  await expect(page.getByText(/go on asking/)).toBeVisible();

  await service.serve();
  await expect(page.getByText(/go on asking/)).toBeHidden({ timeout: 30_000 });
  await expect(page.getByText("Not saved yet")).toHaveCount(0);
  const kept = await service.rows("select question, value from answer where call_id = $1 order by seq", call);
  expect(kept.filter(([code]) => code === "weapon")).toEqual([
    ["weapon", "yes"],
    ["weapon", "no"],
  ]);
  expect(kept).toHaveLength(5);
  await expect(page.getByRole("heading", { name: "Answered: 3" })).toBeVisible(); // no weapon, so no kind of weapon
});
