import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { client, done, type Schemas } from "../api/client";
import { inWords, kindOf, mistakesOf, type Kind } from "../api/problem";
import { newKey } from "../api/once";
import { useAnnounce } from "../ui/Announcer";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { ErrorSummary, type Mistake } from "../ui/ErrorSummary";
import { Field } from "../ui/Field";
import { Select } from "../ui/Select";
import { bodyOf, isPast, useDraft } from "./draft";
import { levels } from "./words";

type Incident = Schemas["IncidentDetail"];

const kinds = [
  "follow_up_visit",
  "victim_support_contact",
  "referral_made",
  "protection_order",
  "investigation_opened",
  "investigation_terminated",
  "no_contact",
  "closed",
  "other",
] as const;
const views = ["dv", "suspected_dv", "not_dv"] as const;

/** What became of it: becomes feedback to the officers who responded and to the call taker. */
export function OutcomeForm({ incident }: { incident: Incident }) {
  const { t } = useTranslation("district");
  const announce = useAnnounce();
  const queries = useQueryClient();
  const { draft, change, forget } = useDraft(incident.id);
  const [isDayPast, setDayPast] = useState(false);
  const save = useMutation({
    mutationFn: () =>
      done(
        client.POST("/api/v1/incidents/{id}/outcomes", {
          params: { path: { id: incident.id }, header: { "Idempotency-Key": draft.key } },
          body: bodyOf(draft),
        }),
      ),
    onSuccess: () => {
      forget();
      announce(t("form.saved"), "good");
    },
    onError: (error) => {
      // Without an answer nobody knows whether it was written: the same key asks again, harmlessly.
      if (isAnswer(error)) change({ key: newKey() });
    },
    onSettled: () => {
      for (const key of ["outcomes", "incident", "followUps", "incidents", "history"])
        void queries.invalidateQueries({ queryKey: [key] });
    },
  });
  const mistakes = useMistakes(save.error, isDayPast);
  const error = (field: string) => mistakes.find((each) => each.field === field)?.detail;
  return (
    <Card title={t("form.title")}>
      <form
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const isLate = isPast(draft.followUp, new Date());
          setDayPast(isLate);
          if (isLate) save.reset();
          else save.mutate();
        }}
      >
        <ErrorSummary
          mistakes={mistakes}
          {...(save.isError && !isAnswer(save.error) && { title: t("form.notSaved") })}
        />
        <Select
          label={t("form.kind")}
          value={draft.kind}
          onChange={(kind) => change({ kind })}
          options={kinds.map((value) => ({ value, label: t(`kind.${value}`) }))}
        />
        <Field
          id="text"
          label={t("form.text")}
          help={t("form.textHelp")}
          lines={4}
          value={draft.text}
          onChange={(text) => change({ text })}
          error={error("text")}
        />
        <div className="district-pair">
          <Select
            label={t("form.class")}
            value={draft.class}
            onChange={(view) => change({ class: view })}
            options={[
              { value: "" as const, label: t("form.unchanged") },
              ...views.map((value) => ({ value, label: t(`class.${value}`) })),
            ]}
          />
          <Select
            label={t("form.risk")}
            value={draft.risk}
            onChange={(risk) => change({ risk })}
            options={[
              { value: "" as const, label: t("form.unchanged") },
              ...levels.map((value) => ({ value, label: t(`risk.${value}`) })),
            ]}
          />
        </div>
        <Field
          id="helped_by"
          label={t("form.helped")}
          help={t("form.helpedHelp")}
          value={draft.helped}
          onChange={(helped) => change({ helped })}
          error={error("helped_by")}
        />
        <Field
          id="advice"
          label={t("form.advice")}
          help={t("form.adviceHelp")}
          lines={2}
          value={draft.advice}
          onChange={(advice) => change({ advice })}
          error={error("advice")}
        />
        <Field
          id="follow_up_at"
          type="date"
          label={t("form.followUp")}
          help={t("form.followUpHelp")}
          value={draft.followUp}
          onChange={(followUp) => change({ followUp })}
          error={error("follow_up_at")}
        />
        <GoesTo incident={incident} />
        <Button type="submit" variant="primary" icon="check" isPending={save.isPending} wide>
          {t("form.save")}
        </Button>
      </form>
    </Card>
  );
}

/** Whether the server has said what it did with the request. */
function isAnswer(error: unknown): boolean {
  return !unanswered.includes(kindOf(error));
}

const unanswered: Kind[] = ["unreachable", "unavailable", "internal"];

const named = ["text", "follow_up_at", "helped_by", "advice"] as const;

/** What to put right, at its field and in the language of the screen. */
function useMistakes(error: unknown, isDayPast: boolean): Mistake[] {
  const { t } = useTranslation("district");
  const { t: api } = useTranslation("api");
  return useMemo(() => {
    if (isDayPast) return [{ field: "follow_up_at", detail: t("form.mistake.follow_up_at") }];
    if (error === null) return [];
    const refused = mistakesOf(error).map(({ field, detail }) => {
      const ours = named.find((each) => each === field);
      return ours === undefined ? { detail } : { field, detail: t(`form.mistake.${ours}`) };
    });
    return refused.length > 0 ? refused : [{ detail: `${inWords(error, api)} ${t("form.kept")}` }];
  }, [error, isDayPast, t, api]);
}

function GoesTo({ incident }: { incident: Incident }) {
  const { t } = useTranslation("district");
  const units = [...new Set(incident.assignments.map(({ call_sign }) => call_sign))];
  const isCalled = incident.call_id !== undefined && incident.call_id !== "";
  if (units.length === 0 && !isCalled) return <p className="muted small">{t("form.nobody")}</p>;
  return (
    <div className="district-goes-to">
      <p className="eyebrow">{t("form.goesTo")}</p>
      <ul>
        {units.length > 0 && <li>{t("form.officersOf", { units: units.join(", ") })}</li>}
        {isCalled && <li>{t("form.taker")}</li>}
      </ul>
    </div>
  );
}
