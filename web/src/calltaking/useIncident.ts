import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { client, done } from "../api/client";
import { withDelivery } from "../delivery/deadline";
import { deadlinesKey } from "../delivery/useDeadlines";
import type { Assignment, Delivery } from "../delivery/wire";
import { useNotice, useTopic } from "../live/useStream";
import type { Alert, Assessment, Call, IncidentDetail } from "./wire";

export const incidentQuery = (id: string) =>
  queryOptions({
    queryKey: ["incident", id],
    queryFn: () => done(client.GET("/api/v1/incidents/{id}", { params: { path: { id } } })),
  });

/** An incident as it stands, kept fresh by what the stream says of it. */
export function useIncident(id: string | null, call: string) {
  const queries = useQueryClient();
  useTopic(id === null ? null : `incident:${id}`);
  const change = (how: (now: IncidentDetail) => IncidentDetail) =>
    queries.setQueryData<IncidentDetail>(["incident", id ?? ""], (now) => now && how(now));
  const mine = (topic: string) => id !== null && topic === `incident:${id}`;
  const reload = () => {
    void queries.invalidateQueries({ queryKey: ["incident", id] });
  };
  useNotice<Delivery>("delivery", ({ topic, body }) => {
    if (mine(topic)) change((now) => ({ ...now, deliveries: withDelivery(now.deliveries, body) }));
  });
  useNotice<Assignment>("status", ({ topic, body }) => {
    if (!mine(topic)) return;
    change((now) => ({
      ...now,
      assignments: [...now.assignments.filter((each) => each.id !== body.id), body],
    }));
    reload();
  });
  useNotice<Assessment>("assessment", ({ topic, body }) => {
    if (!mine(topic)) return;
    queries.setQueryData<Call>(["call", call], (now) => now && { ...now, assessment: body });
  });
  useNotice<Alert>("alert", ({ topic, body }) => {
    if (!mine(topic) || body.incident_id !== id) return;
    reload();
    if (body.kind === "delivery_late") void queries.invalidateQueries({ queryKey: deadlinesKey });
  });
  useNotice("resync", ({ topic }) => {
    if (mine(topic)) reload();
  });
  return useQuery({ ...incidentQuery(id ?? ""), enabled: id !== null });
}
