import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { client, done } from "../api/client";
import { inWords } from "../api/problem";
import { day } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Failed } from "../ui/states";
import type { Go } from "./words";

/** Addresses that nobody found when they were said: what happened there is in no other history yet. */
export function Unverified({ go }: { go: Go }) {
  const { t } = useTranslation("district");
  const { t: api } = useTranslation("api");
  const { language } = useLanguage();
  const list = useQuery({
    queryKey: ["unverified"],
    queryFn: () => done(client.GET("/api/v1/addresses/unverified", { params: { query: { limit: 20 } } })),
  });
  const items = list.data?.items ?? [];
  if (list.isSuccess && items.length === 0) return null;
  if (list.isPending) return null;
  return (
    <Card
      title={t("unverified.title")}
      asOf={list.data && new Date(list.data.as_of)}
      flush={items.length > 0}
    >
      {list.isError && <Failed words={inWords(list.error, api)} onRetry={() => void list.refetch()} />}
      <ul className="rows">
        {items.map(({ address, incidents, dv, last_at }) => (
          <li key={address.id} className="district-row">
            <div className="district-lines">
              <span className="strong">{address.label}</span>
              <span className="muted small">
                {t("unverified.calls", { count: incidents, dv, date: day(new Date(last_at), language) })}
              </span>
            </div>
            <Button size="small" onPress={() => go.address(address.id)}>
              {t("unverified.open")}
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  );
}
