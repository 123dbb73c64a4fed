import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { client, done, type Schemas } from "../api/client";
import { inWords } from "../api/problem";
import { moment } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { useNotice } from "../live/useStream";
import { useAnnounce } from "../ui/Announcer";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Empty, Failed, Loading } from "../ui/states";

/** What became of the cases that this officer responded to. */
export function Inbox() {
  const { t } = useTranslation("tablet");
  const { t: api } = useTranslation("api");
  const { language } = useLanguage();
  const announce = useAnnounce();
  const queries = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const feedback = useQuery({ queryKey: ["feedback"], queryFn: () => done(client.GET("/api/v1/feedback")) });
  const reload = () => queries.invalidateQueries({ queryKey: ["feedback"] });
  useNotice<Schemas["OutcomeFeedback"]>("feedback", ({ body }) => {
    announce(t("inbox.came", { address: body.address }), "info");
    void reload();
  });
  const read = useMutation({
    mutationFn: (id: string) => done(client.POST("/api/v1/feedback/{id}/read", { params: { path: { id } } })),
    onSuccess: reload,
  });
  const items = feedback.data?.items ?? [];
  const unread = items.filter(({ read_at }) => read_at === undefined).length;
  return (
    <>
      <Button size="touch" icon="bell" onPress={() => setOpen(true)}>
        {t("inbox.title")}
        {unread > 0 && ` (${unread})`}
      </Button>
      <Dialog title={t("inbox.title")} isOpen={isOpen} onClose={() => setOpen(false)}>
        {feedback.isPending && <Loading />}
        {feedback.isError && (
          <Failed words={inWords(feedback.error, api)} onRetry={() => void feedback.refetch()} />
        )}
        {feedback.isSuccess && items.length === 0 && <Empty title={t("inbox.none")} />}
        <ul className="stack">
          {items.map((item) => (
            <li key={item.id} className="tablet-feedback">
              <p className="strong">
                {item.number} · {item.address}
              </p>
              <p className="muted">{moment(new Date(item.at), language)}</p>
              <p>{item.outcome.text}</p>
              {item.outcome.helped_by.length > 0 && (
                <p>{t("inbox.helped", { who: item.outcome.helped_by.join(", ") })}</p>
              )}
              {item.outcome.advice !== undefined && item.outcome.advice !== "" && (
                <p>{t("inbox.advice", { advice: item.outcome.advice })}</p>
              )}
              {item.read_at === undefined && (
                <Button size="touch" icon="check" onPress={() => read.mutate(item.id)}>
                  {t("inbox.read")}
                </Button>
              )}
            </li>
          ))}
        </ul>
      </Dialog>
    </>
  );
}
