import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../api/client";
import { clockTime, day, moment } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { useStream } from "../live/useStream";
import { isSince } from "../premise/since";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Why, type Reason } from "../ui/Disclosure";
import { Empty, NotSearched } from "../ui/states";
import { Tag } from "../ui/Tag";
import { Contacts } from "./Contacts";
import { fallen, gravityOf, gravityOfPriority, most, standing } from "./facts";
import { SheetForm } from "./SheetForm";
import { StatusButtons, type Step } from "./StatusButtons";
import { addressOf } from "./useWork";
import type { Briefing, Work } from "./work";

type Flag = Schemas["RiskFlag"];

/** The page that a crew reads before it knocks: what matters most comes first. */
export function BriefingView({
  work,
  onRead,
  onStep,
  onRefused,
}: {
  work: Work;
  onRead: () => void;
  onStep: (step: Step) => void;
  onRefused: () => void;
}) {
  const { t } = useTranslation("tablet");
  const { language, said } = useLanguage();
  const stream = useStream();
  const { briefing, assignment } = work;
  const { briefing_id, revision } = briefing;
  useEffect(() => {
    const shown = () => {
      if (document.visibilityState === "visible")
        void stream.say({ type: "displayed", body: { briefing_id, revision } });
    };
    shown();
    document.addEventListener("visibilitychange", shown);
    return () => document.removeEventListener("visibilitychange", shown);
  }, [stream, briefing_id, revision]);
  const confirm = () => {
    onRead();
    void stream.say({ type: "read", body: { briefing_id, revision } });
  };
  const flags = standing(briefing.flags);
  return (
    <div className="stack">
      <section className="tablet-top">
        <div>
          <p className="eyebrow">
            {t("incident", { number: briefing.incident.number })} · {t("revision", { revision })} ·{" "}
            {clockTime(new Date(briefing.at), language)}
          </p>
          <h2 className="tablet-address">{addressOf(briefing)}</h2>
          <p className="tablet-note">{briefing.address?.note}</p>
        </div>
        <div className="tablet-top-side">
          <Tag severity={gravityOfPriority(briefing.incident.priority)} solid>
            {t("priority", { level: briefing.incident.priority })}
          </Tag>
          {work.read >= revision ? (
            <Tag severity="good">{t("read.done")}</Tag>
          ) : (
            <Button variant="primary" size="touch" icon="check" onPress={confirm}>
              {t("read.button")}
            </Button>
          )}
        </div>
      </section>
      {briefing.incident.covert && (
        <p className="tablet-covert" role="note">
          {t("covert")}
        </p>
      )}
      {briefing.changes.length > 0 && (
        <Card title={t("changes")} severity="info">
          <ul className="tablet-list">
            {briefing.changes.map((change) => (
              <li key={`${change.kind} ${change.code}`}>
                <span className="strong">{t(`change.${change.kind}`)}</span> {said(change.text)}
              </li>
            ))}
          </ul>
        </Card>
      )}
      <section aria-label={t("first")} className="tablet-first">
        {flags.slice(0, most).map((flag) => (
          <Fact key={flag.code} flag={flag} />
        ))}
        {flags.length === 0 && briefing.not_asked.length === 0 && <Empty title={t("noFlags")} />}
        {flags.length === 0 && briefing.not_asked.length > 0 && (
          <NotSearched title={t("noFlags")}>
            {t("notAskedCount", { count: briefing.not_asked.length })}
          </NotSearched>
        )}
      </section>
      <StatusButtons assignment={assignment} onStep={onStep} onRefused={onRefused} />
      <div className="tablet-columns">
        <div className="stack">
          <Card
            title={t(`why.${briefing.classification.code as "dv"}`, { defaultValue: t("why.unclassified") })}
          >
            <p>{said(briefing.classification.reason)}</p>
          </Card>
          <Card title={t("approach")}>
            <ol className="tablet-list">
              {briefing.approach.map((advice) => (
                <li key={advice.code}>
                  <span className="strong">{said(advice.text)}</span>
                  <span className="muted">{said(advice.why)}</span>
                </li>
              ))}
            </ol>
          </Card>
          {flags.length > most && (
            <Card title={t("otherFlags")}>
              <div className="stack">
                {flags.slice(most).map((flag) => (
                  <Fact key={flag.code} flag={flag} />
                ))}
              </div>
            </Card>
          )}
          <Fallen flags={fallen(briefing.flags)} />
        </div>
        <div className="stack">
          <Contacts contacts={briefing.contacts} />
          <Cautions briefing={briefing} />
          <Persons briefing={briefing} />
          <History briefing={briefing} />
          <Said briefing={briefing} />
        </div>
      </div>
      <SheetForm incident={briefing.incident.id} />
    </div>
  );
}

