import { useState } from "react";
import { useTranslation } from "react-i18next";
import { inWords as problemInWords, mistakesOf, Refused } from "../api/problem";
import { moment } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { useAnnounce } from "../ui/Announcer";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";
import { useDecide } from "./useScripts";
import type { Version } from "./wire";

/** Who decided what, or the decision itself: it takes a second person. */
export function Decision({ version }: { version: Version }) {
  const { t } = useTranslation("authoring");
  const { language } = useLanguage();
  const [asking, setAsking] = useState<"approve" | "refuse" | "withdraw" | null>(null);
  const { state, mine, note } = version;
  const at = moment(new Date(version.proposed_at), language);
  return (
    <section
      className={state === "proposed" ? "authoring-decision authoring-waits" : "authoring-decision"}
      aria-label={t("decision.label")}
    >
      <div className="stack-tight">
        <p>
          {version.shipped
            ? t("decision.shipped", { at })
            : t("decision.proposed", { by: version.proposed_by ?? "", at })}
          {note !== "" && (
            <>
              {" "}
              <q>{note}</q>
            </>
          )}
        </p>
        {version.decided_at !== undefined && version.decided_by !== undefined && (
          <p>
            {t(
              state === "refused"
                ? "decision.refused"
                : state === "withdrawn"
                  ? "decision.withdrawn"
                  : "decision.approved",
              {
                by: version.decided_by,
                at: moment(new Date(version.decided_at), language),
              },
            )}
            {version.reason !== undefined && (
              <>
                {" "}
                <q>{version.reason}</q>
              </>
            )}
          </p>
        )}
        {state === "proposed" && mine && <p className="strong">{t("decision.second")}</p>}
      </div>
      {state === "proposed" && (
        <div className="row">
          {!mine && (
            <Button variant="primary" icon="check" onPress={() => setAsking("approve")}>
              {t("decision.approve")}
            </Button>
          )}
          {!mine && <Button onPress={() => setAsking("refuse")}>{t("decision.refuse")}</Button>}
          {mine && <Button onPress={() => setAsking("withdraw")}>{t("decision.withdraw")}</Button>}
        </div>
      )}
      {asking !== null && (
        <Ask key={asking} kind={asking} version={version} onClose={() => setAsking(null)} />
      )}
    </section>
  );
}

function Ask({
  kind,
  version,
  onClose,
}: {
  kind: "approve" | "refuse" | "withdraw";
  version: Version;
  onClose: () => void;
}) {
  const { t } = useTranslation("authoring");
  const { t: api } = useTranslation("api");
  const announce = useAnnounce();
  const [reason, setReason] = useState("");
  const [missing, setMissing] = useState(false);
  const decide = useDecide(version);
  const go = () => {
    if (kind === "refuse" && reason.trim() === "") {
      setMissing(true);
      return;
    }
    decide.mutate(
      { approve: kind === "approve", ...(kind === "refuse" && { reason: reason.trim() }) },
      {
        onSuccess: () => {
          announce(t(`done.${kind}`, version), "good");
          onClose();
        },
      },
    );
  };
  const { error } = decide;
  const details = mistakesOf(error).map(({ field, detail }) => `${field}: ${detail}`);
  return (
    <Dialog
      title={t(`ask.${kind}`, version)}
      isOpen
      onClose={onClose}
      danger={kind === "approve"}
      actions={
        <>
          <Button variant="primary" isPending={decide.isPending} onPress={go}>
            {t(`decision.${kind}`)}
          </Button>
          <Button onPress={onClose}>{t("ask.cancel")}</Button>
        </>
      }
    >
      <p>{t(`what.${kind}`)}</p>
      {kind === "refuse" && (
        <Field
          label={t("ask.reason")}
          lines={3}
          isRequired
          maxLength={2000}
          value={reason}
          onChange={setReason}
          error={missing && reason.trim() === "" ? t("ask.missing") : undefined}
        />
      )}
      {error !== null && (
        <p className="field-error" role="alert">
          {[
            error instanceof Refused && error.status < 500 && details.length === 0
              ? error.message
              : problemInWords(error, api),
            ...details,
          ].join(" ")}
        </p>
      )}
    </Dialog>
  );
}
