import { useTranslation } from "react-i18next";
import type { Schemas } from "../api/client";
import { clockTime, moment } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { Card } from "../ui/Card";
import { Empty } from "../ui/states";
import { Tag } from "../ui/Tag";

type Incident = Schemas["IncidentDetail"];

/** Which units were sent and when they came, and how the briefing reached each of them. */
export function Crews({ incident }: { incident: Incident }) {
  const { t } = useTranslation("district");
  const { language } = useLanguage();
  const { assignments, deliveries } = incident;
  const time = (at: string | undefined) =>
    at === undefined ? <span className="muted">—</span> : moment(new Date(at), language);
  return (
    <Card title={t("crews.title")} flush={assignments.length > 0}>
      {assignments.length === 0 && <Empty title={t("crews.none")} />}
      {assignments.length > 0 && (
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t("crews.unit")}</th>
              <th scope="col">{t("crews.sentOut")}</th>
              <th scope="col">{t("crews.onScene")}</th>
            </tr>
          </thead>
          <tbody>
            {assignments.map((each) => (
              <tr key={each.id}>
                <td className="strong">{each.call_sign}</td>
                <td>{time(each.assigned_at)}</td>
                <td>{time(each.on_scene_at)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {assignments.length > 0 && <Deliveries deliveries={deliveries} />}
    </Card>
  );
}

function Deliveries({ deliveries }: { deliveries: Incident["deliveries"] }) {
  const { t } = useTranslation("district");
  const { language } = useLanguage();
  if (deliveries.length === 0) return <p className="muted small district-note">{t("crews.noBriefing")}</p>;
  const newestFirst = [...deliveries].sort((a, b) => b.seq - a.seq);
  const time = (at: string | undefined) =>
    at === undefined ? (
      <span className="muted">{t("crews.notYet")}</span>
    ) : (
      clockTime(new Date(at), language, "seconds")
    );
  return (
    <>
      <h3 className="district-group">{t("crews.briefings")}</h3>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t("crews.unit")}</th>
            <th scope="col">{t("crews.revision")}</th>
            <th scope="col">{t("crews.sent")}</th>
            <th scope="col">{t("crews.received")}</th>
            <th scope="col">{t("crews.shown")}</th>
            <th scope="col">{t("crews.read")}</th>
          </tr>
        </thead>
        <tbody>
          {newestFirst.map((each) => (
            <tr key={`${each.topic} ${each.seq}`}>
              <td>{each.call_sign}</td>
              <td>{each.revision}</td>
              <td>{clockTime(new Date(each.sent_at), language, "seconds")}</td>
              <td>
                {time(each.delivered_at)}{" "}
                {each.late !== undefined && <Tag severity="caution">{t("crews.late")}</Tag>}
              </td>
              <td>{time(each.displayed_at)}</td>
              <td>{time(each.read_at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
