import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { client, done } from "../api/client";
import { inWords } from "../api/problem";
import { day } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Empty, Failed, Loading } from "../ui/states";
import type { Go } from "./words";

/** Addresses of the district with domestic violence more than once in 12 months. */
export function Repeats({ go }: { go: Go }) {
  const { t } = useTranslation("district");
  const { t: api } = useTranslation("api");
  const { language } = useLanguage();
  const list = useQuery({
    queryKey: ["repeats"],
    queryFn: () => done(client.GET("/api/v1/addresses/repeat", { params: { query: { limit: 8 } } })),
  });
  const items = list.data?.items ?? [];
  return (
    <Card title={t("repeats.title")} asOf={list.data && new Date(list.data.as_of)} flush={items.length > 0}>
      {list.isPending && <Loading lines={5} />}
      {list.isError && <Failed words={inWords(list.error, api)} onRetry={() => void list.refetch()} />}
      {list.isSuccess && items.length === 0 && (
        <Empty title={t("repeats.none")}>
          <p className="muted">{t("repeats.noneHelp")}</p>
        </Empty>
      )}
      {items.length > 0 && (
        <table className="table district-table">
          <thead>
            <tr>
              <th scope="col">{t("repeats.address")}</th>
              <th scope="col" className="district-figure">
                {t("repeats.days")}
              </th>
              <th scope="col" className="district-figure">
                {t("repeats.year")}
              </th>
              <th scope="col" className="district-figure">
                {t("repeats.last")}
              </th>
            </tr>
          </thead>
          <tbody>
            {items.map(({ address, dv_12m, dv_90d, last_at }) => (
              <tr key={address.id}>
                <td>
                  <Button variant="quiet" size="small" onPress={() => go.address(address.id)}>
                    {address.label}
                  </Button>
                </td>
                <td className="district-figure">{dv_90d}</td>
                <td className="district-figure strong">{dv_12m}</td>
                <td className="district-figure muted">{day(new Date(last_at), language)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}
