import type { UseQueryResult } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { inWords } from "../api/problem";
import { clockTime } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { Card } from "../ui/Card";
import { Disclosure } from "../ui/Disclosure";
import { Icon } from "../ui/Icon";
import { Failed, Loading } from "../ui/states";
import { Tag, type Severity } from "../ui/Tag";
import { isLate, lateAfter, lateBriefings } from "./delivery";
import { useNow } from "./useNow";
import type { Assignment, Delivery, IncidentDetail } from "./wire";

const statusSeverity: Record<Assignment["status"], Severity> = {
  assigned: "caution",
  en_route: "info",
  on_scene: "good",
  cleared: "neutral",
  cancelled: "neutral",
};

/** Says who must be told by radio, because the briefing did not arrive. */
export function LateAlert({ incident }: { incident: IncidentDetail }) {
  const { t } = useTranslation("calltaking");
  const { language } = useLanguage();
  const now = useNow();
  const late = lateBriefings(incident, now);
  return (
    <div role="alert">
      {late.map((each) => (
        <div key={each.unit_id} className="ct-late">
          <Icon name="critical" size="2rem" />
          <div>
            <p className="ct-late-title">{t("board.late", { unit: each.call_sign })}</p>
            <p>
              {t("board.lateHelp", {
                unit: each.call_sign,
                revision: each.revision,
                time: clockTime(new Date(each.sent_at), language, "seconds"),
              })}
            </p>
          </div>
        </div>
      ))}
    </div>
  );
}

/** Who has which revision of the briefing: sent, at the unit, on its screen, read. */
export function DeliveryBoard({ incident }: { incident: UseQueryResult<IncidentDetail> }) {
  const { t } = useTranslation("calltaking");
  const { t: api } = useTranslation("api");
  const { data } = incident;
  return (
    <Card title={t("board.title")} flush={data !== undefined && data.assignments.length > 0}>
      {incident.isPending && <Loading />}
      {incident.isError && (
        <Failed words={inWords(incident.error, api)} onRetry={() => void incident.refetch()} />
      )}
      {data?.assignments.length === 0 && <p className="muted">{t("board.none")}</p>}
      {data !== undefined && data.assignments.length > 0 && (
        <ul className="ct-board">
          {data.assignments.map((assignment) => (
            <UnitOnBoard
              key={assignment.id}
              assignment={assignment}
              deliveries={data.deliveries
                .filter(({ unit_id }) => unit_id === assignment.unit_id)
                .sort((a, b) => b.revision - a.revision)}
            />
          ))}
        </ul>
      )}
    </Card>
  );
}

function UnitOnBoard({ assignment, deliveries }: { assignment: Assignment; deliveries: Delivery[] }) {
  const { t } = useTranslation("calltaking");
  const { language } = useLanguage();
  const at =
    assignment.cleared_at ?? assignment.on_scene_at ?? assignment.en_route_at ?? assignment.assigned_at;
  return (
    <li className="ct-board-unit" aria-label={assignment.call_sign}>
      <div className="row-spread">
        <h3 className="ct-callsign">{assignment.call_sign}</h3>
        <Tag severity={statusSeverity[assignment.status]}>
          {t(`assignment.${assignment.status}`)} {clockTime(new Date(at), language)}
        </Tag>
      </div>
      {deliveries.slice(0, 1).map((delivery) => (
        <Steps key={delivery.revision} delivery={delivery} isOld={false} />
      ))}
      {deliveries.length > 1 && (
        <Disclosure label={t("board.earlier", { count: deliveries.length - 1 })}>
          {deliveries.slice(1).map((delivery) => (
            <Steps key={delivery.revision} delivery={delivery} isOld />
          ))}
        </Disclosure>
      )}
    </li>
  );
}

function Steps({ delivery, isOld }: { delivery: Delivery; isOld: boolean }) {
  const { t } = useTranslation("calltaking");
  const { language } = useLanguage();
  const now = useNow();
  const late = !isOld && isLate(delivery, now);
  const left = Math.ceil((Date.parse(delivery.sent_at) + lateAfter - now) / 1000);
  const steps = [
    ["sent", delivery.sent_at],
    ["delivered", delivery.delivered_at],
    ["displayed", delivery.displayed_at],
    ["read", delivery.read_at],
  ] as const;
  return (
    <div className={isOld ? "ct-revision ct-revision-old" : "ct-revision"}>
      <span className="muted small">{t("board.revision", { revision: delivery.revision })}</span>
      <ol className="ct-steps">
        {steps.map(([step, at]) => (
          <li key={step} className={at === undefined ? "ct-step" : "ct-step ct-step-done"}>
            {at !== undefined && <Icon name="check" />}
            <span>{t(`board.${step}`)}</span>
            {at === undefined ? (
              <span aria-hidden="true">–</span>
            ) : (
              <time dateTime={at}>{clockTime(new Date(at), language, "seconds")}</time>
            )}
            {at === undefined && <span className="heard-only">{t("board.notYet")}</span>}
          </li>
        ))}
      </ol>
      {late && (
        <Tag severity="critical" solid>
          {t("board.useRadio")}
        </Tag>
      )}
      {!late && !isOld && delivery.delivered_at === undefined && left > 0 && (
        <span className="muted small number">{t("board.left", { count: left })}</span>
      )}
    </div>
  );
}
