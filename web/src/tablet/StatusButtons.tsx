import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { newKey } from "../api/once";
import { useLink, useRefusal, useStream } from "../live/useStream";
import { useAnnounce } from "../ui/Announcer";
import { Button } from "../ui/Button";
import type { Assignment } from "./work";

const steps = ["en_route", "on_scene", "cleared"] as const;
export type Step = (typeof steps)[number];

/** Three presses that the centre sees at once, or as soon as there is a line. */
export function StatusButtons({
  assignment,
  onStep,
  onRefused,
}: {
  assignment: Assignment;
  onStep: (step: Step) => void;
  onRefused: () => void;
}) {
  const { t } = useTranslation("tablet");
  const stream = useStream();
  const link = useLink();
  const announce = useAnnounce();
  const [pressed, setPressed] = useState<{ step: Step; id: string } | null>(null);
  useRefusal(({ ref, detail }) => {
    if (ref === undefined || ref !== pressed?.id) return;
    setPressed(null);
    onRefused();
    announce(t("status.refused", { detail: detail ?? "" }), "critical");
  });
  // Asked when the line changes: what was pressed long before an outage has arrived.
  const [held, setHeld] = useState<string | null>(null); // the id of the last that the device keeps
  const [waits, setWaits] = useState(false);
  const isLive = link.state === "live";
  useEffect(() => {
    if (held === null || isLive) return;
    let left = false;
    void stream
      .waits((saying) => saying.type === "status" && saying.body.client_id === held)
      .then((still) => left || setWaits(still));
    return () => {
      left = true;
    };
  }, [stream, held, isLive]);
  const press = (step: Step) => {
    const id = newKey();
    setPressed({ step, id });
    const body = { assignment_id: assignment.id, status: step, at: new Date().toISOString(), client_id: id };
    void stream.say({ type: "status", body }).then(() => setHeld(id));
    onStep(step);
  };
  const status = pressed?.step ?? assignment.status;
  return (
    <section aria-label={t("status.title")} className="tablet-status">
      {steps.map((step) => (
        <Button
          key={step}
          size="touch"
          variant={status === step ? "primary" : "secondary"}
          aria-pressed={status === step}
          onPress={() => press(step)}
          wide
        >
          {t(`status.${step}`)}
        </Button>
      ))}
      {waits && !isLive && <p role="status">{t("status.waiting")}</p>}
    </section>
  );
}
