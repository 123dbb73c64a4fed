import { useTranslation } from "react-i18next";
import { inWords } from "../api/problem";
import { day, moment } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { isSince } from "../premise/since";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Empty, NotSearched } from "../ui/states";
import { Tag } from "../ui/Tag";
import { Timeline, TimelineEntry } from "../ui/Timeline";
import { useOlder } from "./useOlder";
import type { Call, History } from "./wire";

const ties = ["dwelling", "person", "building", "block", "nearby"] as const;

/** What is known of the place and of these persons, by what ties it to this call. */
export function HistoryCard({ call }: { call: Call }) {
  const { t } = useTranslation("calltaking");
  const { history } = call;
  const isSearched = history.searched || history.searched_persons;
  const isEmpty =
    history.entries.length === 0 && history.cautions.length === 0 && history.residents.length === 0;
  return (
    <Card title={t("history.title")} asOf={isSearched ? new Date(history.as_of) : undefined}>
      {!isSearched && (
        <NotSearched title={t("history.notSearched")}>{t("history.chooseAddress")}</NotSearched>
      )}
      {isSearched && isEmpty && <Empty title={t("history.none")} />}
      {isSearched && !isEmpty && (
        <Found key={call.address?.id} history={history} address={call.address?.id} />
      )}
      {history.searched && !history.searched_persons && call.persons.length > 0 && (
        <p className="muted small">{t("history.personsNotSearched")}</p>
      )}
    </Card>
  );
}

function Found({ history, address }: { history: History; address: string | undefined }) {
  const { t } = useTranslation("calltaking");
  const { t: api } = useTranslation("api");
  const { language } = useLanguage();
  const { counts, cautions, residents, services, last_visit_at } = history;
  const older = useOlder(history, address);
  const { entries } = older;
  return (
    <div className="stack">
      <dl className="ct-counts">
        {(
          [
            ["dv12", counts.dv_12m],
            ["all12", counts.incidents_12m],
            ["dvEver", counts.dv_ever],
            ["persons", counts.persons_dv_ever],
          ] as const
        ).map(([name, count]) => (
          <div key={name}>
            <dt>{t(`history.${name}`)}</dt>
            <dd>{count}</dd>
          </div>
        ))}
      </dl>
      {cautions.length > 0 && (
        <ul className="stack-tight">
          {cautions.map((caution) => (
            <li key={caution.id} className="ct-caution">
              <Tag severity="high">{t(`caution.${caution.kind}`)}</Tag>
              <span>
                {caution.note}{" "}
                <span className="muted small">
                  {caution.source} · {t("history.since", { date: day(new Date(caution.since), language) })}
                  {caution.unreviewed && ` · ${t("history.unreviewed")}`}
                </span>
              </span>
            </li>
          ))}
        </ul>
      )}
      <LastVisit history={history} />
      <Services services={services} />
      <Residents residents={residents} />
      {ties.map((tie) => {
        const tied = entries.filter((entry) => entry.tie === tie);
        if (tied.length === 0) return null;
        return (
          <div key={tie}>
            <h3 className="eyebrow">{t(`tie.${tie}`, { count: tied.length })}</h3>
            <Timeline label={t(`tie.${tie}`, { count: tied.length })}>
              {tied.map((entry) => (
                <TimelineEntry
                  key={entry.incident_id}
                  at={new Date(entry.received_at)}
                  when={moment(new Date(entry.received_at), language)}
                  title={entry.type === "" ? t(`class.${entry.class}`) : entry.type}
                  severity={
                    entry.class === "dv" ? "high" : entry.class === "suspected_dv" ? "caution" : "neutral"
                  }
                  aside={
                    <>
                      <Tag severity={entry.class === "dv" ? "high" : "neutral"}>
                        {t(`class.${entry.class}`)}
                      </Tag>
                      {isSince(entry, last_visit_at) && <Tag severity="info">{t("history.isSince")}</Tag>}
                    </>
                  }
                >
                  <span className="muted small">
                    {[entry.number, entry.address, entry.summary || entry.disposition]
                      .filter(Boolean)
                      .join(" · ")}
                  </span>
                </TimelineEntry>
              ))}
            </Timeline>
          </div>
        );
      })}
      {older.error !== null && (
        <p role="alert" className="field-error">
          {inWords(older.error, api)}
        </p>
      )}
      {older.isMore && (
        <div className="row">
          <Button
            size="small"
            icon="chevronDown"
            isPending={older.isLoading}
            onPress={() => void older.load()}
          >
            {t("history.older")}
          </Button>
        </div>
      )}
      {(older.isWhole || (history.more && address === undefined)) && (
        <p className="muted small">{t("history.more")}</p>
      )}
    </div>
  );
}

/** When somebody was last at this door, and what was recorded after that. */
function LastVisit({ history: { last_visit_at, since_visit: since } }: { history: History }) {
  const { t } = useTranslation("calltaking");
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

/** Who helps already: nobody offers them as if they were new. */
function Services({ services }: Pick<History, "services">) {
  const { t } = useTranslation("calltaking");
  const { language } = useLanguage();
  if (services.length === 0) return null;
  return (
    <div>
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
      <p className="muted small">{t("history.servicesHelp")}</p>
    </div>
  );
}

function Residents({ residents }: Pick<History, "residents">) {
  const { t } = useTranslation("calltaking");
  const { language } = useLanguage();
  if (residents.length === 0) return null;
  return (
    <div>
      <h3 className="eyebrow">{t("history.residents")}</h3>
      <ul className="stack-tight">
        {residents.map((resident) => (
          <li key={resident.person_id}>
            <span className="strong">{resident.name}</span>{" "}
            <span className="muted small">
              {[resident.birth_date, t("history.seen", { date: day(new Date(resident.last_seen), language) })]
                .filter(Boolean)
                .join(" · ")}
            </span>
            {resident.elsewhere_at !== undefined && (
              <p className="small">
                <Tag severity="caution">{t("history.moved")}</Tag>{" "}
                {t("history.elsewhere", {
                  address: resident.elsewhere,
                  date: day(new Date(resident.elsewhere_at), language),
                })}
              </p>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
