import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Mistake } from "../api/problem";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Field } from "../ui/Field";
import { Select } from "../ui/Select";
import { Tag } from "../ui/Tag";
import { AddressField } from "./AddressField";
import { EarlierCalls } from "./EarlierCalls";
import { Persons } from "./Persons";
import { readPosition, writePosition } from "./position";
import type { Call, Change } from "./wire";

const roles = ["victim", "third_party", "child", "suspect"] as const;
const languages = ["et", "en", "ru"] as const;

/** Where help is needed, and who is speaking. */
export function CallerColumn({
  call,
  onChange,
  isClosed,
}: {
  call: Call;
  onChange: (change: Change, onMistakes?: (mistakes: Mistake[]) => void) => Promise<boolean>;
  isClosed: boolean;
}) {
  const { t } = useTranslation("calltaking");
  return (
    <div className="ct-column">
      <Card title={t("address.title")} severity={call.address === undefined ? "high" : undefined}>
        <div className="stack">
          {call.address !== undefined && (
            <div className="ct-address">
              <p className="ct-address-label">{call.address.label}</p>
              <div className="row">
                <Tag severity={call.address.kind === "unverified" ? "caution" : "good"}>
                  {t(`kind.${call.address.kind}`)}
                </Tag>
                <span className="muted">{call.address.locality}</span>
              </div>
            </div>
          )}
          {!isClosed && (
            <AddressField
              has={call.address !== undefined}
              near={call.location?.coordinates.join(",") ?? ""}
              radius={call.location_radius}
              onChange={onChange}
            />
          )}
          <Note
            key={`${call.id} note`}
            label={t("address.note")}
            help={t("address.noteHelp")}
            value={call.address_note}
            isDisabled={isClosed}
            onSave={(address_note) => onChange({ address_note })}
          />
        </div>
      </Card>
      <Card title={t("caller.title")}>
        <div className="stack">
          <Button
            variant={call.covert ? "danger" : "secondary"}
            icon="phone"
            hint="F4"
            aria-keyshortcuts="F4"
            wide
            {...(isClosed && { unavailable: t("call.isClosed") })}
            onPress={() => void onChange({ covert: !call.covert })}
          >
            {call.covert ? t("covert.turnOff") : t("covert.turnOn")}
          </Button>
          <div className="ct-pair">
            <Select
              label={t("caller.role")}
              value={call.caller_role ?? "victim"}
              options={roles.map((value) => ({ value, label: t(`role.${value}`) }))}
              onChange={(caller_role) => void onChange({ caller_role })}
            />
            <Select
              label={t("caller.language")}
              value={call.language}
              options={languages.map((value) => ({ value, label: t(`language.${value}`) }))}
              onChange={(language) => void onChange({ language })}
            />
          </div>
          <Note
            key={`${call.id} phone`}
            label={t("caller.phone")}
            value={call.phone ?? ""}
            isDisabled={isClosed}
            onSave={(phone) => onChange({ phone })}
          />
          <EarlierCalls call={call} />
          <Note
            key={`${call.id} position`}
            label={t("caller.position")}
            help={t("caller.positionHelp")}
            value={writePosition(call)}
            isDisabled={isClosed}
            check={(text) => (readPosition(text) === null ? t("caller.noPosition") : undefined)}
            onSave={(text) => onChange(readPosition(text) ?? {})}
          />
        </div>
      </Card>
      <Persons call={call} onChange={onChange} isClosed={isClosed} />
    </div>
  );
}

/** A text that is saved when a person leaves the field, or presses Enter, unless check says what is wrong. */
function Note({
  label,
  help,
  value,
  isDisabled,
  check = () => undefined,
  onSave,
}: {
  label: string;
  help?: string;
  value: string;
  isDisabled: boolean;
  check?: (value: string) => string | undefined;
  onSave: (value: string) => Promise<boolean>;
}) {
  const [text, setText] = useState(value);
  const [wrong, setWrong] = useState<string>();
  const last = useRef(value);
  const sent = useRef(value);
  useEffect(() => {
    // What came from elsewhere, or back as the server writes it, is shown, unless something else is being typed.
    const known = [last.current, sent.current];
    setText((now) => (known.includes(now) ? value : now));
    last.current = value;
  }, [value]);
  const save = () => {
    const isNew = text.trim() !== value;
    const mistake = isNew ? check(text.trim()) : undefined;
    setWrong(mistake);
    if (!isNew || mistake !== undefined) return;
    sent.current = text;
    void onSave(text.trim());
  };
  return (
    <Field
      label={label}
      {...(help !== undefined && { help })}
      value={text}
      onChange={setText}
      onBlur={save}
      error={wrong}
      isDisabled={isDisabled}
      onKeyDown={(event) => {
        if (event.key === "Enter") save();
        if (event.key === "Escape") toQuestion();
      }}
    />
  );
}

/** From any field back to the question, where single keys answer. */
export function toQuestion(): void {
  document.getElementById("question")?.focus();
}
