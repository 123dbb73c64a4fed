import type { UseQueryResult } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { inWords } from "../api/problem";
import { statusSeverity } from "../delivery/severity";
import { moment } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { trueUntil } from "../live/link";
import { useLink } from "../live/useStream";
import { Card } from "../ui/Card";
import { Disclosure } from "../ui/Disclosure";
import { Empty, Failed, Loading, NoData } from "../ui/states";
import { Tag, type Severity } from "../ui/Tag";
import { TakeOver } from "./TakeOver";
import type { Watched } from "./wire";

type List = { items: Watched[]; as_of: string; next_cursor?: string };

/** The open incidents with domestic violence, and what nobody has asked yet. */
export function OpenCases({ list, onChange }: { list: UseQueryResult<List>; onChange: () => void }) {
  const { t } = useTranslation("supervision");
  const { t: api } = useTranslation("api");
  const link = useLink();
  const items = list.data?.items ?? [];
  return (
    <Card
      title={list.data !== undefined ? t("cases.count", { count: items.length }) : t("cases.title")}
      asOf={list.data && new Date(list.data.as_of)}
      flush={items.length > 0}
    >
      {list.isPending && <Loading lines={6} />}
      {list.isError &&
        (link.state === "live" ? (
          <Failed words={inWords(list.error, api)} onRetry={() => void list.refetch()} />
        ) : (
          <NoData offlineSince={trueUntil(link)} />
        ))}
      {list.isSuccess && items.length === 0 && <Empty title={t("cases.none")} />}
      <ul className="rows">
        {items.map((incident) => (
          <OneCase key={incident.id} incident={incident} onChange={onChange} />
        ))}
      </ul>
      {list.data?.next_cursor !== undefined && (
        <p className="muted small supervision-note">{t("cases.first", { count: items.length })}</p>
      )}
    </Card>
  );
}

const stateSeverity: Record<Watched["state"], Severity> = {
  open: "caution",
  dispatched: "info",
  on_scene: "good",
  closed: "neutral",
};

function OneCase({ incident, onChange }: { incident: Watched; onChange: () => void }) {
  const { t } = useTranslation("supervision");
  const { t: delivery } = useTranslation("delivery");
  const { language, said } = useLanguage();
  const { number, unanswered, units } = incident;
  return (
    <li className="supervision-case" aria-label={number}>
      <div className="row-spread">
        <span className="strong">{incident.address?.label ?? t("noAddress")}</span>
        <Tag severity={stateSeverity[incident.state]}>{t(`state.${incident.state}`)}</Tag>
      </div>
      <span className="muted small number">
        {number} · {moment(new Date(incident.received_at), language)} · {t(`class.${incident.class}`)}
        {incident.priority !== undefined && ` · ${t("priority", { level: incident.priority })}`}
      </span>
      <span className="muted small">{t("callTaker", { name: incident.call_taker ?? "–" })}</span>
      <div className="row">
        {units.map((each) => (
          <Tag key={each.id} severity={statusSeverity[each.status]}>
            {each.call_sign} · {delivery(`assignment.${each.status}`)}
          </Tag>
        ))}
        <TakeOver incident={incident.id} number={number} taken={incident.taken_over} onTaken={onChange} />
      </div>
      {unanswered.length > 0 && (
        <Disclosure label={t("cases.unanswered", { count: unanswered.length })}>
          <ul className="supervision-questions">
            {unanswered.map(({ question, text }) => (
              <li key={question}>{said(text)}</li>
            ))}
          </ul>
        </Disclosure>
      )}
    </li>
  );
}