function Fact({ flag }: { flag: Flag }) {
  const { t } = useTranslation("tablet");
  const { language, said } = useLanguage();
  const severity = gravityOf(flag.severity);
  const reasons = flag.reasons.map((reason): Reason => ({
    text: reason.answer === undefined ? said(reason.text) : `${said(reason.text)} ${said(reason.answer)}`,
    at: reason.at === undefined ? undefined : moment(new Date(reason.at), language),
  }));
  return (
    <div className={`tablet-fact tablet-fact-${severity}`}>
      <Tag severity={severity} solid={severity === "critical"}>
        {t(`severity.${severity}`)}
      </Tag>
      <p className="tablet-fact-text">{said(flag.text)}</p>
      <Why of={said(flag.text)} reasons={reasons} />
    </div>
  );
}

function Fallen({ flags }: { flags: readonly Flag[] }) {
  const { t } = useTranslation("tablet");
  const { language, said } = useLanguage();
  if (flags.length === 0) return null;
  return (
    <Card title={t("fallen.title")}>
      <ul className="tablet-list">
        {flags.map(({ code, text, overruled, last_seen }) => (
          <li key={code}>
            <Tag>{t(overruled === undefined ? "fallen.old" : "fallen.aside")}</Tag>{" "}
            <span className="strong">{said(text)}</span>
            <span className="muted">
              {overruled !== undefined
                ? `${overruled.by}: ${overruled.reason}`
                : last_seen !== undefined && day(new Date(last_seen), language)}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Cautions({ briefing }: { briefing: Briefing }) {
  const { t } = useTranslation("tablet");
  const { language } = useLanguage();
  if (briefing.cautions.length === 0) return null;
  return (
    <Card title={t("cautions")} severity="caution">
      <ul className="tablet-list">
        {briefing.cautions.map((caution) => (
          <li key={caution.id}>
            <span className="strong">{t(`caution.${caution.kind}`)}</span> {caution.note}
            <span className="muted">
              {t("since", { date: day(new Date(caution.since), language) })}
              {caution.unreviewed && ` · ${t("unreviewed")}`}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Persons({ briefing }: { briefing: Briefing }) {
  const { t } = useTranslation("tablet");
  return (
    <Card title={t("persons")}>
      {briefing.persons.length === 0 ? (
        <NotSearched title={t("noPersons")} />
      ) : (
        <ul className="tablet-list">
          {briefing.persons.map((person, index) => (
            <li key={`${person.role} ${index}`}>
              <span className="strong">{t(`role.${person.role}`)}</span> {person.name} {person.birth_date}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function History({ briefing }: { briefing: Briefing }) {
  const { t } = useTranslation("tablet");
  const { language } = useLanguage();
  const { history, searched, history_as_of, last_visit_at } = briefing;
  const asOf = history_as_of === undefined ? undefined : new Date(history_as_of);
  return (
    <Card title={t("history.title")} asOf={asOf}>
      <div className="stack">
        {!searched && <NotSearched />}
        {searched && history.length === 0 && <Empty title={t("history.none")} />}
        <Services briefing={briefing} />
        <LastVisit briefing={briefing} />
        <Moved briefing={briefing} />
        {searched && history.length > 0 && (
          <ul className="tablet-list">
            {history.map((entry) => (
              <li key={entry.incident_id}>
                <span className="row">
                  <span className="strong">{day(new Date(entry.received_at), language)}</span>
                  <Tag severity={entry.class === "dv" ? "high" : "neutral"}>{t(`class.${entry.class}`)}</Tag>
                  <Tag>{t(`tie.${entry.tie}`)}</Tag>
                  {isSince(entry, last_visit_at) && <Tag severity="info">{t("history.isSince")}</Tag>}
                </span>
                <span>{entry.summary === "" ? entry.disposition : entry.summary}</span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Card>
  );
}

// A revision of an earlier version has none of these parts.

/** Who helps already: the victim hears that there is news, not of a service once more. */
function Services({ briefing: { services = [] } }: { briefing: Briefing }) {
  const { t } = useTranslation("tablet");
  const { language } = useLanguage();
  if (services.length === 0) return null;
  return (
    <section aria-label={t("history.services")}>
      <h3 className="eyebrow">{t("history.services")}</h3>
      <ul>
        {services.map(({ name, tie, last_at }) => (
          <li key={name}>
            <span className="strong">{name}</span>{" "}
            <span className="muted small">
              {t(`history.serviceOf.${tie}`, { date: day(new Date(last_at), language) })}
            </span>
          </li>
        ))}
      </ul>
      <p>{t("history.servicesHelp")}</p>
    </section>
  );
}

/** When somebody was last at this door, and what was recorded after that. */
function LastVisit({ briefing: { last_visit_at, since_visit: since } }: { briefing: Briefing }) {
  const { t } = useTranslation("tablet");
  const { language } = useLanguage();
  if (last_visit_at === undefined) return null;
  return (
    <div className="stack-tight">
      <p className="strong">{t("history.lastVisit", { date: day(new Date(last_visit_at), language) })}</p>
      {since !== undefined && (
        <div className="row">
          {since.calls + since.persons === 0 && <Tag severity="good">{t("history.quiet")}</Tag>}
          {since.dv > 0 && <Tag severity="high">{t("history.dvSince", { count: since.dv })}</Tag>}
          {since.calls > 0 && <Tag severity="info">{t("history.callsSince", { count: since.calls })}</Tag>}
          {since.persons > 0 && (
            <Tag severity="info">{t("history.personsSince", { count: since.persons })}</Tag>
          )}
        </div>
      )}
    </div>
  );
}

/** Who may live elsewhere now. Where is not on this page: it is open at the door. */
function Moved({ briefing: { moved = [] } }: { briefing: Briefing }) {
  const { t } = useTranslation("tablet");
  const { language } = useLanguage();
  if (moved.length === 0) return null;
  return (
    <section aria-label={t("history.moved")}>
      <h3 className="eyebrow">{t("history.moved")}</h3>
      <ul className="tablet-list">
        {moved.map(({ name, birth_date, last_seen, elsewhere_at }) => (
          <li key={`${name} ${birth_date ?? ""}`}>
            <span className="strong">{name}</span> {birth_date}
            <span className="muted small">
              {t("history.seen", {
                here: day(new Date(last_seen), language),
                elsewhere: day(new Date(elsewhere_at), language),
              })}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Said({ briefing }: { briefing: Briefing }) {
  const { t } = useTranslation("tablet");
  const { said } = useLanguage();
  return (
    <Card title={t("answers")}>
      <ul className="tablet-list">
        {briefing.answers.map((answer) => (
          <li key={answer.code}>
            {said(answer.question)} <span className="strong">{said(answer.answer)}</span>
          </li>
        ))}
      </ul>
      <p className="muted">{t("notAskedCount", { count: briefing.not_asked.length })}</p>
    </Card>
  );
}
