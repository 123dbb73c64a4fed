import { useQueries } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { client, done, type Schemas } from "../api/client";
import { inWords } from "../api/problem";
import { day } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { Card } from "../ui/Card";
import { Failed, Loading } from "../ui/states";
import { Tag } from "../ui/Tag";
import { isDV } from "./months";
import { lastWritten } from "./visit";

type Entry = Schemas["PremiseEntry"];

const cases = 6; // whose outcomes are looked through

/** When this door was last visited, or written about, and what happened here after that. */
export function SinceVisit({ entries }: { entries: readonly Entry[] }) {
  const { t } = useTranslation("district");
  const { t: api } = useTranslation("api");
  const { language } = useLanguage();
  const looked = entries.filter(isDV).slice(0, cases);
  const found = useQueries({
    queries: looked.map(({ incident_id: id }) => ({
      queryKey: ["outcomes", id],
      queryFn: () => done(client.GET("/api/v1/incidents/{id}/outcomes", { params: { path: { id } } })),
    })),
  });
  const failed = found.find((each) => each.isError);
  const { visit, any } = lastWritten(found.flatMap((each) => each.data?.items ?? []));
  const last = visit ?? any;
  const after =
    last === null
      ? []
      : entries.filter((entry) => Date.parse(entry.received_at) > Date.parse(last.written_at));
  const violent = after.filter(isDV).length;
  return (
    <Card title={t("since.title")} severity={violent > 0 ? "high" : undefined}>
      {failed !== undefined ? (
        <Failed words={inWords(failed.error, api)} onRetry={() => void failed.refetch()} />
      ) : found.some((each) => each.isPending) ? (
        <Loading lines={2} />
      ) : (
        <div className="stack-tight">
          {visit === null && (
            <p>
              <span className="strong">{t("since.never")}</span>{" "}
              <span className="muted small">{t("since.neverHelp", { count: looked.length })}</span>
            </p>
          )}
          {last !== null && (
            <>
              <p className={visit === null ? "muted" : "strong"}>
                {visit !== null
                  ? t("since.visited", { date: day(new Date(last.written_at), language) })
                  : t("since.last", {
                      date: day(new Date(last.written_at), language),
                      kind: t(`kind.${last.kind}`),
                    })}
              </p>
              <p>{last.text}</p>
              <p>
                {after.length === 0 ? (
                  <Tag severity="good">{t("since.quiet")}</Tag>
                ) : (
                  <Tag severity={violent > 0 ? "high" : "info"}>
                    {t("since.calls", { count: after.length, dv: violent })}
                  </Tag>
                )}
              </p>
            </>
          )}
        </div>
      )}
    </Card>
  );
}
