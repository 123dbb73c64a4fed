import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { client, done } from "../api/client";
import { inWords } from "../api/problem";
import { moment } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { Failed, Loading } from "../ui/states";
import { Tag } from "../ui/Tag";
import type { Call } from "./wire";

/** Whether this number called before: who calls again is known before a name is given. */
export function EarlierCalls({ call }: { call: Call }) {
  const { t } = useTranslation("calltaking");
  const { t: api } = useTranslation("api");
  const { language } = useLanguage();
  const { id, phone } = call;
  const calls = useQuery({
    queryKey: ["from-number", id, phone],
    queryFn: () => done(client.GET("/api/v1/calls/{id}/from-number", { params: { path: { id } } })),
    enabled: phone !== undefined,
  });
  if (phone === undefined) return null;
  if (calls.isPending) return <Loading />;
  if (calls.isError) return <Failed words={inWords(calls.error, api)} onRetry={() => void calls.refetch()} />;
  const { calls_12m: count, items } = calls.data;
  if (count === 0) return <p className="muted small">{t("earlier.none")}</p>;
  return (
    <section className="stack-tight" aria-label={t("earlier.title")}>
      <div>
        <Tag severity="caution">{t("earlier.count", { count })}</Tag>
      </div>
      <ul className="stack-tight small">
        {items.map((each) => (
          <li key={each.id}>
            <span className="strong">{moment(new Date(each.opened_at), language)}</span>{" "}
            <span className="muted">
              {[each.address || t("earlier.noAddress"), each.class && t(`class.${each.class}`)]
                .filter(Boolean)
                .join(" · ")}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
