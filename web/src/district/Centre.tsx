import { useTranslation } from "react-i18next";
import type { Schemas } from "../api/client";
import { moment } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { Card } from "../ui/Card";
import { Disclosure, Why } from "../ui/Disclosure";
import { Facts } from "../ui/Facts";
import { Tag, type Severity } from "../ui/Tag";
import { worstFirst } from "./flags";
import { severityOf, useFlagInWords, useReasons } from "./words";

type Incident = Schemas["IncidentDetail"];
type Flag = Schemas["RiskFlag"];

/** What the centre made of the call: class and flags, each with its reasons, and what the caller said. */
export function Centre({ incident }: { incident: Incident }) {
  const { t } = useTranslation("district");
  const { said } = useLanguage();
  const { briefing } = incident;
  return (
    <Card title={t("centre.title")} asOf={briefing && new Date(briefing.at)}>
      <div className="stack">
        {briefing !== undefined && <p>{said(briefing.classification.reason)}</p>}
        {briefing === undefined ? (
          <Codes codes={incident.flags} />
        ) : (
          <section className="stack-tight">
            <h3 className="eyebrow">{t("centre.flags", { count: briefing.flags.length })}</h3>
            {briefing.flags.length === 0 && <p className="muted">{t("centre.noFlags")}</p>}
            <ul className="rows">
              {briefing.flags.map((flag) => (
                <Raised key={flag.code} flag={flag} />
              ))}
            </ul>
          </section>
        )}
        {briefing !== undefined && briefing.answers.length > 0 && <Answers answers={briefing.answers} />}
      </div>
    </Card>
  );
}

function useSeverityInWords(): (severity: Severity, word: string) => string {
  const { t } = useTranslation("district");
  return (severity, word) =>
    severity === "neutral" || severity === "good" ? word : t(`severity.${severity}`);
}

function Raised({ flag }: { flag: Flag }) {
  const { t } = useTranslation("district");
  const { language, said } = useLanguage();
  const reasons = useReasons();
  const inWords = useSeverityInWords();
  const aside = flag.overruled;
  const fell = flag.old || aside !== undefined;
  const severity = fell ? "neutral" : severityOf(flag.severity);
  return (
    <li className="district-flag">
      <span>
        <Tag severity={severity} solid={severity === "critical"}>
          {aside !== undefined
            ? t("centre.aside")
            : flag.old
              ? t("centre.old")
              : inWords(severity, flag.severity)}
        </Tag>
      </span>
      <div>
        <p className={fell ? "muted" : "strong"}>
          {said(flag.text)}{" "}
          {flag.last_seen !== undefined && (
            <span className="muted small">{moment(new Date(flag.last_seen), language)}</span>
          )}
        </p>
        {aside !== undefined && (
          <p>
            {aside.by}, {moment(new Date(aside.at), language)}: <q>{aside.reason}</q>
          </p>
        )}
        <Why of={said(flag.text)} reasons={reasons(flag.reasons)} />
      </div>
    </li>
  );
}

/** The flags of a case without a briefing: their reasons are not on record. */
function Codes({ codes }: { codes: readonly string[] }) {
  const { t } = useTranslation("district");
  const flag = useFlagInWords();
  const inWords = useSeverityInWords();
  return (
    <section className="stack-tight">
      <h3 className="eyebrow">{t("centre.flags", { count: codes.length })}</h3>
      {codes.length === 0 && <p className="muted">{t("centre.noFlags")}</p>}
      <ul className="rows">
        {worstFirst(codes).map((code) => {
          const { text, severity } = flag(code);
          return (
            <li key={code} className="district-flag">
              <span>
                <Tag severity={severity} solid={severity === "critical"}>
                  {inWords(severity, code)}
                </Tag>
              </span>
              <p className="strong">{text}</p>
            </li>
          );
        })}
      </ul>
      {codes.length > 0 && <p className="muted small">{t("centre.noReasons")}</p>}
    </section>
  );
}

function Answers({ answers }: { answers: readonly Schemas["BriefingAnswer"][] }) {
  const { t } = useTranslation("district");
  const { said } = useLanguage();
  return (
    <Disclosure label={t("centre.answers", { count: answers.length })}>
      <Facts items={answers.map(({ question, answer }) => ({ name: said(question), value: said(answer) }))} />
    </Disclosure>
  );
}
