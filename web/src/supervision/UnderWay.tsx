import type { UseQueryResult } from "@tanstack/react-query";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { inWords } from "../api/problem";
import { DeliveryNotes, DeliverySteps } from "../delivery/DeliverySteps";
import { statusSeverity } from "../delivery/severity";
import { ToldByRadio } from "../delivery/ToldByRadio";
import type { Deadlines } from "../delivery/wire";
import { trueUntil } from "../live/link";
import { useLink } from "../live/useStream";
import { Card } from "../ui/Card";
import { Empty, Failed, Loading, NoData } from "../ui/states";
import { Tag } from "../ui/Tag";
import { useNow } from "../ui/useNow";
import { TakeOver } from "./TakeOver";
import { whySeverity } from "./Tally";
import type { Waiting, Why } from "./waiting";
import type { Unread } from "./wire";

type Group = { why: Why; items: Waiting[] };
type Common = { deadlines: Deadlines | undefined; onChange: () => void };

/** The briefings that are not read yet, by what is missing and for how long. */
export function UnderWay({
  list,
  groups,
  deadlines,
  onChange,
}: {
  list: UseQueryResult<{ items: Unread[]; as_of: string }>;
  groups: Group[];
  deadlines: UseQueryResult<{ data: Deadlines }>;
  onChange: () => void;
}) {
  const { t } = useTranslation("supervision");
  const { t: api } = useTranslation("api");
  const link = useLink();
  const known = deadlines.data?.data;
  const failed = [list, deadlines].find(({ isError }) => isError);
  return (
    <Card title={t("underWay.title")} asOf={list.data && new Date(list.data.as_of)} flush={groups.length > 0}>
      {(list.isPending || deadlines.isPending) && <Loading lines={6} />}
      {failed !== undefined &&
        (link.state === "live" ? (
          <Failed words={inWords(failed.error, api)} onRetry={() => void failed.refetch()} />
        ) : (
          <NoData offlineSince={trueUntil(link)} />
        ))}
      {list.isSuccess && known !== undefined && groups.length === 0 && (
        <Empty title={t("underWay.none")}>
          <p className="muted">{t("underWay.noneHelp")}</p>
        </Empty>
      )}
      {groups.map((group) => (
        <WaitingFor key={group.why} {...group} deadlines={known} onChange={onChange} />
      ))}
    </Card>
  );
}

function WaitingFor({ why, items, ...common }: Group & Common) {
  const { t } = useTranslation("supervision");
  const heading = useId();
  return (
    <section aria-labelledby={heading}>
      <h3 id={heading} className={`supervision-group supervision-${whySeverity[why]}`}>
        {t(`why.${why}`)} ({items.length})
      </h3>
      <ul className="rows">
        {items.map((item) => (
          <OneUnit key={item.assignment.id} item={item} {...common} />
        ))}
      </ul>
    </section>
  );
}

function OneUnit({ item, deadlines, onChange }: { item: Waiting } & Common) {
  const { t } = useTranslation("supervision");
  const { t: delivery } = useTranslation("delivery");
  const { assignment, deliveries, late } = item;
  const newest = deliveries.at(-1);
  if (newest === undefined) return null;
  return (
    <li className="supervision-unit" aria-label={assignment.call_sign}>
      <div className="supervision-who">
        <span className="supervision-sign">{assignment.call_sign}</span>
        <Tag severity={statusSeverity[assignment.status]}>{delivery(`assignment.${assignment.status}`)}</Tag>
        {late !== null && <Age since={late.since} />}
      </div>
      <div className="supervision-lines">
        <span className="strong">{item.address ?? t("noAddress")}</span>
        <span className="muted small">
          {item.number} · {t(`class.${item.class}`)}
          {item.priority !== undefined && ` · ${t("priority", { level: item.priority })}`}
        </span>
        <span className="muted small">{t("callTaker", { name: item.call_taker ?? "–" })}</span>
        <TakeOver
          incident={assignment.incident_id}
          number={item.number}
          taken={item.taken_over}
          onTaken={onChange}
        />
      </div>
      <div className="supervision-lines">
        <span className="muted small">{delivery("revision", { revision: newest.revision })}</span>
        <DeliverySteps delivery={newest} sent={deliveries} deadlines={deadlines} late={late} />
        <div className="row">
          <DeliveryNotes delivery={newest} late={late} />
          {late?.isLate === true && <ToldByRadio delivery={newest} onTold={onChange} />}
        </div>
      </div>
    </li>
  );
}

/** For how long the unit lacks what it was sent. */
function Age({ since }: { since: number }) {
  const { t } = useTranslation("supervision");
  const seconds = Math.max(0, Math.floor((useNow() - since) / 1000));
  const age = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return <span className="muted small number">{t("age", { age })}</span>;
}
