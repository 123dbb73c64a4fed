import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { client, done } from "../api/client";
import { inWords } from "../api/problem";
import { day } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Empty, Failed, Loading } from "../ui/states";
import { Tag, type Severity } from "../ui/Tag";
import { byUrgency, type FollowUp, type Urgency } from "./urgency";
import { classInWords, riskInWords, riskSeverity, type Go } from "./words";

const most = 100; // what one page may hold

/** The cases of the district that wait for somebody, by why they wait. */
export function FollowUps({ go }: { go: Go }) {
  const { t } = useTranslation("district");
  const { t: api } = useTranslation("api");
  const list = useQuery({
    queryKey: ["followUps"],
    queryFn: () => done(client.GET("/api/v1/follow_ups", { params: { query: { limit: most } } })),
  });
  const items = list.data?.items ?? [];
  const asOf = list.data && new Date(list.data.as_of);
  return (
    <Card
      title={list.isSuccess ? t("followUps.title", { count: items.length }) : t("followUps.waiting")}
      asOf={asOf}
      flush={items.length > 0}
    >
      {list.isPending && <Loading lines={6} />}
      {list.isError && <Failed words={inWords(list.error, api)} onRetry={() => void list.refetch()} />}
      {list.isSuccess && items.length === 0 && (
        <Empty title={t("followUps.none")}>
          <p className="muted">{t("followUps.noneHelp")}</p>
        </Empty>
      )}
      {asOf !== undefined &&
        byUrgency(items, asOf).map((group) => <Group key={group.urgency} {...group} go={go} />)}
      {items.length === most && (
        <p className="muted small district-note">{t("followUps.first", { count: most })}</p>
      )}
    </Card>
  );
}

const urgencySeverity: Record<Urgency, Severity> = {
  overdue: "critical",
  disagreement: "high",
  today: "caution",
  untold: "info",
  later: "neutral",
};

function Group({ urgency, items, go }: { urgency: Urgency; items: FollowUp[]; go: Go }) {
  const { t } = useTranslation("district");
  const heading = useId();
  return (
    <section aria-labelledby={heading}>
      <h3 id={heading} className={`district-group district-group-${urgencySeverity[urgency]}`}>
        {t(`urgency.${urgency}`, { count: items.length })}
      </h3>
      <ul className="rows">
        {items.map((item) => (
          <Waiting key={item.incident_id} item={item} go={go} />
        ))}
      </ul>
    </section>
  );
}

function Waiting({ item, go }: { item: FollowUp; go: Go }) {
  const { t } = useTranslation("district");
  const { language } = useLanguage();
  const waits =
    item.due_at === undefined
      ? t("wait.since", { date: day(new Date(item.received_at), language) })
      : t("wait.due", { date: day(new Date(item.due_at), language) });
  return (
    <li className="district-waiting">
      <span>
        <Tag severity={riskSeverity(item.risk_level)}>{riskInWords(t, item.risk_level)}</Tag>
      </span>
      <div className="district-lines">
        <span className="strong">{item.address}</span>
        <span className="muted small">{classInWords(t, item.class)}</span>
        {item.crew_reason !== undefined && item.crew_reason !== "" && (
          <span className="small">{t("crewSays", { reason: item.crew_reason })}</span>
        )}
      </div>
      <span className="muted small number">{waits}</span>
      <Button size="small" onPress={() => go.incident(item.incident_id)}>
        {t("openCase", { number: item.number })}
      </Button>
    </li>
  );
}
