import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Said } from "../i18n/language";
import type { Question, Script } from "../script/walk";
import { Field } from "../ui/Field";
import { Segmented } from "../ui/Segmented";
import { Empty } from "../ui/states";
import { Tag } from "../ui/Tag";
import { inWords, raisesOf } from "./conditions";
import { useJoints } from "./useJoints";

const languages = ["et", "en", "ru"] as const;
const wordings = ["text", "covert", "third_party"] as const;
const groups = ["safety", "relationship", "history", "access"] as const;

/** Everything that is said, in all languages side by side. */
export function Preview({ script }: { script: Script }) {
  const { t } = useTranslation("authoring");
  const [wording, setWording] = useState<(typeof wordings)[number]>("text");
  const [filter, setFilter] = useState("");
  const joints = useJoints();
  const wanted = filter.trim().toLowerCase();
  const holds = (part: unknown) => wanted === "" || JSON.stringify(part).toLowerCase().includes(wanted);
  const questions = script.questions.filter(holds);
  const advice = script.advice.filter(holds);
  return (
    <div className="stack">
      <div className="authoring-tools">
        <Segmented
          label={t("preview.wording")}
          options={wordings.map((value) => ({ value, label: t(`wording.${value}`) }))}
          value={wording}
          onChange={setWording}
        />
        <Field label={t("preview.filter")} value={filter} onChange={setFilter} />
      </div>
      {questions.length + advice.length === 0 && <Empty title={t("preview.none")} />}
      {groups.map((group) => {
        const within = questions.filter((question) => question.group === group);
        return (
          within.length > 0 && (
            <Side key={group} title={`${t(`group.${group}`)} (${within.length})`}>
              {within.map((question) => (
                <QuestionRow key={question.code} question={question} wording={wording}>
                  <p className="authoring-code">{question.code}</p>
                  <p className="row">
                    <Tag>{t(`kind.${question.kind as "yes_no"}`)}</Tag>
                    {question.mandatory === true && <Tag severity="caution">{t("preview.mandatory")}</Tag>}
                  </p>
                  {question.when && (
                    <p className="small muted">
                      {t("preview.when", { when: inWords(question.when, joints) })}
                    </p>
                  )}
                  {raisesOf(question).map((raise) => (
                    <p key={raise} className="small">
                      {t("preview.raises", { raise })}
                    </p>
                  ))}
                </QuestionRow>
              ))}
            </Side>
          )
        );
      })}
      {advice.length > 0 && (
        <Side title={`${t("preview.advice")} (${advice.length})`}>
          {advice.map((each) => (
            <tr key={each.code}>
              <th scope="row">
                <p className="authoring-code">{each.code}</p>
                <p className="small muted">
                  {each.when === undefined
                    ? t("preview.always")
                    : t("preview.when", { when: inWords(each.when, joints) })}
                </p>
                <p className="small muted">{each.source}</p>
              </th>
              {languages.map((language) => (
                <td key={language} lang={language}>
                  {each.text[language]}
                </td>
              ))}
            </tr>
          ))}
        </Side>
      )}
    </div>
  );
}

function Side({ title, children }: { title: string; children: React.ReactNode }) {
  const { t } = useTranslation("authoring");
  return (
    <table className="table authoring-side">
      <caption>{title}</caption>
      <thead>
        <tr>
          <th scope="col">{t("preview.code")}</th>
          {languages.map((language) => (
            <th key={language} scope="col">
              {t(`language.${language}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

function QuestionRow({
  question,
  wording,
  children,
}: {
  question: Question;
  wording: (typeof wordings)[number];
  children: React.ReactNode;
}) {
  const { t } = useTranslation("authoring");
  const own: Said | undefined = question[wording];
  return (
    <tr>
      <th scope="row">{children}</th>
      {languages.map((language) => (
        <td key={language} lang={language}>
          <p className={own === undefined ? "muted" : "strong"}>
            {(own ?? question.text)[language]}
            {own === undefined && <span className="small"> {t("preview.plain")}</span>}
          </p>
          {question.help && <p className="small muted">{question.help[language]}</p>}
          {question.choices && (
            <ul className="authoring-choices">
              {question.choices.map((choice) => (
                <li key={choice.code}>{choice.text[language]}</li>
              ))}
            </ul>
          )}
        </td>
      ))}
    </tr>
  );
}
