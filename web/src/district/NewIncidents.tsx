import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { client, done, type Schemas } from "../api/client";
import { inWords } from "../api/problem";
import { moment } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Empty, Failed, Loading } from "../ui/states";
import type { Go } from "./words";

/** The newest cases of domestic violence in the district, a page at a time. */
export function NewIncidents({ go }: { go: Go }) {
  const { t } = useTranslation("district");
  const { t: api } = useTranslation("api");
  const { language } = useLanguage();
  const list = useInfiniteQuery({
    queryKey: ["incidents"],
    queryFn: ({ pageParam }) =>
      done(
        client.GET("/api/v1/incidents", {
          params: { query: { dv: true, limit: 6, ...(pageParam !== "" && { cursor: pageParam }) } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });
  const items: Schemas["Incident"][] = list.data?.pages.flatMap((page) => page.items) ?? [];
  const first = list.data?.pages[0];
  return (
    <Card title={t("new.title")} asOf={first && new Date(first.as_of)} flush={items.length > 0}>
      {list.isPending && <Loading lines={5} />}
      {list.isError && <Failed words={inWords(list.error, api)} onRetry={() => void list.refetch()} />}
      {list.isSuccess && items.length === 0 && <Empty title={t("new.none")} />}
      <ul className="rows">
        {items.map((item) => (
          <li key={item.id} className="district-row">
            <div className="district-lines">
              <span className="strong">{item.address?.label ?? item.address_note ?? "—"}</span>
              <span className="muted small">
                {moment(new Date(item.received_at), language)} · {t(`class.${item.class}`)} ·{" "}
                {t(`state.${item.state}`)}
              </span>
            </div>
            <Button size="small" onPress={() => go.incident(item.id)}>
              {t("openCase", { number: item.number })}
            </Button>
          </li>
        ))}
      </ul>
      {list.hasNextPage && (
        <div className="district-note">
          <Button
            size="small"
            variant="quiet"
            icon="chevronDown"
            isPending={list.isFetchingNextPage}
            onPress={() => void list.fetchNextPage()}
          >
            {t("older")}
          </Button>
        </div>
      )}
    </Card>
  );
}
