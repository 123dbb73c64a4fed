import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { client, done, type Schemas } from "../api/client";
import { inWords } from "../api/problem";
import { day, moment } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { useNotice } from "../live/useStream";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Empty, Failed, Loading } from "../ui/states";
import { Tag, type Severity } from "../ui/Tag";

export type Go = { address: (id: string) => void; incident: (id: string) => void };

/** What needs this officer today: follow-ups, addresses that call again, and what is new. */
export function Today({ go }: { go: Go }) {
  const queries = useQueryClient();
  const reload = () => {
    for (const key of ["followUps", "repeats", "incidents"])
      void queries.invalidateQueries({ queryKey: [key] });
  };
  useNotice("alert", reload);
  useNotice("resync", reload);
  return (
    <div className="district-today">
      <FollowUps go={go} />
      <div className="stack">
        <Repeats go={go} />
        <NewIncidents go={go} />
      </div>
    </div>
  );
}

const riskSeverity: Record<string, Severity> = { high: "critical", medium: "high", low: "info" };

function FollowUps({ go }: { go: Go }) {
  const { t } = useTranslation("district");
  const { t: api } = useTranslation("api");
  const { language } = useLanguage();
  const list = useQuery({ queryKey: ["followUps"], queryFn: () => done(client.GET("/api/v1/follow_ups")) });
  const items = list.data?.items ?? [];
  return (
    <Card title={t("followUps.title")} asOf={list.data && new Date(list.data.as_of)} flush={items.length > 0}>
      {list.isPending && <Loading />}
      {list.isError && <Failed words={inWords(list.error, api)} onRetry={() => void list.refetch()} />}
      {list.isSuccess && items.length === 0 && <Empty title={t("followUps.none")} />}
      <ul className="rows">
        {items.map((item) => (
          <li key={`${item.incident_id} ${item.reason}`} className="district-row">
            <div className="stack-tight">
              <div className="row">
                <Tag severity={riskSeverity[item.risk_level] ?? "neutral"}>{risk(t, item.risk_level)}</Tag>
                <span className="strong">{item.address}</span>
                <span className="muted small">{item.number}</span>
              </div>
              <span>
                {t(`reason.${item.reason}`)}
                {item.due_at !== undefined && ` · ${day(new Date(item.due_at), language)}`}
              </span>
              {item.overdue && <Tag severity="critical">{t("overdue")}</Tag>}
              {item.crew_reason !== undefined && item.crew_reason !== "" && (
                <span className="muted">{t("crewSays", { reason: item.crew_reason })}</span>
              )}
            </div>
            <Button size="small" onPress={() => go.incident(item.incident_id)}>
              {t("openCase", { number: item.number })}
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function risk(t: ReturnType<typeof useTranslation<"district">>["t"], level: string): string {
  return level === "low" || level === "medium" || level === "high" ? t(`risk.${level}`) : t("risk.none");
}

function Repeats({ go }: { go: Go }) {
  const { t } = useTranslation("district");
  const { t: api } = useTranslation("api");
  const { language } = useLanguage();
  const list = useQuery({
    queryKey: ["repeats"],
    queryFn: () => done(client.GET("/api/v1/addresses/repeat", { params: { query: { limit: 8 } } })),
  });
  const items = list.data?.items ?? [];
  return (
    <Card title={t("repeats.title")} asOf={list.data && new Date(list.data.as_of)} flush={items.length > 0}>
      {list.isPending && <Loading />}
      {list.isError && <Failed words={inWords(list.error, api)} onRetry={() => void list.refetch()} />}
      {list.isSuccess && items.length === 0 && <Empty title={t("repeats.none")} />}
      {items.length > 0 && (
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t("repeats.address")}</th>
              <th scope="col">{t("repeats.days")}</th>
              <th scope="col">{t("repeats.year")}</th>
              <th scope="col">{t("repeats.last")}</th>
            </tr>
          </thead>
          <tbody>
            {items.map(({ address, dv_12m, dv_90d, last_at }) => (
              <tr key={address.id}>
                <td>
                  <Button variant="quiet" size="small" onPress={() => go.address(address.id)}>
                    {address.label}
                  </Button>
                </td>
                <td className="number">{dv_90d}</td>
                <td className="number">{dv_12m}</td>
                <td>{day(new Date(last_at), language)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}

type Incident = Schemas["Incident"];

function NewIncidents({ go }: { go: Go }) {
  const { t } = useTranslation("district");
  const { t: api } = useTranslation("api");
  const { language } = useLanguage();
  const list = useInfiniteQuery({
    queryKey: ["incidents"],
    queryFn: ({ pageParam }) =>
      done(
        client.GET("/api/v1/incidents", {
          params: { query: { dv: true, limit: 10, ...(pageParam !== "" && { cursor: pageParam }) } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });
  const items: Incident[] = list.data?.pages.flatMap((page) => page.items) ?? [];
  const first = list.data?.pages[0];
  return (
    <Card title={t("new.title")} asOf={first && new Date(first.as_of)} flush={items.length > 0}>
      {list.isPending && <Loading />}
      {list.isError && <Failed words={inWords(list.error, api)} onRetry={() => void list.refetch()} />}
      {list.isSuccess && items.length === 0 && <Empty title={t("new.none")} />}
      <ul className="rows">
        {items.map((item) => (
          <li key={item.id} className="district-row">
            <div className="stack-tight">
              <span className="strong">{item.address?.label ?? "—"}</span>
              <span className="muted small">
                {moment(new Date(item.received_at), language)} · {t(`class.${item.class}`)} ·{" "}
                {t(`state.${item.state}`)}
              </span>
            </div>
            <Button size="small" onPress={() => go.incident(item.id)}>
              {t("openCase", { number: item.number })}
            </Button>
          </li>
        ))}
      </ul>
      {list.hasNextPage && <Button onPress={() => void list.fetchNextPage()}>{t("older")}</Button>}
    </Card>
  );
}
