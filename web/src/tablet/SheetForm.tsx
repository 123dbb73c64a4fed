import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useAnnounce } from "../ui/Announcer";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Choice } from "../ui/Choice";
import { ErrorSummary } from "../ui/ErrorSummary";
import { Field } from "../ui/Field";
import { Icon } from "../ui/Icon";
import { Loading } from "../ui/states";
import { Conflict } from "./Conflict";
import { useSheet } from "./useSheet";
import type { Sheet } from "./work";

/** The DV information sheet in its short form. What is written stays on the device until the server has it. */
export function SheetForm({ incident }: { incident: string }) {
  const { t } = useTranslation("tablet");
  const { t: api } = useTranslation("api");
  const announce = useAnnounce();
  const { sheet, draft, isLoading, change, save, settle } = useSheet(incident);
  // Stays the same list while a person types: a new one takes the focus.
  const refused = draft?.refused;
  const mistakes = useMemo(() => {
    if (refused === undefined) return [];
    return refused.mistakes.length > 0 ? refused.mistakes : [{ field: undefined, detail: api(refused.kind) }];
  }, [refused, api]);
  if (isLoading)
    return (
      <Card title={t("sheet.title")}>
        <Loading />
      </Card>
    );
  if (draft?.theirs !== undefined)
    return (
      <Conflict
        mine={draft.part}
        theirs={draft.theirs.sheet}
        onSettle={async (which) => {
          if (!(await settle(which))) announce(api("unreachable"), "caution");
        }}
      />
    );
  const error = (field: string) => mistakes.find((each) => each.field === field)?.detail;
  const one = <Name extends keyof Sheet>(name: Name, values: readonly (Sheet[Name] & string)[]) => (
    <Choice
      id={name}
      legend={t(`sheet.${name as "risk_level"}`)}
      size="touch"
      value={(sheet[name] as (Sheet[Name] & string) | undefined) ?? null}
      onChange={(value) => void change({ [name]: value })}
      options={values.map((value) => ({ value, label: t(`value.${value as "yes"}`) }))}
      error={error(name)}
    />
  );
  const text = (name: "not_separately_why" | "disagreement_reason" | "safe_contact") => (
    <Field
      id={name}
      label={t(`sheet.${name}`)}
      value={sheet[name] ?? ""}
      onChange={(value) => void change({ [name]: value })}
      error={error(name)}
    />
  );
  const submit = () =>
    save.mutate(undefined, {
      onSuccess: (became) => {
        if (became === "saved") announce(t("sheet.saved"), "good");
        if (became === "waiting") announce(t("sheet.waiting"), "caution");
      },
    });
  return (
    <Card title={t("sheet.title")}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <ErrorSummary mistakes={mistakes} />
        {one("heard_separately", ["yes", "no", "one_party_only"])}
        {sheet.heard_separately === "no" && text("not_separately_why")}
        <Field
          id="summary"
          label={t("sheet.summary")}
          help={t("sheet.summaryHelp")}
          lines={4}
          value={sheet.summary ?? ""}
          onChange={(summary) => void change({ summary })}
          error={error("summary")}
        />
        <div className="tablet-columns">
          <div className="stack">
            {one("crew_class", ["dv", "suspected_dv", "not_dv"])}
            {sheet.crew_class === "not_dv" && text("disagreement_reason")}
            {one("risk_level", ["low", "medium", "high"])}
          </div>
          <div className="stack">
            {one("children_present", ["yes", "no", "unknown"])}
            {one("injuries", ["yes", "no", "unknown"])}
            {one("victim_support", ["accepted", "refused", "unsafe_to_ask", "not_reached"])}
            {sheet.victim_support === "accepted" && text("safe_contact")}
          </div>
        </div>
        <Button type="submit" variant="primary" size="touch" icon="check" isPending={save.isPending} wide>
          {t("sheet.save")}
        </Button>
        {draft !== null && (
          <p role="status" className="row">
            <Icon name={draft.waiting ? "offline" : "note"} />
            {t(draft.waiting ? "sheet.waiting" : "sheet.kept")}
          </p>
        )}
      </form>
    </Card>
  );
}
