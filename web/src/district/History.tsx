import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../api/client";
import { moment } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Segmented } from "../ui/Segmented";
import { Empty } from "../ui/states";
import { Tag } from "../ui/Tag";
import { Timeline, TimelineEntry } from "../ui/Timeline";
import { worstFirst } from "./flags";
import { classes, classSeverity, useFlagInWords, type Class, type Go } from "./words";

type Entry = Schemas["PremiseEntry"];

const ties = ["dwelling", "person", "building", "block", "nearby"] as const satisfies Entry["tie"][];

/** What is on record, by what ties it to this address: the door first and apart. */
export function History({
  entries,
  isLoading,
  onMore,
  go,
}: {
  entries: readonly Entry[];
  isLoading: boolean;
  /** Loads older entries; null when all are here. */
  onMore: (() => void) | null;
  go: Go;
}) {
  const { t } = useTranslation("district");
  const [only, setOnly] = useState<"all" | Class>("all");
  const count = (wanted: "all" | Class) => entries.filter(of(wanted)).length;
  const shown = entries.filter(of(only));
  return (
    <Card title={`${t("history")} (${shown.length})`}>
      <div className="stack">
        <Segmented
          label={t("filter.label")}
          value={only}
          onChange={setOnly}
          options={(["all", ...classes] as const).map((value) => ({
            value,
            label: `${t(`filter.${value}`)} (${count(value)})`,
          }))}
        />
        {entries.length === 0 ? (
          <Empty title={t("noHistory")}>
            <p className="muted">{t("noHistoryHelp")}</p>
          </Empty>
        ) : (
          shown.length === 0 && <Empty title={t("noneOfClass")} />
        )}
        {ties.map((tie) => {
          const tied = shown.filter((entry) => entry.tie === tie);
          return tied.length === 0 ? null : <Tied key={tie} tie={tie} entries={tied} go={go} />;
        })}
        {onMore !== null && (
          <div className="row">
            <Button size="small" icon="chevronDown" isPending={isLoading} onPress={onMore}>
              {t("older")}
            </Button>
            <span className="muted small">{t("part", { count: entries.length })}</span>
          </div>
        )}
      </div>
    </Card>
  );
}

function of(wanted: "all" | Class): (entry: Entry) => boolean {
  return (entry) => wanted === "all" || entry.class === wanted;
}

function Tied({ tie, entries, go }: { tie: Entry["tie"]; entries: readonly Entry[]; go: Go }) {
  const { t } = useTranslation("district");
  const name = `${t(`tie.${tie}`)} (${entries.length})`;
  return (
    <section className={`district-tied district-tied-${tie}`} aria-label={name}>
      <h3 className="district-tied-title">{name}</h3>
      <Timeline label={name}>
        {entries.map((entry) => (
          <Past key={entry.incident_id} entry={entry} go={go} />
        ))}
      </Timeline>
    </section>
  );
}

function Past({ entry, go }: { entry: Entry; go: Go }) {
  const { t } = useTranslation("district");
  const { language } = useLanguage();
  const flag = useFlagInWords();
  return (
    <TimelineEntry
      at={new Date(entry.received_at)}
      when={moment(new Date(entry.received_at), language)}
      title={t(`class.${entry.class}`)}
      severity={classSeverity[entry.class]}
      aside={
        <>
          <Tag icon={entry.tie === "dwelling" ? "home" : undefined}>{t(`tie.${entry.tie}`)}</Tag>
          <span className="district-open">
            <Button variant="quiet" size="small" onPress={() => go.incident(entry.incident_id)}>
              {t("openCase", { number: entry.number })}
            </Button>
          </span>
        </>
      }
    >
      {entry.tie !== "dwelling" && <p className="strong small">{entry.address}</p>}
      <p>
        {entry.summary} <span className="muted">{entry.summary === "" ? entry.type : entry.disposition}</span>
      </p>
      {entry.flags.length > 0 && (
        <ul className="district-flags">
          {worstFirst(entry.flags).map((code) => {
            const { text, severity } = flag(code);
            return (
              <li key={code}>
                <Tag severity={severity === "critical" ? "critical" : "neutral"}>{text}</Tag>
              </li>
            );
          })}
        </ul>
      )}
    </TimelineEntry>
  );
}
