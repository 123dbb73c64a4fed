import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { client, done } from "../api/client";
import { newKey, useOnce } from "../api/once";
import { inWords, kindOf, type Kind } from "../api/problem";
import { useLanguage } from "../i18n/useLanguage";
import { useLink } from "../live/useStream";
import { useAnnounce } from "../ui/Announcer";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Empty, Failed, Loading } from "../ui/states";
import { Tag } from "../ui/Tag";
import { withDelivery } from "../delivery/deadline";
import type { Call, IncidentDetail, Recommended } from "./wire";

/** Opens the incident of the call if there is none, then offers the units, the best first. */
export function SendDialog({
  call,
  settled,
  onClose,
}: {
  call: Call;
  /** Ends when the server has what was changed before. */
  settled: () => Promise<unknown>;
  onClose: () => void;
}) {
  const { t } = useTranslation("calltaking");
  const { t: api } = useTranslation("api");
  const queries = useQueryClient();
  const once = useOnce();
  const raise = useMutation({
    mutationFn: async () => {
      // An address chosen a moment ago belongs into the first briefing.
      await settled();
      const params = { header: once.key() };
      return done(client.POST("/api/v1/incidents", { params, body: { call_id: call.id } }));
    },
    onSuccess: (incident) => {
      queries.setQueryData<Call>(["call", call.id], (now) => now && { ...now, incident_id: incident.id });
      void queries.invalidateQueries({ queryKey: ["call", call.id] });
    },
  });
  const incident = call.incident_id;
  const begun = useRef(false);
  useEffect(() => {
    if (incident !== undefined || begun.current) return;
    begun.current = true;
    raise.mutate();
  });
  return (
    <Dialog title={t("send.title")} isOpen onClose={onClose}>
      {raise.isError && incident === undefined && (
        <Failed
          title={t("send.notOpened")}
          words={inWords(raise.error, api)}
          onRetry={() => raise.mutate()}
        />
      )}
      {incident === undefined && !raise.isError && <Loading label={t("send.opening")} />}
      {incident !== undefined && <Units incident={incident} onSent={onClose} />}
    </Dialog>
  );
}

// Kinds that leave open what became of it.
const open: readonly Kind[] = ["unreachable", "unavailable", "internal"];

function Units({ incident, onSent }: { incident: string; onSent: () => void }) {
  const { t } = useTranslation("calltaking");
  const { t: api } = useTranslation("api");
  const announce = useAnnounce();
  const queries = useQueryClient();
  const [keys] = useState(() => new Map<string, string>());
  const [unsure, setUnsure] = useState<readonly string[]>([]); // units that may have been sent
  const link = useLink();
  const units = useQuery({
    queryKey: ["units", incident],
    queryFn: () => done(client.GET("/api/v1/units/recommended", { params: { query: { incident } } })),
    staleTime: 0,
    gcTime: 0,
  });
  const send = useMutation({
    mutationFn: ({ unit }: Recommended) => {
      const key = keys.get(unit.id) ?? newKey();
      keys.set(unit.id, key);
      const params = { path: { id: incident }, header: { "Idempotency-Key": key } };
      return done(client.POST("/api/v1/incidents/{id}/assignments", { params, body: { unit_id: unit.id } }));
    },
    onMutate: () => ({ wasAway: link.state === "notSaving" }),
    onSuccess: ({ assignment, delivery }) => {
      queries.setQueryData<IncidentDetail>(
        ["incident", incident],
        (now) =>
          now && {
            ...now,
            assignments: [...now.assignments.filter(({ id }) => id !== assignment.id), assignment],
            deliveries: withDelivery(now.deliveries, delivery),
          },
      );
      void queries.invalidateQueries({ queryKey: ["incident", incident] });
      announce(t("send.sent", { unit: assignment.call_sign }), "good");
      onSent();
    },
    onError: (error, { unit }, before) => {
      const kind = kindOf(error);
      // Refused at the door, it was not begun; without an answer nobody knows how far it came.
      const isKnown = kind === "unavailable" ? before?.wasAway === true : !open.includes(kind);
      if (!isKnown) setUnsure((known) => [...known, unit.id]);
      if (!open.includes(kind)) void units.refetch();
    },
  });
  const items = units.data?.items ?? [];
  const latest = useRef(items);
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    latest.current = items;
  });
  const { mutate, isPending } = send;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const unit = /^[1-9]$/.test(event.key) ? latest.current[Number(event.key) - 1] : undefined;
      if (unit === undefined || isPending || event.repeat) return;
      event.preventDefault();
      mutate(unit);
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [mutate, isPending]);
  useEffect(() => {
    // The best stands ready under Enter.
    list.current?.querySelector<HTMLButtonElement>("button")?.focus();
  }, [items.length]);
  if (units.isPending) return <Loading />;
  if (units.data === undefined)
    return (
      <Failed
        title={t("send.notListed")}
        words={inWords(units.error, api)}
        onRetry={() => void units.refetch()}
      />
    );
  if (items.length === 0) return <Empty title={t("send.none")}>{t("send.noneHelp")}</Empty>;
  return (
    <div className="stack">
      {send.isError && (
        <NotSent
          unit={send.variables.unit.call_sign}
          isUnsure={unsure.includes(send.variables.unit.id)}
          words={open.includes(kindOf(send.error)) ? null : inWords(send.error, api)}
        />
      )}
      <ol className="ct-units" ref={list}>
        {items.map((item, index) => (
          <UnitLine
            key={item.unit.id}
            item={item}
            place={index + 1}
            isPending={isPending && send.variables.unit.id === item.unit.id}
            onSend={() => {
              if (!isPending) mutate(item);
            }}
          />
        ))}
      </ol>
    </div>
  );
}

/** Says what is known: that the unit was not sent, or that nobody can tell. */
function NotSent({ unit, isUnsure, words }: { unit: string; isUnsure: boolean; words: string | null }) {
  const { t } = useTranslation("calltaking");
  if (isUnsure) return <Failed title={t("send.unsure", { unit })} words={t("send.unsureHelp", { unit })} />;
  return <Failed title={t("send.notSent", { unit })} words={words ?? t("send.notSentHelp")} />;
}

function UnitLine({
  item,
  place,
  isPending,
  onSend,
}: {
  item: Recommended;
  place: number;
  isPending: boolean;
  onSend: () => void;
}) {
  const { t } = useTranslation("calltaking");
  const { said, language } = useLanguage();
  const { unit, distance_m: metres, reasons } = item;
  const distance =
    metres === undefined
      ? t("send.noDistance")
      : metres < 950
        ? `${Math.round(metres / 10) * 10} m`
        : `${(metres / 1000).toLocaleString(language, { maximumFractionDigits: 1 })} km`;
  return (
    <li className="ct-unit">
      <div className="stack-tight">
        <div className="row">
          <span className="ct-callsign">{unit.call_sign}</span>
          <span className="muted number">
            {distance} · {t("send.crew", { count: unit.crew })}
          </span>
        </div>
        <div className="row">
          {reasons.map((reason) => (
            <Tag key={reason.code} severity={reason.code.startsWith("position_") ? "caution" : "info"}>
              {said(reason.text)}
            </Tag>
          ))}
        </div>
      </div>
      <Button
        variant={place === 1 ? "primary" : "secondary"}
        icon="send"
        aria-keyshortcuts={`${place}`}
        isPending={isPending}
        onPress={onSend}
        {...(place < 10 && { hint: `${place}` })}
      >
        {t("send.unit", { unit: unit.call_sign })}
      </Button>
    </li>
  );
}
