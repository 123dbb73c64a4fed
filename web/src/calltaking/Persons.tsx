import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Mistake } from "../api/problem";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Field } from "../ui/Field";
import { Select } from "../ui/Select";
import { Tag } from "../ui/Tag";
import type { Call, Change, Person } from "./wire";

const roles = ["victim", "suspect", "caller", "child", "witness"] as const;
const fields = ["name", "birth_date", "national_id", "phone", "relationship"] as const;
const blank: Person = {
  role: "suspect",
  name: "",
  birth_date: "",
  national_id: "",
  phone: "",
  relationship: "",
};

/** Who is there, and who is meant. A new one is looked up in the history at once. */
export function Persons({
  call,
  onChange,
  isClosed,
}: {
  call: Call;
  onChange: (change: Change, onMistakes?: (mistakes: Mistake[]) => void) => Promise<boolean>;
  isClosed: boolean;
}) {
  const { t } = useTranslation("calltaking");
  const [editing, setEditing] = useState<{ at: number; person: Person } | null>(null);
  const [mistakes, setMistakes] = useState<Mistake[]>([]);
  const edit = (next: typeof editing) => {
    setMistakes([]);
    setEditing(next);
  };
  const path = (field: string) => `persons[${editing?.at ?? 0}].${field}`;
  const wrong = (field: string) => mistakes.find((each) => each.field === path(field))?.detail;
  const elsewhere = mistakes.filter((each) => !fields.some((field) => path(field) === each.field));
  const save = async () => {
    if (editing === null) return;
    setMistakes([]);
    const persons = [...call.persons];
    persons[editing.at] = without(editing.person);
    if (await onChange({ persons: persons.map(without) }, setMistakes)) setEditing(null);
  };
  /** A person's decision on a record, sent with all the others as they are. */
  const decide = (at: number, decision: Pick<Person, "same_as" | "decision">) =>
    onChange({ persons: call.persons.map((each, n) => ({ ...without(each), ...(n === at && decision) })) });
  const remove = (at: number) =>
    onChange({ persons: call.persons.filter((_, each) => each !== at).map(without) });
  return (
    <Card
      title={t("persons.title")}
      actions={
        !isClosed &&
        editing === null && (
          <Button size="small" icon="person" onPress={() => edit({ at: call.persons.length, person: blank })}>
            {t("persons.add")}
          </Button>
        )
      }
    >
      <div className="stack">
        {call.persons.length === 0 && editing === null && <p className="muted">{t("persons.none")}</p>}
        {call.persons.length > 0 && (
          <ul className="stack-tight">
            {call.persons.map((person, at) => (
              <li key={person.id ?? at} className="ct-person">
                <div>
                  <span className="strong">{person.name ?? t("persons.unnamed")}</span>{" "}
                  <span className="muted">{t(`person.${person.role}`)}</span>
                  <div className="muted small">
                    {[person.birth_date, person.national_id, person.phone, person.relationship]
                      .filter(Boolean)
                      .join(" · ")}
                  </div>
                  <Record
                    person={person}
                    onDecide={
                      isClosed || editing !== null ? undefined : (decision) => void decide(at, decision)
                    }
                  />
                </div>
                {!isClosed && editing === null && (
                  <div className="row">
                    <Button size="small" variant="quiet" onPress={() => edit({ at, person })}>
                      {t("persons.change")}
                      <span className="heard-only"> {person.name}</span>
                    </Button>
                    <Button size="small" variant="quiet" onPress={() => void remove(at)}>
                      {t("persons.remove")}
                      <span className="heard-only"> {person.name}</span>
                    </Button>
                  </div>
                )}
              </li>
            ))}
          </ul>
        )}
        {editing !== null && (
          <form
            className="stack-tight"
            aria-label={t("persons.form")}
            onSubmit={(event) => {
              event.preventDefault();
              void save();
            }}
          >
            <div className="ct-pair">
              <Select
                label={t("persons.role")}
                value={editing.person.role}
                options={roles.map((value) => ({ value, label: t(`person.${value}`) }))}
                onChange={(role) => setEditing({ ...editing, person: { ...editing.person, role } })}
              />
              {fields.map((field) => (
                <Field
                  key={field}
                  label={t(`persons.${field}`)}
                  value={editing.person[field] ?? ""}
                  error={wrong(field)}
                  {...(field === "national_id" && { help: t("persons.numberHelp") })}
                  type={field === "birth_date" ? "date" : field === "phone" ? "tel" : "text"}
                  onChange={(value) =>
                    setEditing({ ...editing, person: { ...editing.person, [field]: value } })
                  }
                />
              ))}
            </div>
            {elsewhere.length > 0 && (
              <p className="field-error" role="alert">
                {elsewhere.map((each) => `${each.field} ${each.detail}`).join("; ")}
              </p>
            )}
            <div className="row">
              <Button type="submit" variant="primary">
                {t("persons.save")}
              </Button>
              <Button variant="quiet" onPress={() => edit(null)}>
                {t("persons.cancel")}
              </Button>
            </div>
          </form>
        )}
      </div>
    </Card>
  );
}

/** How surely the record is this person, why, and which other records may be: a person decides. */
function Record({
  person,
  onDecide,
}: {
  person: Person;
  /** Absent while nothing can be decided. */
  onDecide: ((decision: Pick<Person, "same_as" | "decision">) => void) | undefined;
}) {
  const { t } = useTranslation("calltaking");
  const { certainty, reason } = person;
  if (certainty === undefined || reason === undefined) return null;
  const name = person.name ?? t("persons.unnamed");
  const decided = reason === "confirmed" || reason === "separated";
  const mayBe = decided ? [] : (person.may_be ?? []);
  return (
    <div className="stack-tight">
      {reason !== "new" && (
        <div className="row">
          <Tag severity={certainty === "certain" ? "info" : decided ? "neutral" : "caution"}>
            {t(reason === "separated" ? "certainty.separated" : `certainty.${certainty}`)}
          </Tag>
          <span className="muted small">{t(`link.${reason}`, { defaultValue: reason })}</span>
          {onDecide !== undefined && (
            <Button
              size="small"
              variant="quiet"
              onPress={() => onDecide({ decision: decided ? "undo" : "separate" })}
            >
              {t(decided ? "link.undo" : "link.separate")}
              <span className="heard-only"> {name}</span>
            </Button>
          )}
        </div>
      )}
      {mayBe.map((other) => (
        <div key={other.id} className="row">
          <span className="small">
            {t("link.mayBe", { name: other.name || t("persons.unnamed") })}
            <span className="muted">
              {" "}
              {[other.birth_date, t(`link.${other.reason}`, { defaultValue: other.reason })]
                .filter(Boolean)
                .join(" · ")}
            </span>
          </span>
          {onDecide !== undefined && (
            <Button size="small" onPress={() => onDecide({ same_as: other.id })}>
              {t("link.same")}
              <span className="heard-only"> {other.name}</span>
            </Button>
          )}
        </div>
      ))}
    </div>
  );
}

/** As the server wants it: no empty fields, and nothing that it finds out itself. */
function without({ id, role, name, birth_date, phone, relationship, national_id }: Person): Person {
  return {
    role,
    ...(id && { id }),
    ...(name && { name }),
    ...(birth_date && { birth_date }),
    ...(phone && { phone }),
    ...(relationship && { relationship }),
    ...(national_id && { national_id }),
  };
}
