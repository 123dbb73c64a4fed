import { useTranslation } from "react-i18next";
import { moment } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { Card } from "../ui/Card";
import { Why, type Reason } from "../ui/Disclosure";
import { Tag } from "../ui/Tag";
import { FlagLine } from "./FlagLine";
import { prioritySeverity } from "./severity";
import type { Assessment, Call, Flag, Script } from "./wire";

/** What the answers mean so far: class, priority and flags, each with its reasons. missing answers wait for the server. */
export function AssessmentCard({
  call,
  script,
  missing,
  onOverrule,
}: {
  call: Call;
  script: Script;
  missing: number;
  onOverrule: ((flag: string, reason: string | null) => Promise<boolean>) | undefined;
}) {
  const { t } = useTranslation("calltaking");
  const { said } = useLanguage();
  const { classification, priority, flags } = call.assessment;
  const reasons = useReasons(script);
  return (
    <Card title={t("assessment.title")} severity={prioritySeverity(priority.level)}>
      <div className="stack">
        {missing > 0 && <p className="ct-unsaved">{t("assessment.without", { count: missing })}</p>}
        <div className="ct-verdict" aria-live="polite">
          <Tag severity={prioritySeverity(priority.level)} solid>
            {t("priority", { level: priority.level })}
          </Tag>
          <div>
            <p className="strong">{t(`class.${classOf(classification.code)}`)}</p>
            <p className="muted">{said(classification.reason)}</p>
          </div>
        </div>
        <Why of={t("priority", { level: priority.level })} reasons={reasons(priority.reasons)} />
        <h3 className="eyebrow">{t("assessment.flags", { count: flags.length })}</h3>
        {flags.length === 0 && <p className="muted">{t("assessment.noFlags")}</p>}
        <ul className="ct-flags">
          {[...flags].sort(standingFirst).map((flag) => (
            <FlagLine
              key={flag.code}
              flag={flag}
              reasons={reasons(flag.reasons)}
              onOverrule={onOverrule && ((reason) => onOverrule(flag.code, reason))}
            />
          ))}
        </ul>
      </div>
    </Card>
  );
}

/** What was set aside comes after what counts; otherwise the server's order, the gravest first. */
const standingFirst = (a: Flag, b: Flag) =>
  Number(a.overruled !== undefined) - Number(b.overruled !== undefined);

/** Reasons in words: the question with its answer and time, the incident with its date. */
function useReasons(script: Script): (reasons: Flag["reasons"]) => Reason[] {
  const { t } = useTranslation("calltaking");
  const { language, said } = useLanguage();
  return (reasons) =>
    reasons.map((reason) => {
      const question = script.questions.find(({ code }) => code === reason.question);
      const asked = question === undefined ? said(reason.text) : said(question.text);
      return {
        text: reason.answer === undefined ? asked : `${asked} ${said(reason.answer)}`,
        source: reasonKinds.includes(reason.kind as ReasonKind)
          ? t(`reason.${reason.kind as ReasonKind}`)
          : undefined,
        at: reason.at === undefined ? undefined : moment(new Date(reason.at), language),
      };
    });
}

const reasonKinds = ["answer", "incident", "history", "order", "rule"] as const;
type ReasonKind = (typeof reasonKinds)[number];

const classes = ["dv", "suspected_dv", "not_dv", "unclassified"] as const;
/** A class as the contract has it; anything else is not classified yet. */
export function classOf(code: Assessment["classification"]["code"]): (typeof classes)[number] {
  return classes.find((each) => each === code) ?? "unclassified";
}
