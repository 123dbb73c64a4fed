import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { client, done } from "../api/client";
import { inWords } from "../api/problem";
import { moment } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { useNotice } from "../live/useStream";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Empty, Failed, Loading } from "../ui/states";
import { Tag } from "../ui/Tag";
import { useAnnounce } from "../ui/Announcer";
import { useKeys } from "../ui/useKeys";
import type { Feedback } from "./wire";

/** What became of my calls: a count in view, and the list behind it. */
export function FeedbackButton() {
  const { t } = useTranslation("calltaking");
  const { t: api } = useTranslation("api");
  const { language } = useLanguage();
  const announce = useAnnounce();
  const queries = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  useKeys({ F9: () => setOpen(true) });
  const feedback = useQuery({ queryKey: ["feedback"], queryFn: () => done(client.GET("/api/v1/feedback")) });
  const reload = () => queries.invalidateQueries({ queryKey: ["feedback"] });
  useNotice<Feedback>("feedback", ({ body }) => {
    announce(t("feedback.came", { number: body.number }), "info");
    void reload();
  });
  useNotice("resync", ({ topic }) => {
    if (topic.startsWith("user:")) void reload();
  });
  const read = useMutation({
    mutationFn: (id: string) => done(client.POST("/api/v1/feedback/{id}/read", { params: { path: { id } } })),
    onSuccess: reload,
    onError: (error) => announce(inWords(error, api), "critical"),
  });
  const items = feedback.data?.items ?? [];
  const unread = items.filter(({ read_at }) => read_at === undefined).length;
  return (
    <>
      <Button variant="quiet" icon="bell" hint="F9" aria-keyshortcuts="F9" onPress={() => setOpen(true)}>
        {t("feedback.title")}
        {unread > 0 && (
          <span className="ct-badge">
            {unread}
            <span className="heard-only"> {t("feedback.unread")}</span>
          </span>
        )}
      </Button>
      <Dialog title={t("feedback.title")} isOpen={isOpen} onClose={() => setOpen(false)}>
        {feedback.isPending && <Loading />}
        {feedback.isError && (
          <Failed words={inWords(feedback.error, api)} onRetry={() => void feedback.refetch()} />
        )}
        {feedback.isSuccess && items.length === 0 && <Empty title={t("feedback.none")} />}
        <ul className="stack">
          {items.map((item) => (
            <li key={item.id} className="ct-feedback">
              <div className="row-spread">
                <span className="strong">
                  {item.number} · {item.address}
                </span>
                <span className="muted small">{moment(new Date(item.at), language)}</span>
              </div>
              <div className="row">
                <Tag severity="info">{t(`outcome.${item.outcome.kind}`)}</Tag>
                {item.outcome.class !== undefined && <Tag>{t(`class.${item.outcome.class}`)}</Tag>}
              </div>
              <p>{item.outcome.text}</p>
              {item.outcome.advice !== undefined && item.outcome.advice !== "" && (
                <p className="ct-advice-text">{item.outcome.advice}</p>
              )}
              {item.read_at === undefined ? (
                <Button size="small" icon="check" onPress={() => read.mutate(item.id)}>
                  {t("feedback.read")}
                </Button>
              ) : (
                <span className="muted small">
                  {t("feedback.readAt", { time: moment(new Date(item.read_at), language) })}
                </span>
              )}
            </li>
          ))}
        </ul>
      </Dialog>
    </>
  );
}
