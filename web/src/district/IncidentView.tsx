import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { client, done } from "../api/client";
import { inWords } from "../api/problem";
import { moment } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Empty, Failed, Loading } from "../ui/states";
import { Tag } from "../ui/Tag";
import { OutcomeForm } from "./OutcomeForm";
import type { Go } from "./Today";

/** One case: what the centre saw, what the crew wrote, and what became of it. */
export function IncidentView({ id, go }: { id: string; go: Go }) {
  const { t } = useTranslation("district");
  const { t: api } = useTranslation("api");
  const { language, said } = useLanguage();
  const path = { id };
  const incident = useQuery({
    queryKey: ["incident", id],
    queryFn: () => done(client.GET("/api/v1/incidents/{id}", { params: { path } })),
  });
  const record = useQuery({
    queryKey: ["record", id],
    queryFn: () => done(client.GET("/api/v1/incidents/{id}/on_scene_record", { params: { path } })),
  });
  const outcomes = useQuery({
    queryKey: ["outcomes", id],
    queryFn: () => done(client.GET("/api/v1/incidents/{id}/outcomes", { params: { path } })),
  });
  if (incident.isPending) return <Loading />;
  if (incident.isError)
    return <Failed words={inWords(incident.error, api)} onRetry={() => void incident.refetch()} />;
  const { address, briefing, assignments, deliveries } = incident.data;
  const sheet = record.data?.record;
  const disagrees = sheet?.crew_class === "not_dv" && incident.data.class !== "not_dv";
  return (
    <div className="district-address">
      <div className="stack">
        <Card title={t("case", { number: incident.data.number })}>
          <div className="stack">
            <div className="row">
              <Tag severity="high">{t(`class.${incident.data.class}`)}</Tag>
              <Tag>{t(`state.${incident.data.state}`)}</Tag>
              {address !== undefined && (
                <Button variant="quiet" size="small" onPress={() => go.address(address.id)}>
                  {address.label}
                </Button>
              )}
            </div>
            {briefing !== undefined && <p>{said(briefing.classification.reason)}</p>}
            <ul className="stack-tight">
              {briefing?.flags.map((flag) => (
                <li key={flag.code}>{said(flag.text)}</li>
              ))}
            </ul>
          </div>
        </Card>
        <Card title={t("crewsTitle")}>
          {assignments.length === 0 && <Empty title={t("noCrew")} />}
          <ul className="stack-tight">
            {assignments.map((each) => {
              const read = deliveries.find(
                ({ unit_id, read_at }) => unit_id === each.unit_id && read_at !== undefined,
              );
              return (
                <li key={each.id}>
                  <span className="strong">{each.call_sign}</span>{" "}
                  {moment(new Date(each.assigned_at), language)}
                  {read?.read_at !== undefined &&
                    ` · ${t("readAt", { time: moment(new Date(read.read_at), language) })}`}
                </li>
              );
            })}
          </ul>
        </Card>
        <Card title={t("sheet.title")} severity={disagrees ? "critical" : undefined}>
          {record.isPending && <Loading />}
          {record.isSuccess && sheet === undefined && <Empty title={t("sheet.none")} />}
          {sheet !== undefined && (
            <div className="stack">
              {disagrees && (
                <p className="strong">
                  {t("sheet.disagrees")} {sheet.disagreement_reason}
                </p>
              )}
              <p>{sheet.summary}</p>
              <p className="muted">
                {t("sheet.facts", { risk: t(`risk.${sheet.risk_level}`), safe: sheet.safe_contact ?? "—" })}
              </p>
            </div>
          )}
        </Card>
        <Card title={t("outcomes.title")}>
          {outcomes.isPending && <Loading />}
          {outcomes.isSuccess && outcomes.data.items.length === 0 && <Empty title={t("outcomes.none")} />}
          <ul className="stack">
            {outcomes.data?.items.map((each) => (
              <li key={each.id}>
                <span className="strong">{t(`kind.${each.kind}`)}</span>{" "}
                <span className="muted small">{moment(new Date(each.written_at), language)}</span>
                <p>{each.text}</p>
              </li>
            ))}
          </ul>
        </Card>
      </div>
      <OutcomeForm incident={id} />
    </div>
  );
}
