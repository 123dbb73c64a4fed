import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { client, done, type Schemas } from "../api/client";
import { inWords } from "../api/problem";
import { day } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { useNotice } from "../live/useStream";
import { Card } from "../ui/Card";
import { Empty, Failed, Loading } from "../ui/states";
import { Tag } from "../ui/Tag";
import { CallsByMonth } from "./CallsByMonth";
import { History } from "./History";
import { Matches } from "./Matches";
import { Residents } from "./Residents";
import { SinceVisit } from "./SinceVisit";
import type { Go } from "./words";

type First = Schemas["AddressHistory"];

/** The whole past of an address, newest first, what happened behind the door never mixed with the rest. */
export function AddressView({ id, go }: { id: string; go: Go }) {
  const { t: api } = useTranslation("api");
  const { t } = useTranslation("district");
  const queries = useQueryClient();
  const past = useInfiniteQuery({
    queryKey: ["history", id],
    queryFn: ({ pageParam }) =>
      done(
        client.GET("/api/v1/addresses/{id}/history", {
          params: { path: { id }, query: pageParam === "" ? {} : { cursor: pageParam } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });
  const reload = () => void queries.invalidateQueries({ queryKey: ["history", id] });
  useNotice("alert", reload);
  useNotice("resync", reload);
  const first = past.data?.pages[0];
  if (past.isPending)
    return (
      <Card title={t("history")}>
        <Loading lines={8} />
      </Card>
    );
  if (first === undefined)
    return <Failed words={inWords(past.error, api)} onRetry={() => void past.refetch()} />;
  const entries = (past.data?.pages.flatMap((page) => page.entries) ?? []).sort(
    (a, b) => Date.parse(b.received_at) - Date.parse(a.received_at),
  );
  const whole = past.data?.pages.at(-1)?.complete_since;
  const own = entries.filter((entry) => isOwn(entry, first));
  const more = past.hasNextPage ? () => void past.fetchNextPage() : null;
  return (
    <>
      <Head first={first} around={entries.length - own.length} isPart={past.hasNextPage} />
      <div className="district-columns">
        <div className="stack">
          <Card title={t("chart.title")} asOf={new Date(first.as_of)}>
            <CallsByMonth
              entries={own}
              now={new Date(first.as_of)}
              loadedSince={whole === undefined ? null : new Date(whole)}
            />
          </Card>
          <History entries={entries} isLoading={past.isFetchingNextPage} onMore={more} go={go} />
        </div>
        <div className="stack">
          <Matches first={first} go={go} />
          <SinceVisit entries={own} />
          <Cautions first={first} />
          <Residents first={first} />
        </div>
      </div>
    </>
  );
}

/** A block is no door: its own calls come as 'same block', under its own name. */
function isOwn(entry: Schemas["PremiseEntry"], { address }: First): boolean {
  return entry.tie === "dwelling" || (address.kind === "block" && entry.address === address.label);
}

function Head({ first, around, isPart }: { first: First; around: number; isPart: boolean }) {
  const { t } = useTranslation("district");
  const { address, counts, parents, former } = first;
  const lies = parents.map((parent) => parent.name).join(" › ");
  return (
    <div className="row-spread">
      <div className="district-lines">
        {lies !== "" && <p className="muted small">{lies}</p>}
        <h2 className="title-large">{address.label}</h2>
        {former.length > 0 && (
          <p className="muted">
            {t("address.former", { labels: former.map(({ label }) => label).join(", ") })}
          </p>
        )}
        <p className="row muted">
          {[t(`address.kind.${address.kind}`), address.locality].filter(Boolean).join(" · ")}
          {around > 0 && <Tag>{t("address.elsewhere", { number: isPart ? `${around}+` : around })}</Tag>}
        </p>
      </div>
      <dl className="district-counts">
        {(
          [
            ["dv12", counts.dv_12m],
            ["all12", counts.incidents_12m],
            ["ever", counts.dv_ever],
          ] as const
        ).map(([name, count]) => (
          <div key={name}>
            <dt className="muted small">{t(`count.${name}`)}</dt>
            <dd className="district-count">{count}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function Cautions({ first }: { first: First }) {
  const { t } = useTranslation("district");
  const { language } = useLanguage();
  const { cautions } = first;
  return (
    <Card title={t("cautions")} severity={cautions.length > 0 ? "caution" : undefined}>
      {cautions.length === 0 && <Empty title={t("noCautions")} />}
      <ul className="stack">
        {cautions.map((caution) => (
          <li key={caution.id} className="stack-tight">
            <span className="row">
              <Tag severity="caution">{t(`caution.${caution.kind}`)}</Tag>
              <span className="muted small">
                {t("known", { date: day(new Date(caution.since), language) })}
              </span>
              {caution.unreviewed && <Tag severity="high">{t("unreviewed")}</Tag>}
            </span>
            <p>{caution.note}</p>
          </li>
        ))}
      </ul>
    </Card>
  );
}
