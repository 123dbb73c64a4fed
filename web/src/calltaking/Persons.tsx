import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Field } from "../ui/Field";
import { Select } from "../ui/Select";
import { Tag } from "../ui/Tag";
import type { Call, Change, Person } from "./wire";

const roles = ["victim", "suspect", "caller", "child", "witness"] as const;
const blank: Person = { role: "suspect", name: "", birth_date: "", phone: "", relationship: "" };

/** Who is there, and who is meant. A new one is looked up in the history at once. */
export function Persons({
  call,
  onChange,
  isClosed,
}: {
  call: Call;
  onChange: (change: Change) => Promise<boolean>;
  isClosed: boolean;
}) {
  const { t } = useTranslation("calltaking");
  const [editing, setEditing] = useState<{ at: number; person: Person } | null>(null);
  const save = async () => {
    if (editing === null) return;
    const persons = [...call.persons];
    persons[editing.at] = without(editing.person);
    if (await onChange({ persons: persons.map(without) })) setEditing(null);
  };
  const remove = (at: number) =>
    onChange({ persons: call.persons.filter((_, each) => each !== at).map(without) });
  return (
    <Card
      title={t("persons.title")}
      actions={
        !isClosed &&
        editing === null && (
          <Button
            size="small"
            icon="person"
            onPress={() => setEditing({ at: call.persons.length, person: blank })}
          >
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
                    {[person.birth_date, person.phone, person.relationship].filter(Boolean).join(" · ")}
                  </div>
                  {person.certainty !== undefined && person.reason !== "new" && (
                    <Tag severity={person.certainty === "certain" ? "info" : "caution"}>
                      {t(`certainty.${person.certainty}`)}
                    </Tag>
                  )}
                </div>
                {!isClosed && editing === null && (
                  <div className="row">
                    <Button size="small" variant="quiet" onPress={() => setEditing({ at, person })}>
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
              {(["name", "birth_date", "phone", "relationship"] as const).map((field) => (
                <Field
                  key={field}
                  label={t(`persons.${field}`)}
                  value={editing.person[field] ?? ""}
                  type={field === "birth_date" ? "date" : field === "phone" ? "tel" : "text"}
                  onChange={(value) =>
                    setEditing({ ...editing, person: { ...editing.person, [field]: value } })
                  }
                />
              ))}
            </div>
            <div className="row">
              <Button type="submit" variant="primary">
                {t("persons.save")}
              </Button>
              <Button variant="quiet" onPress={() => setEditing(null)}>
                {t("persons.cancel")}
              </Button>
            </div>
          </form>
        )}
      </div>
    </Card>
  );
}

/** As the server wants it: no empty fields, and nothing that it finds out itself. */
function without({ role, name, birth_date, phone, relationship, national_id }: Person): Person {
  return {
    role,
    ...(name && { name }),
    ...(birth_date && { birth_date }),
    ...(phone && { phone }),
    ...(relationship && { relationship }),
    ...(national_id && { national_id }),
  };
}
