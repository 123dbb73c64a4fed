import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { client, done } from "../api/client";
import { inWords } from "../api/problem";
import { day } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Segmented } from "../ui/Segmented";
import { Empty, Failed, Loading } from "../ui/states";
import { Tag } from "../ui/Tag";
import { Timeline, TimelineEntry } from "../ui/Timeline";
import type { Go } from "./Today";

/** The whole past of an address, newest first, what happened behind the door never mixed with the rest. */
export function AddressView({ id, go }: { id: string; go: Go }) {
  const { t } = useTranslation("district");
  const { t: api } = useTranslation("api");
  const { language } = useLanguage();
  const [only, setOnly] = useState<"all" | "dv">("all");
  const past = useInfiniteQuery({
    queryKey: ["history", id],
    queryFn: ({ pageParam }) =>
      done(
        client.GET("/api/v1/addresses/{id}/history", {
          params: { path: { id }, query: pageParam === "" ? {} : { cursor: pageParam } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });
  const first = past.data?.pages[0];
  if (past.isPending) return <Loading />;
  if (past.isError || first === undefined)
    return <Failed words={inWords(past.error, api)} onRetry={() => void past.refetch()} />;
  const entries = past.data.pages
    .flatMap((page) => page.entries)
    .filter((entry) => only === "all" || entry.class === "dv" || entry.class === "suspected_dv");
  const counts = [
    [t("count.dv12"), first.counts.dv_12m],
    [t("count.all12"), first.counts.incidents_12m],
    [t("count.ever"), first.counts.dv_ever],
  ] as const;
  return (
    <div className="district-address">
      <Card title={t("history")} asOf={new Date(first.as_of)}>
        <Segmented
          label={t("filter.label")}
          value={only}
          onChange={setOnly}
          options={[
            { value: "all", label: t("filter.all") },
            { value: "dv", label: t("filter.dv") },
          ]}
        />
        {entries.length === 0 && <Empty title={t("noHistory")} />}
        <Timeline label={t("history")}>
          {entries.map((entry) => (
            <TimelineEntry
              key={entry.incident_id}
              at={new Date(entry.received_at)}
              when={day(new Date(entry.received_at), language)}
              title={t(`class.${entry.class}`)}
              severity={
                entry.class === "dv" ? "high" : entry.class === "suspected_dv" ? "caution" : "neutral"
              }
              aside={<Tag>{t(`tie.${entry.tie}`)}</Tag>}
            >
              <p>{entry.summary === "" ? entry.type : entry.summary}</p>
              {entry.tie !== "dwelling" && <p className="muted small">{entry.address}</p>}
              <Button variant="quiet" size="small" onPress={() => go.incident(entry.incident_id)}>
                {t("openCase", { number: entry.number })}
              </Button>
            </TimelineEntry>
          ))}
        </Timeline>
        {past.hasNextPage && <Button onPress={() => void past.fetchNextPage()}>{t("older")}</Button>}
      </Card>
      <div className="stack">
        <Card title={first.address.label}>
          <dl className="district-counts">
            {counts.map(([name, count]) => (
              <div key={name}>
                <dt className="muted small">{name}</dt>
                <dd className="district-count">{count}</dd>
              </div>
            ))}
          </dl>
        </Card>
        <Card title={t("cautions")}>
          {first.cautions.length === 0 && <Empty title={t("noCautions")} />}
          <ul className="stack">
            {first.cautions.map((caution) => (
              <li key={caution.id}>
                <Tag severity="caution">{t(`caution.${caution.kind}`)}</Tag> {caution.note}
                <p className="muted small">
                  {t("since", { date: day(new Date(caution.since), language) })}
                  {caution.unreviewed && ` · ${t("unreviewed")}`}
                </p>
              </li>
            ))}
          </ul>
        </Card>
        <Card title={t("residents")}>
          {first.residents.length === 0 && <Empty title={t("noResidents")} />}
          <ul className="stack">
            {first.residents.map((person) => (
              <li key={person.person_id}>
                <span className="strong">{person.name}</span>{" "}
                <span className="muted">{person.birth_date}</span>
                <p className="muted small">
                  {t("seen", { date: day(new Date(person.last_seen), language) })}
                </p>
              </li>
            ))}
          </ul>
        </Card>
      </div>
    </div>
  );
}
