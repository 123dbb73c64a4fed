import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLanguage } from "../i18n/useLanguage";
import { Button } from "../ui/Button";
import { Field } from "../ui/Field";
import { Kbd } from "../ui/Kbd";
import { useKeys } from "../ui/useKeys";
import { wordKeys } from "./answers";
import { toQuestion } from "./CallerColumn";
import type { Question, Script } from "./wire";

// After the nine come 0 and letters that mean nothing else here.
const choiceKeys = "1234567890ABCDFGH";

/** One question, and every answer to it by one key. */
export function QuestionForm({
  question,
  wording,
  spoken,
  given,
  words,
  mistake,
  onAnswer,
  onSkip,
  isClosed,
}: {
  question: Question;
  wording: string;
  /** The same in the language of the caller, where the screen speaks another. */
  spoken: { language: string; text: string } | undefined;
  given: unknown;
  words: Script["words"];
  mistake: string | undefined;
  onAnswer: (value: unknown) => void;
  onSkip: () => void;
  isClosed: boolean;
}) {
  const { t } = useTranslation("calltaking");
  const { language, said } = useLanguage();
  const keys = wordKeys[language];
  const several = question.kind === "multi_choice";
  const [chosen, setChosen] = useState<readonly string[]>(Array.isArray(given) ? (given as string[]) : []);
  const turn = (code: string) =>
    setChosen((codes) => (codes.includes(code) ? codes.filter((each) => each !== code) : [...codes, code]));
  const options: { value: string; label: string; key: string }[] =
    question.kind === "yes_no"
      ? [
          { value: "yes", label: said(words.yes), key: keys.yes },
          { value: "no", label: said(words.no), key: keys.no },
        ]
      : (question.choices ?? []).map(({ code, text }, index) => ({
          value: code,
          label: said(text),
          key: choiceKeys[index] ?? "",
        }));
  const rest = [
    { value: "unknown", label: said(words.unknown), key: keys.unknown },
    { value: "refused", label: said(words.refused), key: keys.refused },
  ];
  const pick = (code: string) => (several ? turn(code) : onAnswer(code));
  const keep = () => {
    if (chosen.length > 0) onAnswer(chosen);
  };
  useKeys({
    ...Object.fromEntries(options.map(({ key, value }) => [key, () => pick(value)])),
    ...Object.fromEntries(rest.map(({ key, value }) => [key, () => onAnswer(value)])),
  });
  const button = (option: { value: string; label: string; key: string }, on: () => void, isQuiet = false) => (
    <button
      key={option.value}
      type="button"
      className={isQuiet ? "ct-answer ct-answer-quiet" : "ct-answer"}
      aria-pressed={several && !isQuiet ? chosen.includes(option.value) : given === option.value}
      aria-keyshortcuts={option.key}
      disabled={isClosed}
      onClick={on}
    >
      <span>{option.label}</span>
      {option.key.length === 1 && <Kbd>{option.key}</Kbd>}
    </button>
  );
  return (
    <fieldset className="ct-fieldset" aria-describedby={question.help ? "question-help" : undefined}>
      <legend className="ct-wording">{wording}</legend>
      {spoken !== undefined && (
        <p className="ct-spoken" lang={spoken.language}>
          {spoken.text}
        </p>
      )}
      {question.help !== undefined && (
        <p id="question-help" className="muted">
          {said(question.help)}
        </p>
      )}
      {mistake !== undefined && (
        <p className="field-error" role="alert">
          {t("script.notTaken")} {mistake}
        </p>
      )}
      {options.length > 0 && (
        <div className={question.kind === "yes_no" ? "ct-answers ct-answers-two" : "ct-answers"}>
          {options.map((option) => button(option, () => pick(option.value)))}
        </div>
      )}
      {several && (
        <Button
          variant="primary"
          icon="check"
          onPress={keep}
          {...(chosen.length === 0 && { unavailable: t("script.chooseOne") })}
        >
          {t("script.keep", { count: chosen.length })}
        </Button>
      )}
      {several && <EnterKeeps onKeep={keep} />}
      {(question.kind === "text" || question.kind === "number" || question.kind === "time") && (
        <Typed question={question} given={given} onAnswer={onAnswer} isClosed={isClosed} />
      )}
      {question.kind === "person" && <PersonTyped given={given} onAnswer={onAnswer} isClosed={isClosed} />}
      <div className="row">
        {rest.map((option) => button(option, () => onAnswer(option.value), true))}
        <Button variant="quiet" icon="arrowRight" hint="S" aria-keyshortcuts="S" onPress={onSkip}>
          {t("script.skip")}
        </Button>
      </div>
    </fieldset>
  );
}

