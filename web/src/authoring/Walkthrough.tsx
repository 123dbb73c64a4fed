import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Said } from "../i18n/language";
import { walk, type Question, type Script } from "../script/walk";
import { wordingOf } from "../script/wording";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Field } from "../ui/Field";
import { Segmented } from "../ui/Segmented";
import { Select } from "../ui/Select";
import { Empty } from "../ui/states";
import { Tag } from "../ui/Tag";

const languages = ["et", "en", "ru"] as const;
const callers = ["victim", "third_party", "child", "suspect"] as const;
const speeches = ["voice", "text", "covert"] as const;

type Answered = { code: string; value: unknown };

/** The script as a call taker meets it, on an address that was searched and has no past. Nothing is kept. */
export function Walkthrough({ script }: { script: Script }) {
  const { t } = useTranslation("authoring");
  const [language, setLanguage] = useState<(typeof languages)[number]>("et");
  const [caller, setCaller] = useState<(typeof callers)[number]>("victim");
  const [speech, setSpeech] = useState<(typeof speeches)[number]>("voice");
  const [given, setGiven] = useState<readonly Answered[]>([]);
  const answers = Object.fromEntries(given.map(({ code, value }) => [code, value]));
  const facts = { searched_premise: true, searched_persons: true };
  const at = walk(script, answers, facts, { speech, caller });
  const find = (code: string) => script.questions.find((question) => question.code === code);
  const next = find(at.next);
  const said = (text: Said) => text[language];
  const answer = (value: unknown) => setGiven([...given, { code: at.next, value }]);
  const choices = (name: "language" | "caller" | "speech", values: readonly string[]) =>
    values.map((value) => ({ value, label: t(`${name}.${value}` as "language.et") }));
  return (
    <div className="stack">
      <div className="authoring-tools">
        <Segmented
          label={t("walk.language")}
          options={choices("language", languages) as { value: (typeof languages)[number]; label: string }[]}
          value={language}
          onChange={setLanguage}
        />
        <Segmented
          label={t("walk.speech")}
          options={choices("speech", speeches) as { value: (typeof speeches)[number]; label: string }[]}
          value={speech}
          onChange={setSpeech}
        />
        <Select
          label={t("walk.caller")}
          options={choices("caller", callers) as { value: (typeof callers)[number]; label: string }[]}
          value={caller}
          onChange={setCaller}
        />
        <Button unavailable={given.length === 0 ? t("walk.nothing") : undefined} onPress={() => setGiven([])}>
          {t("walk.again")}
        </Button>
      </div>
      <div className="authoring-walk">
        <Card
          title={t("walk.now")}
          actions={
            <span className="row">
              {at.covert && <Tag severity="critical">{t("walk.covert")}</Tag>}
              {next?.mandatory === true && <Tag severity="caution">{t("preview.mandatory")}</Tag>}
            </span>
          }
        >
          {next === undefined ? (
            <Empty title={t("walk.done")} />
          ) : (
            <div className="stack" lang={language} key={next.code}>
              <p className="title">{said(wordingOf(next, at.covert, caller))}</p>
              {next.help && <p className="muted">{said(next.help)}</p>}
              <Answers question={next} words={script.words} said={said} onAnswer={answer} />
            </div>
          )}
        </Card>
        <div className="stack">
          <Card title={t("walk.advice")}>
            {at.advice.length === 0 && <p className="muted">{t("walk.noAdvice")}</p>}
            <ul className="stack-tight" lang={language}>
              {at.advice.map((advice) => (
                <li key={advice.code}>{said(advice.text)}</li>
              ))}
            </ul>
          </Card>
          <Card
            title={t("walk.answered", { count: given.length })}
            actions={
              given.length > 0 && (
                <Button size="small" onPress={() => setGiven(given.slice(0, -1))}>
                  {t("walk.back")}
                </Button>
              )
            }
          >
            <ol className="stack-tight">
              {[...given].reverse().map(({ code, value }) => (
                <li key={code} className={at.visible.includes(code) ? "" : "muted"}>
                  <code>{code}</code> {Array.isArray(value) ? value.join(", ") : String(value)}
                  {!at.visible.includes(code) && ` · ${t("walk.left")}`}
                </li>
              ))}
            </ol>
            {given.length === 0 && <p className="muted">{t("walk.nothing")}</p>}
          </Card>
          <p className="muted">{t("walk.open", { count: at.unanswered.length })}</p>
        </div>
      </div>
    </div>
  );
}

function Answers({
  question,
  words,
  said,
  onAnswer,
}: {
  question: Question;
  words: Script["words"];
  said: (text: Said) => string;
  onAnswer: (value: unknown) => void;
}) {
  const { t } = useTranslation("authoring");
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [typed, setTyped] = useState("");
  const toggle = (code: string) =>
    setChosen(chosen.includes(code) ? chosen.filter((each) => each !== code) : [...chosen, code]);
  const { kind } = question;
  return (
    <>
      <div className="row">
        {kind === "yes_no" && <Button onPress={() => onAnswer("yes")}>{said(words.yes)}</Button>}
        {kind === "yes_no" && <Button onPress={() => onAnswer("no")}>{said(words.no)}</Button>}
        {kind === "choice" &&
          question.choices?.map(({ code, text }) => (
            <Button key={code} onPress={() => onAnswer(code)}>
              {said(text)}
            </Button>
          ))}
        {kind === "multi_choice" &&
          question.choices?.map(({ code, text }) => (
            <Button
              key={code}
              variant={chosen.includes(code) ? "primary" : "secondary"}
              aria-pressed={chosen.includes(code)}
              onPress={() => toggle(code)}
            >
              {said(text)}
            </Button>
          ))}
        {kind === "multi_choice" && chosen.length > 0 && (
          <Button variant="primary" icon="check" onPress={() => onAnswer(chosen)}>
            {t("walk.keep", { count: chosen.length })}
          </Button>
        )}
        {kind === "time" && (
          <Button onPress={() => onAnswer(new Date().toISOString())}>{t("walk.nowTime")}</Button>
        )}
      </div>
      {(kind === "text" || kind === "number" || kind === "person") && (
        <form
          className="authoring-tools"
          onSubmit={(event) => {
            event.preventDefault();
            const text = typed.trim();
            if (text !== "") onAnswer(kind === "number" ? Number(text.replace(",", ".")) : text);
          }}
        >
          <Field
            label={t("walk.typed")}
            value={typed}
            onChange={setTyped}
            {...(kind === "number" && { inputMode: "decimal" as const })}
          />
          <Button type="submit">{t("walk.keepTyped")}</Button>
        </form>
      )}
      <div className="row">
        <Button variant="quiet" onPress={() => onAnswer("unknown")}>
          {said(words.unknown)}
        </Button>
        <Button variant="quiet" onPress={() => onAnswer("refused")}>
          {said(words.refused)}
        </Button>
      </div>
    </>
  );
}
