import { useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { inWords } from "../api/problem";
import { lateness, lateUnits, sentTo, withDelivery } from "../delivery/deadline";
import { DeliveryNotes, DeliverySteps } from "../delivery/DeliverySteps";
import { statusSeverity } from "../delivery/severity";
import { ToldByRadio } from "../delivery/ToldByRadio";
import { useDeadlines } from "../delivery/useDeadlines";
import type { Assignment, Delivery } from "../delivery/wire";
import { clockTime } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { Card } from "../ui/Card";
import { Disclosure } from "../ui/Disclosure";
import { Icon } from "../ui/Icon";
import { Failed, Loading } from "../ui/states";
import { Tag } from "../ui/Tag";
import { useNow } from "../ui/useNow";
import type { IncidentDetail } from "./wire";

/** What the server kept of a delivery, into the incident on screen. */
function useKeep(): (news: Delivery) => void {
  const queries = useQueryClient();
  return (news) =>
    queries.setQueryData<IncidentDetail>(
      ["incident", news.incident_id],
      (now) => now && { ...now, deliveries: withDelivery(now.deliveries, news) },
    );
}

/** Says who must be told by radio, and which step is missing. */
export function LateAlert({ incident }: { incident: IncidentDetail }) {
  const { t } = useTranslation("calltaking");
  const { t: delivery } = useTranslation("delivery");
  const { language } = useLanguage();
  const now = useNow();
  const deadlines = useDeadlines().data?.data;
  const keep = useKeep();
  const time = (at: string | number) => clockTime(new Date(at), language, "seconds");
  return (
    <div role="alert">
      {lateUnits(incident, deadlines, now).map(({ newest, lateness: { step, since, told } }) => {
        const unit = newest.call_sign;
        const supervisor = told.find(({ level }) => level === "shift_supervisor");
        return (
          <div key={newest.unit_id} className="ct-late">
            <Icon name="critical" size="2rem" />
            <div>
              <p className="ct-late-title">{t(`board.late.${step}`, { unit })}</p>
              <p>{t("board.lateHelp", { revision: newest.revision, time: time(since) })}</p>
            </div>
            <div className="ct-late-actions">
              {supervisor !== undefined && (
                <span>{delivery("supervisorTold", { time: time(supervisor.at) })}</span>
              )}
              <ToldByRadio delivery={newest} onTold={keep} />
            </div>
          </div>
        );
      })}
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
              sent={sentTo(assignment.unit_id, data.deliveries)}
            />
          ))}
        </ul>
      )}
    </Card>
  );
}

function UnitOnBoard({ assignment, sent }: { assignment: Assignment; sent: Delivery[] }) {
  const { t } = useTranslation("calltaking");
  const { t: delivery } = useTranslation("delivery");
  const { language } = useLanguage();
  const at =
    assignment.cleared_at ?? assignment.on_scene_at ?? assignment.en_route_at ?? assignment.assigned_at;
  const newest = sent.at(-1);
  const earlier = sent.slice(0, -1).reverse();
  return (
    <li className="ct-board-unit" aria-label={assignment.call_sign}>
      <div className="row-spread">
        <h3 className="ct-callsign">{assignment.call_sign}</h3>
        <Tag severity={statusSeverity[assignment.status]}>
          {delivery(`assignment.${assignment.status}`)} {clockTime(new Date(at), language)}
        </Tag>
      </div>
      {newest !== undefined && <Newest assignment={assignment} newest={newest} sent={sent} />}
      {earlier.length > 0 && (
        <Disclosure label={t("board.earlier", { count: earlier.length })}>
          {earlier.map((each) => (
            <div key={each.revision} className="ct-revision ct-revision-old">
              <span className="muted small">{delivery("revision", { revision: each.revision })}</span>
              <DeliverySteps delivery={each} sent={[]} deadlines={undefined} />
              <DeliveryNotes delivery={each} late={null} />
            </div>
          ))}
        </Disclosure>
      )}
    </li>
  );
}

function Newest({
  assignment: { status },
  newest,
  sent,
}: {
  assignment: Assignment;
  newest: Delivery;
  sent: Delivery[];
}) {
  const { t } = useTranslation("delivery");
  const now = useNow();
  const deadlines = useDeadlines().data?.data;
  const keep = useKeep();
  const ended = status === "cleared" || status === "cancelled";
  const late = ended ? null : lateness(sent, deadlines, now);
  return (
    <div className="ct-revision">
      <span className="muted small">{t("revision", { revision: newest.revision })}</span>
      <DeliverySteps delivery={newest} sent={ended ? [] : sent} deadlines={deadlines} late={late} />
      <div className="row">
        <DeliveryNotes delivery={newest} late={late} />
        {late?.isLate === true && <ToldByRadio delivery={newest} onTold={keep} />}
      </div>
    </div>
  );
}
