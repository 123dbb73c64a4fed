import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { client, done, type Schemas } from "../api/client";
import { useOnce } from "../api/once";
import { inWords, mistakesOf } from "../api/problem";
import { useAnnounce } from "../ui/Announcer";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Choice } from "../ui/Choice";
import { ErrorSummary } from "../ui/ErrorSummary";
import { Field } from "../ui/Field";
import { Select } from "../ui/Select";

type Body = Schemas["ReportOutcomeBody"];

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
const levels = ["low", "medium", "high"] as const;

/** What became of it: becomes feedback to the officers who responded and to the call taker. */
export function OutcomeForm({ incident }: { incident: string }) {
  const { t } = useTranslation("district");
  const { t: api } = useTranslation("api");
  const announce = useAnnounce();
  const queries = useQueryClient();
  const once = useOnce();
  const [kind, setKind] = useState<Body["kind"]>("follow_up_visit");
  const [text, setText] = useState("");
  const [helped, setHelped] = useState("");
  const [advice, setAdvice] = useState("");
  const [risk, setRisk] = useState<(typeof levels)[number] | null>(null);
  const [followUp, setFollowUp] = useState("");
  const save = useMutation({
    mutationFn: () =>
      done(
        client.POST("/api/v1/incidents/{id}/outcomes", {
          params: { path: { id: incident }, header: once.key() },
          body: {
            kind,
            text,
            advice,
            helped_by: helped
              .split(",")
              .map((each) => each.trim())
              .filter((each) => each !== ""),
            ...(risk !== null && { risk_level: risk }),
            ...(followUp !== "" && { follow_up_at: new Date(`${followUp}T09:00`).toISOString() }),
          },
        }),
      ),
    onSuccess: () => {
      once.renew();
      setText("");
      setAdvice("");
      setHelped("");
      setFollowUp("");
      announce(t("form.saved"), "good");
      for (const key of ["outcomes", "incident", "followUps", "history"])
        void queries.invalidateQueries({ queryKey: [key] });
    },
  });
  const mistakes = save.isError ? mistakesOf(save.error) : [];
  const error = (field: string) => mistakes.find((each) => each.field === field)?.detail;
  return (
    <Card title={t("form.title")}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <ErrorSummary
          mistakes={save.isError && mistakes.length === 0 ? [{ detail: inWords(save.error, api) }] : mistakes}
        />
        <Select
          label={t("form.kind")}
          value={kind}
          onChange={setKind}
          options={kinds.map((value) => ({ value, label: t(`kind.${value}`) }))}
        />
        <Field
          id="text"
          label={t("form.text")}
          lines={4}
          value={text}
          onChange={setText}
          error={error("text")}
        />
        <Field
          id="helped_by"
          label={t("form.helped")}
          help={t("form.helpedHelp")}
          value={helped}
          onChange={setHelped}
        />
        <Field
          id="advice"
          label={t("form.advice")}
          help={t("form.adviceHelp")}
          lines={2}
          value={advice}
          onChange={setAdvice}
        />
        <Choice
          legend={t("form.risk")}
          value={risk}
          onChange={setRisk}
          options={levels.map((value) => ({ value, label: t(`risk.${value}`) }))}
        />
        <Field
          id="follow_up_at"
          type="date"
          label={t("form.followUp")}
          value={followUp}
          onChange={setFollowUp}
          error={error("follow_up_at")}
        />
        <p className="muted">{t("form.goesTo")}</p>
        <Button type="submit" variant="primary" icon="check" isPending={save.isPending} wide>
          {t("form.save")}
        </Button>
      </form>
    </Card>
  );
}
