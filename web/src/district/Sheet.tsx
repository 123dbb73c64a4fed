import { useTranslation } from "react-i18next";
import type { Schemas } from "../api/client";
import { inWords } from "../api/problem";
import { moment } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { Card } from "../ui/Card";
import { Facts } from "../ui/Facts";
import { Failed, Loading, NotSearched } from "../ui/states";
import { Tag } from "../ui/Tag";
import { classSeverity, riskInWords, riskSeverity, type Class } from "./words";

type Record = Schemas["OutcomeRecord"];

/** The crew's view beside the centre's, where the crew sees less. Both stay on record. */
export function Disagreement({ sheet, centre }: { sheet: Record; centre: Class }) {
  const { t } = useTranslation("district");
  if (sheet.crew_class !== "not_dv" || centre === "not_dv") return null;
  return (
    <Card title={t("disagreement.title")} severity="critical">
      <div className="stack-tight">
        <div className="district-views">
          <div className="district-lines">
            <span className="eyebrow">{t("disagreement.centre")}</span>
            <span>
              <Tag severity={classSeverity[centre]}>{t(`class.${centre}`)}</Tag>
            </span>
          </div>
          <div className="district-lines">
            <span className="eyebrow">{t("disagreement.crew")}</span>
            <span>
              <Tag>{t(`class.${sheet.crew_class}`)}</Tag>
            </span>
          </div>
          <div className="district-lines">
            <span className="eyebrow">{t("disagreement.why")}</span>
            <p className="strong">{sheet.disagreement_reason}</p>
          </div>
        </div>
        <p className="muted small">{t("disagreement.todo")}</p>
      </div>
    </Card>
  );
}

/** The whole on-scene record, as the crew wrote it. */
export function Sheet({
  record,
  isMissing,
  error,
  isPending,
  onRetry,
}: {
  record: Schemas["OnSceneRecord"] | undefined;
  /** Somebody was there and the case is closed: a sheet should be here. */
  isMissing: boolean;
  error: unknown;
  isPending: boolean;
  onRetry: () => void;
}) {
  const { t } = useTranslation("district");
  const { t: api } = useTranslation("api");
  const { language } = useLanguage();
  const sheet = record?.record;
  const at = record?.written_at;
  return (
    <Card
      title={t("sheet.title")}
      actions={
        at !== undefined && (
          <span className="muted small">{t("sheet.written", { time: moment(new Date(at), language) })}</span>
        )
      }
    >
      {isPending && <Loading />}
      {record === undefined && !isPending && <Failed words={inWords(error, api)} onRetry={onRetry} />}
      {record !== undefined && sheet === undefined && (
        <NotSearched title={t("sheet.none")}>
          {isMissing ? <Tag severity="caution">{t("sheet.missing")}</Tag> : <p>{t("sheet.noneHelp")}</p>}
        </NotSearched>
      )}
      {sheet !== undefined && <Written sheet={sheet} />}
    </Card>
  );
}

function Written({ sheet }: { sheet: Record }) {
  const { t } = useTranslation("district");
  const noWay = sheet.safe_contact === undefined || sheet.safe_contact === "";
  return (
    <div className="stack-tight">
      <p>{sheet.summary}</p>
      <Facts
        items={[
          {
            name: t("sheet.contact"),
            value: noWay ? (
              <Tag severity="caution">{t("sheet.contactNone")}</Tag>
            ) : (
              <span className="strong">{sheet.safe_contact}</span>
            ),
          },
          { name: t("sheet.support"), value: t(`support.${sheet.victim_support}`) },
          {
            name: t("sheet.risk"),
            value: (
              <span className="row">
                <Tag severity={riskSeverity(sheet.risk_level)}>{riskInWords(t, sheet.risk_level)}</Tag>
                {sheet.risk_rationale}
              </span>
            ),
          },
          { name: t("sheet.view"), value: t(`class.${sheet.crew_class}`) },
          {
            name: t("sheet.heard"),
            value: (
              <span className="row">
                {sheet.heard_separately === "yes" ? (
                  t("heard.yes")
                ) : (
                  <Tag severity="caution">{t(`heard.${sheet.heard_separately}`)}</Tag>
                )}
                {sheet.not_separately_why}
              </span>
            ),
          },
          { name: t("sheet.children"), value: t(`told.${sheet.children_present}`) },
          { name: t("sheet.injuries"), value: t(`told.${sheet.injuries}`) },
          { name: t("sheet.card"), value: t(sheet.contact_card_given ? "card.given" : "card.notGiven") },
        ]}
      />
    </div>
  );
}
