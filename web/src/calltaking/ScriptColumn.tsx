import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { said as saidIn } from "../i18n/language";
import { clockTime } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { Card } from "../ui/Card";
import { Icon } from "../ui/Icon";
import { Tag } from "../ui/Tag";
import { useKeys } from "../ui/useKeys";
import { inShort } from "./answers";
import { QuestionForm } from "./QuestionForm";
import type { useCall } from "./useCall";
import { wordingOf } from "../script/wording";
import { walkOf } from "./walkOf";
import type { Answers, Call, Script } from "./wire";

/** The script: one question at a time, and where the call stands in it. */
export function ScriptColumn({
  call,
  script,
  work,
  isClosed,
}: {
  call: Call;
  script: Script;
  work: ReturnType<typeof useCall>;
  isClosed: boolean;
}) {
  const { t } = useTranslation("calltaking");
  const { language, said } = useLanguage();
  const [skipped, setSkipped] = useState<readonly string[]>([]);
  const [opened, setOpened] = useState<string | null>(null);
  const answers: Answers = { ...call.answers, ...work.unsaved };
  const isAhead = Object.keys(work.unsaved).length > 0;
  // The server's walk rules; while it does not have all answers, the one here goes ahead.
  const walk = isAhead ? walkOf(script, call, answers) : call.walk;
  const questions = new Map(script.questions.map((question) => [question.code, question]));
  const open = walk.visible.filter((code) => answers[code] === undefined);
  const next = open.find((code) => !skipped.includes(code)) ?? null;
  const current = opened !== null && walk.visible.includes(opened) ? opened : next;
  const question = current === null ? undefined : questions.get(current);
  const answered = walk.visible
    .filter((code) => answers[code] !== undefined && code !== opened)
    .sort((a, b) => (answers[b]?.at ?? "").localeCompare(answers[a]?.at ?? ""));
  const later = open.filter(
    (code) => code !== current && !walk.unanswered.includes(code) && skipped.includes(code),
  );
  const missing = walk.unanswered.filter((code) => code !== current);

  const box = useRef<HTMLElement>(null);
  const hadFocus = useRef(false);
  useEffect(() => {
    // The answer's button is gone with its question: the keys stay here.
    if (hadFocus.current && document.activeElement === document.body) box.current?.focus();
  }, [current]);
  const answer = (value: unknown) => {
    if (current === null || isClosed) return;
    hadFocus.current = box.current?.contains(document.activeElement) ?? false;
    work.answer(current, value);
    setSkipped((codes) => codes.filter((code) => code !== current));
    setOpened(null);
  };
  const skip = () => {
    if (current === null) return;
    hadFocus.current = true;
    setSkipped((codes) => [...codes.filter((code) => code !== current), current]);
    setOpened(null);
  };
  const reopen = (code: string) => {
    setOpened(code);
    box.current?.focus();
  };
  useKeys({ s: skip });
  const words = (code: string) => {
    const found = questions.get(code);
    return found === undefined ? code : said(found.text);
  };
  return (
    <div className="ct-column ct-script">
      <section id="question" ref={box} tabIndex={-1} className="ct-question" aria-label={t("script.now")}>
        <div className="row-spread">
          <h2 className="eyebrow">
            {question === undefined ? t("script.now") : t(`group.${groupOf(question.group)}`)}
          </h2>
          <span className="row">
            {walk.covert && <Tag severity="critical">{t("script.covert")}</Tag>}
            {question?.mandatory === true && <Tag severity="caution">{t("script.mandatory")}</Tag>}
            <span className="muted small number">
              {t("script.progress", { done: walk.visible.length - open.length, all: walk.visible.length })}
            </span>
          </span>
        </div>
        {question === undefined ? (
          <p className="ct-wording">{walk.done ? t("script.done") : t("script.allSkipped")}</p>
        ) : (
          <>
            <QuestionForm
              key={question.code}
              question={question}
              wording={said(wordingOf(question, walk.covert, call.caller_role))}
              spoken={
                call.language === language
                  ? undefined
                  : {
                      language: call.language,
                      text: saidIn(wordingOf(question, walk.covert, call.caller_role), call.language),
                    }
              }
              given={answers[question.code]?.value}
              words={script.words}
              mistake={work.mistakes[question.code]}
              onAnswer={answer}
              onSkip={skip}
              isClosed={isClosed}
            />
          </>
        )}
      </section>
      {walk.advice.length > 0 && (
        <section className="ct-tell" aria-labelledby="tell">
          <h2 id="tell" className="ct-tell-title">
            <Icon name="phone" /> {t("script.tell")}
          </h2>
          <ul className="stack-tight">
            {walk.advice.map((advice) => (
              <li key={advice.code}>
                {said(advice.text)}
                {call.language !== language && (
                  <span className="muted" lang={call.language}>
                    {" "}
                    {saidIn(advice.text, call.language)}
                  </span>
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
      <div className="ct-lists">
        {missing.length > 0 && (
          <Card title={t("script.missing", { count: missing.length })} severity="caution" flush>
            <ul className="ct-questions">
              {missing.map((code) => (
                <li key={code}>
                  <button type="button" className="ct-line" onClick={() => reopen(code)}>
                    <span>{words(code)}</span>
                    {skipped.includes(code) && <Tag severity="caution">{t("script.skipped")}</Tag>}
                  </button>
                </li>
              ))}
            </ul>
          </Card>
        )}
        {later.length > 0 && (
          <Card title={t("script.laterTitle")} flush>
            <ul className="ct-questions">
              {later.map((code) => (
                <li key={code}>
                  <button type="button" className="ct-line" onClick={() => reopen(code)}>
                    <span>{words(code)}</span>
                  </button>
                </li>
              ))}
            </ul>
          </Card>
        )}
        <Card title={t("script.answered", { count: answered.length })} flush={answered.length > 0}>
          {answered.length === 0 && <p className="muted">{t("script.nothing")}</p>}
          <ul className="ct-questions">
            {answered.map((code) => {
              const found = questions.get(code);
              const given = answers[code];
              if (found === undefined || given === undefined) return null;
              return (
                <li key={code}>
                  <button type="button" className="ct-line" onClick={() => reopen(code)}>
                    <span className="muted">
                      <span className="heard-only">{t("script.change")} </span>
                      {words(code)}
                    </span>
                    <span className="ct-given">
                      {work.unsaved[code] !== undefined && <Tag severity="caution">{t("unsaved.one")}</Tag>}
                      <span className="strong">
                        {inShort(given.value, found, script.words, said, language)}
                      </span>
                      <time className="muted small number" dateTime={given.at}>
                        {clockTime(new Date(given.at), language, "seconds")}
                      </time>
                    </span>
                  </button>
                  {work.mistakes[code] !== undefined && (
                    <p className="field-error ct-mistake" role="alert">
                      {t("script.notTaken")} {work.mistakes[code]}
                    </p>
                  )}
                </li>
              );
            })}
          </ul>
        </Card>
      </div>
    </div>
  );
}

const groups = ["safety", "relationship", "history", "access", "other"] as const;
function groupOf(group: string): (typeof groups)[number] {
  return groups.find((each) => each === group) ?? "other";
}
