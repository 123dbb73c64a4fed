import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { client, doneWithVersion, ifMatch, type Schemas } from "../api/client";
import { inWords, mistakesOf } from "../api/problem";
import { useAnnounce } from "../ui/Announcer";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Choice } from "../ui/Choice";
import { ErrorSummary } from "../ui/ErrorSummary";
import { Field } from "../ui/Field";

type Record = Schemas["OutcomeRecord"];

// Nothing is answered beforehand: a sheet must not say what nobody asked.
const empty: Partial<Record> = { summary: "", contact_card_given: false };

const draftOf = (incident: string) => `doorstep-sheet-${incident}`;

/** The DV information sheet in its short form. What is written stays on the device until the server has it. */
export function Sheet({ incident }: { incident: string }) {
  const { t } = useTranslation("tablet");
  const { t: api } = useTranslation("api");
  const announce = useAnnounce();
  const [draft, setDraft] = useState<Partial<Record>>(() => drafted(incident));
  const path = { id: incident };
  const kept = useQuery({
    queryKey: ["sheet", incident],
    queryFn: () =>
      doneWithVersion(client.GET("/api/v1/incidents/{id}/on_scene_record", { params: { path } })),
  });
  const record: Partial<Record> = { ...empty, ...kept.data?.data.record, ...draft };
  const change = (part: Partial<Record>) => {
    const next = { ...draft, ...part };
    setDraft(next);
    localStorage.setItem(draftOf(incident), JSON.stringify(next));
  };
  const keep = useMutation({
    mutationFn: () =>
      doneWithVersion(
        client.PUT("/api/v1/incidents/{id}/on_scene_record", {
          params: { path, header: ifMatch(kept.data?.version ?? '"0"') },
          body: record as Record, // the server names what is missing
        }),
      ),
    onSuccess: async () => {
      localStorage.removeItem(draftOf(incident));
      await kept.refetch();
      setDraft({});
      announce(t("sheet.saved"), "good");
    },
  });
  const mistakes = keep.isError ? mistakesOf(keep.error) : [];
  const error = (field: string) => mistakes.find((each) => each.field === field)?.detail;
  const one = <Name extends keyof Record>(name: Name, values: readonly (Record[Name] & string)[]) => (
    <Choice
      legend={t(`sheet.${name as "risk_level"}`)}
      size="touch"
      value={(record[name] as (Record[Name] & string) | undefined) ?? null}
      onChange={(value) => change({ [name]: value })}
      options={values.map((value) => ({ value, label: t(`value.${value as "yes"}`) }))}
      error={error(name)}
    />
  );
  return (
    <Card title={t("sheet.title")}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          keep.mutate();
        }}
      >
        <ErrorSummary
          mistakes={keep.isError && mistakes.length === 0 ? [{ detail: inWords(keep.error, api) }] : mistakes}
        />
        {one("heard_separately", ["yes", "no", "one_party_only"])}
        {record.heard_separately === "no" && (
          <Field
            id="not_separately_why"
            label={t("sheet.not_separately_why")}
            value={record.not_separately_why ?? ""}
            onChange={(not_separately_why) => change({ not_separately_why })}
            error={error("not_separately_why")}
          />
        )}
        <Field
          id="summary"
          label={t("sheet.summary")}
          help={t("sheet.summaryHelp")}
          lines={4}
          value={record.summary ?? ""}
          onChange={(summary) => change({ summary })}
          error={error("summary")}
        />
        {one("crew_class", ["dv", "suspected_dv", "not_dv"])}
        {record.crew_class === "not_dv" && (
          <Field
            id="disagreement_reason"
            label={t("sheet.disagreement_reason")}
            value={record.disagreement_reason ?? ""}
            onChange={(disagreement_reason) => change({ disagreement_reason })}
            error={error("disagreement_reason")}
          />
        )}
        {one("risk_level", ["low", "medium", "high"])}
        {one("children_present", ["yes", "no", "unknown"])}
        {one("injuries", ["yes", "no", "unknown"])}
        {one("victim_support", ["accepted", "refused", "unsafe_to_ask", "not_reached"])}
        {record.victim_support === "accepted" && (
          <Field
            id="safe_contact"
            label={t("sheet.safe_contact")}
            value={record.safe_contact ?? ""}
            onChange={(safe_contact) => change({ safe_contact })}
            error={error("safe_contact")}
          />
        )}
        <Button type="submit" variant="primary" size="touch" icon="check" isPending={keep.isPending} wide>
          {t("sheet.save")}
        </Button>
      </form>
    </Card>
  );
}

/** Whoever signs in next must not find what this crew wrote. */
export function forgetDrafts(): void {
  for (const key of Object.keys(localStorage)) if (key.startsWith(draftOf(""))) localStorage.removeItem(key);
}

function drafted(incident: string): Partial<Record> {
  try {
    return JSON.parse(localStorage.getItem(draftOf(incident)) ?? "{}") as Partial<Record>;
  } catch {
    return {};
  }
}
