// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startTexts } from "../i18n/start";
import { ui } from "../ui/texts";
import { QuestionForm } from "./QuestionForm";
import { calltaking } from "./texts";
import type { Question, Script } from "./wire";

const word = (en: string, et: string) => ({ en, et, ru: en });
const words: Script["words"] = {
  yes: word("Yes", "Jah"),
  no: word("No", "Ei"),
  unknown: word("Unknown", "Ei tea"),
  refused: word("Refused", "Ei ütle"),
};
const hurt: Question = {
  code: "injured",
  kind: "yes_no",
  group: "safety",
  text: word("Is anyone hurt?", "Kas keegi on viga saanud?"),
};
const weapon: Question = {
  ...hurt,
  code: "weapon_kind",
  kind: "multi_choice",
  choices: [
    { code: "firearm", text: word("Firearm", "Tulirelv") },
    { code: "blade", text: word("Knife", "Nuga") },
  ],
};

beforeEach(() => localStorage.clear());
afterEach(cleanup);

function ask(question: Question, language: "en" | "et" = "en") {
  startTexts({ ui, calltaking }, language);
  const onAnswer = vi.fn();
  const onSkip = vi.fn();
  render(
    <QuestionForm
      question={question}
      wording={question.text[language]}
      spoken={undefined}
      given={undefined}
      words={words}
      mistake={undefined}
      onAnswer={onAnswer}
      onSkip={onSkip}
      isClosed={false}
    />,
  );
  return onAnswer;
}

test("the wording names the question, and one key answers it", () => {
  const answered = ask(hurt);
  expect(screen.getByRole("group", { name: "Is anyone hurt?" })).toBeTruthy();
  fireEvent.keyDown(document.body, { key: "y" });
  expect(answered).toHaveBeenLastCalledWith("yes");
  fireEvent.keyDown(document.body, { key: "u" });
  expect(answered).toHaveBeenLastCalledWith("unknown");
  fireEvent.click(screen.getByRole("button", { name: "No" }));
  expect(answered).toHaveBeenLastCalledWith("no");
});

test("the keys are those of the language on the screen", () => {
  const answered = ask(hurt, "et");
  fireEvent.keyDown(document.body, { key: "e" });
  expect(answered).toHaveBeenLastCalledWith("no");
  fireEvent.keyDown(document.body, { key: "k" });
  expect(answered).toHaveBeenLastCalledWith("refused");
});

test("several choices are marked by number and kept by Enter, together", () => {
  const answered = ask(weapon);
  fireEvent.keyDown(document.body, { key: "1" });
  fireEvent.keyDown(document.body, { key: "2" });
  expect(screen.getByRole("button", { name: "Knife", pressed: true })).toBeTruthy();
  expect(answered).not.toHaveBeenCalled();
  fireEvent.keyDown(document.body, { key: "Enter" });
  expect(answered).toHaveBeenCalledExactlyOnceWith(["firearm", "blade"]);
});

test("a number is kept as a number", () => {
  const answered = ask({ ...hurt, kind: "number" });
  fireEvent.change(screen.getByLabelText("Answer"), { target: { value: "3" } });
  fireEvent.click(screen.getByRole("button", { name: /Keep answer/ }));
  expect(answered).toHaveBeenCalledExactlyOnceWith(3);
});