/** Enter keeps what is marked, unless a field or another button has the focus. */
function EnterKeeps({ onKeep }: { onKeep: () => void }) {
  const latest = useRef(onKeep);
  useEffect(() => {
    latest.current = onKeep;
  });
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const at = document.activeElement;
      const here =
        at === document.body || at?.id === "question" || at?.classList.contains("ct-answer") === true;
      if (event.key !== "Enter" || event.defaultPrevented || event.repeat || !here) return;
      event.preventDefault();
      latest.current();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
  return null;
}

/** What must be typed can be typed at once, unless the focus is needed elsewhere. */
function useReadyToType() {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    const at = document.activeElement;
    if (at === document.body || at?.closest("#question")) form.current?.querySelector("input")?.focus();
  }, []);
  return form;
}

/** 21:40 today, or yesterday where that would lie ahead. */
function timeOf(text: string): string {
  const [hours = 0, minutes = 0] = text.split(":").map(Number);
  const at = new Date();
  at.setHours(hours, minutes, 0, 0);
  if (at.getTime() > Date.now()) at.setDate(at.getDate() - 1);
  return at.toISOString();
}

function Typed({
  question,
  given,
  onAnswer,
  isClosed,
}: {
  question: Question;
  given: unknown;
  onAnswer: (value: unknown) => void;
  isClosed: boolean;
}) {
  const { t } = useTranslation("calltaking");
  const [text, setText] = useState(
    question.kind !== "time" && (typeof given === "string" || typeof given === "number") ? String(given) : "",
  );
  const form = useReadyToType();
  return (
    <form
      ref={form}
      className="ct-typed"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() === "") return;
        if (question.kind === "number") onAnswer(Number(text));
        else onAnswer(question.kind === "time" ? timeOf(text) : text.trim());
      }}
    >
      <Field
        label={t("script.answer")}
        type={question.kind === "text" ? "text" : question.kind}
        value={text}
        onChange={setText}
        isDisabled={isClosed}
        onKeyDown={(event) => {
          if (event.key === "Escape") toQuestion();
        }}
      />
      <Button type="submit" variant="primary" hint="Enter">
        {t("script.keepOne")}
      </Button>
    </form>
  );
}

function PersonTyped({
  given,
  onAnswer,
  isClosed,
}: {
  given: unknown;
  onAnswer: (value: unknown) => void;
  isClosed: boolean;
}) {
  const { t } = useTranslation("calltaking");
  const [person, setPerson] = useState<Record<string, string>>(
    typeof given === "object" && given !== null ? (given as Record<string, string>) : {},
  );
  const form = useReadyToType();
  return (
    <form
      ref={form}
      className="stack-tight"
      onSubmit={(event) => {
        event.preventDefault();
        const known = Object.fromEntries(Object.entries(person).filter(([, value]) => value.trim() !== ""));
        if (Object.keys(known).length > 0) onAnswer(known);
      }}
    >
      <div className="ct-pair">
        {(["name", "birth_date", "phone", "relationship"] as const).map((field) => (
          <Field
            key={field}
            label={t(`persons.${field}`)}
            type={field === "birth_date" ? "date" : field === "phone" ? "tel" : "text"}
            value={person[field] ?? ""}
            onChange={(value) => setPerson((now) => ({ ...now, [field]: value }))}
            isDisabled={isClosed}
            onKeyDown={(event) => {
              if (event.key === "Escape") toQuestion();
            }}
          />
        ))}
      </div>
      <div className="row">
        <Button type="submit" variant="primary" hint="Enter">
          {t("script.keepOne")}
        </Button>
      </div>
    </form>
  );
}
