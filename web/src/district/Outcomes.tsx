import { useTranslation } from "react-i18next";
import type { Schemas } from "../api/client";
import { inWords } from "../api/problem";
import { day, moment } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { useUser } from "../start/useUser";
import { Card } from "../ui/Card";
import { Empty, Failed, Loading } from "../ui/states";
import { Tag } from "../ui/Tag";
import { Timeline, TimelineEntry } from "../ui/Timeline";

type Outcome = Schemas["Outcome"];

/** What became of a case so far, newest first. */
export function Outcomes({
  items,
  error,
  onRetry,
}: {
  items: Outcome[] | undefined;
  error: unknown;
  onRetry: () => void;
}) {
  const { t } = useTranslation("district");
  const { t: api } = useTranslation("api");
  const title = items === undefined ? t("form.text") : t("outcomes.title", { count: items.length });
  return (
    <Card title={title}>
      {items === undefined && error === null && <Loading />}
      {items === undefined && error !== null && <Failed words={inWords(error, api)} onRetry={onRetry} />}
      {items?.length === 0 && (
        <Empty title={t("outcomes.none")}>
          <p className="muted">{t("outcomes.noneHelp")}</p>
        </Empty>
      )}
      {items !== undefined && items.length > 0 && (
        <div className="district-outcomes">
          <Timeline label={title}>
            {[...items]
              .sort((a, b) => Date.parse(b.written_at) - Date.parse(a.written_at))
              .map((each, index) => (
                <Told key={each.id} outcome={each} isNewest={index === 0} />
              ))}
          </Timeline>
        </div>
      )}
    </Card>
  );
}

function Told({ outcome, isNewest }: { outcome: Outcome; isNewest: boolean }) {
  const { t } = useTranslation("district");
  const { language } = useLanguage();
  const user = useUser();
  const { advice, helped_by: helped, follow_up_at: again } = outcome;
  return (
    <TimelineEntry
      at={new Date(outcome.written_at)}
      when={moment(new Date(outcome.written_at), language)}
      title={t(`kind.${outcome.kind}`)}
      severity={isNewest ? "info" : "neutral"}
      aside={
        <span className="muted small">
          {t("outcomes.by", {
            who: t(outcome.written_by === user.id ? "outcomes.you" : "outcomes.colleague"),
          })}
        </span>
      }
    >
      <p>{outcome.text}</p>
      {helped.length > 0 && <p className="small">{t("outcomes.helped", { who: helped.join(", ") })}</p>}
      {advice !== undefined && advice !== "" && (
        <p className="small muted">{t("outcomes.advice", { advice })}</p>
      )}
      {isNewest && (
        <p>
          <Tag severity={again === undefined ? "good" : "info"} icon={again === undefined ? "good" : "clock"}>
            {again === undefined
              ? t("outcomes.nothingDue")
              : t("outcomes.again", { date: day(new Date(again), language) })}
          </Tag>
        </p>
      )}
    </TimelineEntry>
  );
}
