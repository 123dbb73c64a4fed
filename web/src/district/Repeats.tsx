import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { client, done, type Schemas } from "../api/client";
import { inWords } from "../api/problem";
import { day } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Segmented } from "../ui/Segmented";
import { Empty, Failed, Loading } from "../ui/states";
import { Tag, type Severity } from "../ui/Tag";
import type { Go } from "./words";

type Repeat = Schemas["Repeat"];

const ways = ["address", "person", "number"] as const;
type By = (typeof ways)[number];

const trendSeverity: Record<Repeat["trend"], Severity> = {
  rising: "high",
  steady: "neutral",
  falling: "good",
};

/** Who or what calls again: domestic violence more than once in 12 months, the most first. */
export function Repeats({ go }: { go: Go }) {
  const { t } = useTranslation("district");
  const { t: api } = useTranslation("api");
  const [by, setBy] = useState<By>("address");
  const list = useQuery({
    queryKey: ["repeats", by],
    queryFn: () => done(client.GET("/api/v1/repeats", { params: { query: { by, limit: 8 } } })),
  });
  const items = list.data?.items ?? [];
  return (
    <Card title={t("repeats.title")} asOf={list.data && new Date(list.data.as_of)} flush={items.length > 0}>
      <div className="district-ways">
        <Segmented
          label={t("repeats.by")}
          options={ways.map((way) => ({ value: way, label: t(`repeats.${way}`) }))}
          value={by}
          onChange={setBy}
        />
      </div>
      {list.isPending && <Loading lines={5} />}
      {list.isError && <Failed words={inWords(list.error, api)} onRetry={() => void list.refetch()} />}
      {list.isSuccess && items.length === 0 && (
        <Empty title={t(`repeats.none.${by}`)}>
          <p className="muted">{t("repeats.noneHelp")}</p>
        </Empty>
      )}
      {items.length > 0 && (
        <table className="table district-repeats">
          <thead>
            <tr>
              <th scope="col">{t(`repeats.${by}`)}</th>
              <th scope="col">{t("repeats.trend")}</th>
              <th scope="col" className="district-figure">
                {t("repeats.days")}
              </th>
              <th scope="col" className="district-figure">
                {t("repeats.year")}
              </th>
            </tr>
          </thead>
          <tbody>
            {items.map((item) => (
              <Row key={item.person?.id ?? item.number ?? item.address?.id} by={by} item={item} go={go} />
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}

function Row({ by, item, go }: { by: By; item: Repeat; go: Go }) {
  const { t } = useTranslation("district");
  const { language } = useLanguage();
  return (
    <tr>
      <td>
        <div className="district-lines">
          <Who item={item} />
          <span>
            {item.address && (
              <Button variant="quiet" size="small" onPress={() => go.address(item.address?.id ?? "")}>
                {item.address.label}
              </Button>
            )}
            <span className="muted small">
              {by !== "address" &&
                item.addresses > 1 &&
                `${t("repeats.more", { count: item.addresses - 1 })} · `}
              {t("repeats.last", { date: day(new Date(item.last_at), language) })}
            </span>
          </span>
        </div>
      </td>
      <td>
        <Tag severity={trendSeverity[item.trend]}>{t(`repeats.${item.trend}`)}</Tag>
      </td>
      <td className="district-figure">
        {item.dv_90d}
        <span className="muted small"> / {item.dv_90d_before}</span>
      </td>
      <td className="district-figure strong">{item.dv_12m}</td>
    </tr>
  );
}

function Who({ item }: { item: Repeat }) {
  const { t } = useTranslation("district");
  const { language } = useLanguage();
  if (item.number !== undefined) return <span className="strong number">{item.number}</span>;
  if (item.person === undefined) return null;
  const { name, birth_date, roles } = item.person;
  return (
    <>
      <span className="strong">{name === "" ? t("repeats.nameless") : name}</span>
      <span className="muted small">
        {birth_date !== undefined && `${day(new Date(birth_date), language)} · `}
        {roles.map((role) => t(`repeats.role.${role}`)).join(", ")}
      </span>
    </>
  );
}
