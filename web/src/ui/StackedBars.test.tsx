// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startTexts } from "../i18n/start";
import { StackedBars } from "./StackedBars";
import { ui } from "./texts";

beforeEach(() => {
  localStorage.clear();
  startTexts({ ui }, "en");
});
afterEach(cleanup);

test("what is drawn stands in a sentence and in a table, and unknown is not zero", () => {
  render(
    <StackedBars
      summary="Three calls in three months"
      parts={["Ours", "Other"]}
      unknown="Not loaded"
      table="As a table"
      nameOfBar="Month"
      bars={[
        { short: "J", name: "January", begins: "2026", parts: null },
        { short: "F", name: "February", parts: [0, 0] },
        { short: "M", name: "March", parts: [2, 1] },
      ]}
    />,
  );
  expect(screen.getByRole("img", { name: "Three calls in three months" })).toBeTruthy();
  expect(screen.getAllByText("Not loaded")).toHaveLength(2); // the key of the drawing, the table
  fireEvent.click(screen.getByRole("button", { name: "As a table" }));
  const cells = (month: string) =>
    within(screen.getByRole("row", { name: new RegExp(month) }))
      .getAllByRole("cell")
      .map((cell) => cell.textContent);
  expect(cells("January")).toEqual(["Not loaded"]);
  expect(cells("February")).toEqual(["0", "0"]);
  expect(cells("March")).toEqual(["2", "1"]);
});
