import { expect, test } from "./doorstep";

// A caller who is overheard can say yes and no. From the address on, fourteen keys must do.
const mostKeys = 14;

// What is asked, and the key that answers it. "s" leaves for later what cannot be asked so.
const asked = [
  ["are you at this address", "y"],
  ["is anyone hurt", "n"],
  ["is there a weapon", "n"],
  ["is the person near you", "y"],
  ["are there children there", "n"],
  ["Mark how the caller answers", "2"], // only yes or no
  ["can you get out safely", "n"],
  ["is someone hurting you", "y"],
  ["Mark what you hear", "s"],
  ["drunk or on drugs", "n"],
  ["is it your present or former partner", "y"],
] as const;

test("a covert call is taken, classed and sent by the keyboard alone", async ({ signedIn }) => {
  const page = await signedIn("callTaker", { viewport: { width: 1920, height: 1080 } });
  await page.keyboard.press("F4");
  await page.keyboard.press("n");
  await expect(page.getByRole("combobox", { name: "Address" })).toBeFocused();
  await page.keyboard.type("Meremäe tee 21");
  await expect(page.getByRole("option").first()).toContainText("Meremäe tee 21");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Assessment" })).toBeVisible();

  let pressed = 0;
  const press = async (key: string) => {
    pressed += 1;
    await page.keyboard.press(key);
  };
  const question = page.getByRole("region", { name: "Question now" });
  for (const [wording, key] of asked) {
    await expect(question).toContainText(wording);
    await press(key);
  }
  await expect(page.getByText("Domestic violence: present or former partner.").first()).toBeVisible();

  await press("F8");
  await expect(page.getByRole("dialog").getByRole("listitem").first().getByRole("button")).toBeFocused();
  await press("Enter");
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(page.getByText("Sent", { exact: true }).first()).toBeVisible();
  expect(pressed).toBeLessThanOrEqual(mostKeys);
});
