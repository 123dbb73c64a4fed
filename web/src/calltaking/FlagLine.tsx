import { useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { moment } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Why, type Reason } from "../ui/Disclosure";
import { Field } from "../ui/Field";
import { Tag } from "../ui/Tag";
import { severityOf } from "./severity";
import type { Flag } from "./wire";

/** A flag with its reasons. A person can set it aside for a reason; it stays here with it, and can be restored. */
export function FlagLine({
  flag,
  reasons,
  onOverrule,
}: {
  flag: Flag;
  reasons: Reason[];
  /** Without a reason the flag holds again. Absent when the call is closed. */
  onOverrule: ((reason: string | null) => Promise<boolean>) | undefined;
}) {
  const { t } = useTranslation("calltaking");
  const { language, said } = useLanguage();
  const severity = severityOf(flag.severity);
  const [asking, setAsking] = useState(false);
  const { overruled } = flag;
  const aside = overruled !== undefined;
  return (
    <li className={flag.old || aside ? "ct-flag ct-flag-old" : "ct-flag"}>
      <div className="row">
        <Tag severity={aside ? "neutral" : severity} solid={!aside && severity === "critical"}>
          {aside ? t("aside.tag") : severity === "neutral" ? flag.severity : t(`severity.${severity}`)}
        </Tag>
        <span className="strong">{said(flag.text)}</span>
        {flag.old && <Tag>{t("assessment.old")}</Tag>}
        {flag.last_seen !== undefined && (
          <span className="muted small">{moment(new Date(flag.last_seen), language)}</span>
        )}
      </div>
      <Why of={said(flag.text)} reasons={reasons}>
        {onOverrule !== undefined && (
          <Button
            aria-label={t(aside ? "aside.restoreOf" : "aside.openOf", { flag: said(flag.text) })}
            onPress={() => (aside ? void onOverrule(null) : setAsking(true))}
          >
            {t(aside ? "aside.restore" : "aside.open")}
          </Button>
        )}
      </Why>
      {aside && (
        <p className="ct-aside">
          {t("aside.by", { by: overruled.by, at: moment(new Date(overruled.at), language) })}{" "}
          <q>{overruled.reason}</q>
        </p>
      )}
      {asking && onOverrule !== undefined && (
        <SetAside flag={said(flag.text)} onOverrule={onOverrule} onClose={() => setAsking(false)} />
      )}
    </li>
  );
}

function SetAside({
  flag,
  onOverrule,
  onClose,
}: {
  flag: string;
  onOverrule: (reason: string) => Promise<boolean>;
  onClose: () => void;
}) {
  const { t } = useTranslation("calltaking");
  const [reason, setReason] = useState("");
  const [missing, setMissing] = useState(false);
  const field = useId();
  // The reason is all that is asked for.
  useEffect(() => document.getElementById(field)?.focus(), [field]);
  const save = async () => {
    if (reason.trim() === "") setMissing(true);
    else if (await onOverrule(reason.trim())) onClose();
  };
  return (
    <Dialog
      title={t("aside.title", { flag })}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button variant="primary" onPress={() => void save()}>
            {t("aside.save")}
          </Button>
          <Button onPress={onClose}>{t("aside.cancel")}</Button>
        </>
      }
    >
      <p>{t("aside.what")}</p>
      <Field
        label={t("aside.reason")}
        help={t("aside.help")}
        lines={3}
        id={field}
        isRequired
        maxLength={1000}
        value={reason}
        onChange={setReason}
        error={missing && reason.trim() === "" ? t("aside.missing") : undefined}
      />
    </Dialog>
  );
}
