import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { client, done, type Schemas } from "../api/client";
import { inWords } from "../api/problem";
import { moment } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { useNotice, useTopic } from "../live/useStream";
import { Button } from "../ui/Button";
import { Failed, Loading } from "../ui/states";
import { Tag } from "../ui/Tag";
import { Centre } from "./Centre";
import { Crews } from "./Crews";
import { OutcomeForm } from "./OutcomeForm";
import { Outcomes } from "./Outcomes";
import { Disagreement, Sheet } from "./Sheet";
import { classSeverity, relationshipInWords, riskInWords, riskSeverity, type Go } from "./words";

/** One case: what the centre saw, what the crew wrote, and what became of it. */
export function IncidentView({ id, go }: { id: string; go: Go }) {
  const { t: api } = useTranslation("api");
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
  useFresh(id);
  if (incident.isPending) return <Loading lines={8} />;
  if (incident.data === undefined)
    return <Failed words={inWords(incident.error, api)} onRetry={() => void incident.refetch()} />;
  const sheet = record.data?.record;
  return (
    <>
      <Head incident={incident.data} go={go} />
      <div className="district-columns">
        <div className="stack">
          {sheet !== undefined && <Disagreement sheet={sheet} centre={incident.data.class} />}
          <Sheet
            record={record.data}
            isMissing={incident.data.state === "closed" && incident.data.assignments.length > 0}
            error={record.error}
            isPending={record.isPending}
            onRetry={() => void record.refetch()}
          />
          <Centre incident={incident.data} />
          <Crews incident={incident.data} />
        </div>
        <div className="stack">
          <OutcomeForm incident={incident.data} />
          <Outcomes
            items={outcomes.data?.items}
            error={outcomes.error}
            onRetry={() => void outcomes.refetch()}
          />
        </div>
      </div>
    </>
  );
}

/** Keeps a case as it stands now: the crew may still be at the door. */
function useFresh(id: string): void {
  const queries = useQueryClient();
  useTopic(`incident:${id}`);
  const reload = () => {
    for (const key of ["incident", "record", "outcomes"])
      void queries.invalidateQueries({ queryKey: [key, id] });
  };
  useNotice("alert", reload);
  useNotice("assessment", reload);
  useNotice("delivery", reload);
  useNotice("status", reload);
  useNotice("resync", reload);
}

function Head({ incident, go }: { incident: Schemas["IncidentDetail"]; go: Go }) {
  const { t } = useTranslation("district");
  const { language } = useLanguage();
  const { address, relationship } = incident;
  const facts = [
    t("case", { number: incident.number }),
    t("received", { time: moment(new Date(incident.received_at), language) }),
    relationshipInWords(t, relationship),
    incident.disposition,
  ].filter((fact) => fact !== undefined && fact !== null && fact !== "");
  return (
    <div className="row-spread">
      <div className="district-lines">
        <h2 className="title-large">
          {address?.label ?? incident.address_note ?? t("case", { number: incident.number })}
        </h2>
        <p className="muted">{facts.join(" · ")}</p>
      </div>
      <div className="row district-end">
        <Tag severity={classSeverity[incident.class]}>{t(`class.${incident.class}`)}</Tag>
        <Tag severity={riskSeverity(incident.risk_level)}>{riskInWords(t, incident.risk_level)}</Tag>
        {incident.priority !== undefined && <Tag>{t("priority", { level: incident.priority })}</Tag>}
        <Tag>{t(`state.${incident.state}`)}</Tag>
        {address !== undefined && (
          <Button size="small" icon="home" onPress={() => go.address(address.id)}>
            {t("pastOf")}
          </Button>
        )}
      </div>
    </div>
  );
}
