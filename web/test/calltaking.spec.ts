import { randomUUID } from "node:crypto";
import { expect, expectAccessible, test } from "./doorstep";
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

test("a caller's position alone proposes the addresses around it, by the keyboard", async ({
  signedIn,
  service,
}) => {
  const page = await signedIn("callTaker", { viewport: { width: 1920, height: 1080 } });
  const found = await service.rows("select st_x(point), st_y(point) from address where label = 'Kase tn 12'");
  const [longitude, latitude] = found[0] as [number, number];
  const field = page.getByRole("combobox", { name: "Address" });

  // The telephone exchange opens the call, with what AML says.
  const opened = await page.request.post("/api/v1/calls", {
    headers: { "Idempotency-Key": randomUUID(), Origin: service.url },
    data: {
      channel: "voice",
      location: { type: "Point", coordinates: [longitude, latitude] },
      location_radius: 60,
    },
  });
  const { id } = (await opened.json()) as { id: string };
  await page.goto(`/calltaking?call=${id}`);
  await expect(field).toBeFocused();
  const within = page.getByRole("group", { name: "Around the caller's position, ± 60 m" });
  await expect(within.getByRole("option").first()).toContainText("Kase tn 12");
  await expect(page.getByRole("group", { name: "Beyond 60 m of the position" })).toBeVisible();
  await expectAccessible(page);
  await page.screenshot({ path: "test-results/around.png" });

  // What is typed comes before what is around, and marks what was not typed itself.
  await page.keyboard.press("ArrowDown");
  await page.keyboard.type("üle tänava Kase tn 12");
  await expect(field).toHaveValue("üle tänava Kase tn 12");
  await expect(page.getByRole("option").first()).toContainText("across the street");
  await page.screenshot({ path: "test-results/across.png" });
  await field.fill("");
  await expect(within).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page.locator(".ct-address-label")).toHaveText("Kase tn 12");
  await expect(page.getByLabel("Position", { exact: true })).toHaveValue(/± 60 m$/);

  // A position that the caller reads out later takes no focus and no text away.
  await page.getByRole("button", { name: "To the start" }).click();
  await page.getByRole("button", { name: "New call" }).click();
  const position = page.getByLabel("Position", { exact: true });
  await position.fill("north of the lake");
  await position.press("Enter");
  await expect(page.getByText("Write it as 58.3856")).toBeVisible();
  await position.fill(`${latitude}, ${longitude}, 15`);
  await position.press("Enter");
  const nearest = page.getByRole("group", { name: "Around the caller's position, ± 15 m" });
  await expect(nearest.getByRole("option").first()).toContainText("Kase tn 12");
  await expect(position).toBeFocused();
  await expectAccessible(page);
  await page.screenshot({ path: "test-results/around-later.png" });
});
