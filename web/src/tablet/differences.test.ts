import { expect, test } from "vitest";
import { differences } from "./differences";

test("only what differs is shown, in the order of the sheet", () => {
  const mine = { risk_level: "high", summary: "heard apart", injuries: "no" } as const;
  const theirs = { summary: "heard together", injuries: "no", safe_contact: "" } as const;
  expect(differences(mine, theirs)).toEqual([
    { name: "summary", mine: "heard apart", theirs: "heard together" },
    { name: "risk_level", mine: "high", theirs: undefined },
  ]);
});

test("two equal sheets differ in nothing", () => {
  expect(differences({ injuries: "no" }, { injuries: "no" })).toEqual([]);
});
