import { useTranslation } from "react-i18next";
import { clockTime } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { Icon } from "../ui/Icon";
import { Tag } from "../ui/Tag";
import { dueAt, steps, type Lateness, type Step } from "./deadline";
import type { Deadlines, Delivery } from "./wire";
import "./delivery.css";

/** How far one revision has come: when each step was done, or by when it should be. */
export function DeliverySteps({
  delivery,
  sent,
  deadlines,
  late = null,
}: {
  delivery: Delivery;
  /** All that the unit was sent, the oldest first; nothing for a revision that a newer one replaces. */
  sent: readonly Delivery[];
  deadlines: Deadlines | undefined;
  late?: Lateness | null;
}) {
  const { t } = useTranslation("delivery");
  const { language } = useLanguage();
  const time = (at: string | number) => clockTime(new Date(at), language, "seconds");
  return (
    <ol className="delivery-steps">
      <li className="delivery-step delivery-step-done">
        <Icon name="check" />
        <span>{t("sent")}</span>
        <time dateTime={delivery.sent_at}>{time(delivery.sent_at)}</time>
      </li>
      {steps.map((step) => {
        const at = delivery[`${step}_at`];
        const due = dueAt(sent, step, deadlines);
        return (
          <li key={step} className={`delivery-step delivery-step-${looks(step, delivery, late)}`}>
            {at !== undefined && <Icon name="check" />}
            {isLate(step, late) && <Icon name="critical" />}
            <span>{t(step)}</span>
            {at !== undefined && <time dateTime={at}>{time(at)}</time>}
            {at !== undefined && wasLate(delivery, step) && <span>{t("doneLate")}</span>}
            {at === undefined && due !== undefined && (
              <span>{t(isLate(step, late) ? "lateSince" : "by", { time: time(due) })}</span>
            )}
            {at === undefined && due === undefined && <span aria-hidden="true">–</span>}
            {at === undefined && <span className="heard-only">{t("notYet")}</span>}
          </li>
        );
      })}
    </ol>
  );
}

const isLate = (step: Step, late: Lateness | null) => late?.isLate === true && late.step === step;

const wasLate = (delivery: Delivery, step: Step) =>
  delivery.late?.some((each) => each.step === step) === true;

function looks(step: Step, delivery: Delivery, late: Lateness | null): string {
  if (delivery[`${step}_at`] !== undefined) return wasLate(delivery, step) ? "done-late" : "done";
  return isLate(step, late) ? "late" : "open";
}

/** What was done about a revision that is late: who was told, and whether the unit heard it by radio. */
export function DeliveryNotes({ delivery, late }: { delivery: Delivery; late: Lateness | null }) {
  const { t } = useTranslation("delivery");
  const { language } = useLanguage();
  const supervisor = late?.told.find(({ level }) => level === "shift_supervisor");
  const { told_by_radio_at: told, told_by_radio_by: by = "" } = delivery;
  return (
    <>
      {late?.isLate === true && (
        <Tag severity="critical" solid>
          {t("useRadio", { missing: t(`missing.${late.step}`) })}
        </Tag>
      )}
      {supervisor !== undefined && (
        <span className="muted small">
          {t("supervisorTold", { time: clockTime(new Date(supervisor.at), language, "seconds") })}
        </span>
      )}
      {told !== undefined && (
        <Tag severity="info" icon="phone">
          {t("toldByRadio", { time: clockTime(new Date(told), language, "seconds"), by })}
        </Tag>
      )}
    </>
  );
}
