import { useQueries, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { client, done } from "../api/client";
import { inWords } from "../api/problem";
import { lateUnits } from "../delivery/deadline";
import { useDeadlines } from "../delivery/useDeadlines";
import { clockTime, moment } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { trueUntil } from "../live/link";
import { useLink } from "../live/useStream";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Empty, Failed, Loading, NoData } from "../ui/states";
import { Tag } from "../ui/Tag";
import { useNow } from "../ui/useNow";
import { stateSeverity } from "./severity";
import { incidentQuery } from "./useIncident";

const shown = 20;
const every = 10_000; // ms

/** My incidents under way, the undelivered ones marked. */
export function OpenIncidents({ onOpen }: { onOpen: (call: string) => void }) {
  const { t } = useTranslation("calltaking");
  const { t: api } = useTranslation("api");
  const { t: delivery } = useTranslation("delivery");
  const { language } = useLanguage();
  const link = useLink();
  const now = useNow();
  const deadlines = useDeadlines().data?.data;
  const open = useQuery({
    queryKey: ["incidents", "open"],
    queryFn: () =>
      done(client.GET("/api/v1/incidents", { params: { query: { open: true, mine: true, limit: shown } } })),
    refetchInterval: every,
    refetchOnMount: "always",
  });
  const items = open.data?.items ?? [];
  const details = useQueries({
    queries: items.map(({ id }) => ({ ...incidentQuery(id), refetchInterval: every })),
  });
  return (
    <Card
      title={t("open.title")}
      asOf={open.data ? new Date(open.data.as_of) : undefined}
      flush={items.length > 0}
    >
      {open.isPending && <Loading />}
      {open.isError &&
        (link.state === "live" ? (
          <Failed words={inWords(open.error, api)} onRetry={() => void open.refetch()} />
        ) : (
          <NoData offlineSince={trueUntil(link)} />
        ))}
      {open.isSuccess && items.length === 0 && <Empty title={t("open.none")} />}
      {items.length > 0 && (
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t("open.number")}</th>
              <th scope="col">{t("open.address")}</th>
              <th scope="col">{t("open.state")}</th>
              <th scope="col">{t("open.units")}</th>
              <th scope="col">
                <span className="heard-only">{t("open.go")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {items.map((incident, index) => {
              const detail = details[index]?.data;
              const late = detail === undefined ? [] : lateUnits(detail, deadlines, now);
              const call = detail?.call_id;
              return (
                <tr key={incident.id}>
                  <td className="number">
                    <span className="strong">{incident.number}</span>
                    <div className="muted small">{moment(new Date(incident.received_at), language)}</div>
                  </td>
                  <td>
                    {incident.address?.label ?? t("noAddress")}
                    <div className="muted small">
                      {t(`class.${incident.class}`)}
                      {incident.priority !== undefined && ` · ${t("priority", { level: incident.priority })}`}
                    </div>
                  </td>
                  <td>
                    <Tag severity={stateSeverity[incident.state]}>{t(`state.${incident.state}`)}</Tag>
                  </td>
                  <td>
                    <div className="stack-tight">
                      {(detail?.assignments ?? []).map((each) => (
                        <span key={each.id}>
                          {each.call_sign} · {delivery(`assignment.${each.status}`)}
                        </span>
                      ))}
                      {late.map(({ newest, lateness }) => (
                        <Tag key={newest.unit_id} severity="critical" solid>
                          {t("board.lateShort", {
                            unit: newest.call_sign,
                            missing: delivery(`missing.${lateness.step}`),
                            time: clockTime(new Date(lateness.since), language),
                          })}
                        </Tag>
                      ))}
                    </div>
                  </td>
                  <td>
                    {call !== undefined && (
                      <Button size="small" icon="arrowRight" onPress={() => onOpen(call)}>
                        {t("open.go")}
                        <span className="heard-only"> {incident.number}</span>
                      </Button>
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </Card>
  );
}
