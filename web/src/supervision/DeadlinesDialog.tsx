import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { client, doneWithVersion, ifMatch } from "../api/client";
import { inWords, kindOf, mistakesOf } from "../api/problem";
import { deadlinesKey, useDeadlines } from "../delivery/useDeadlines";
import type { Deadlines } from "../delivery/wire";
import { day } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { useAnnounce } from "../ui/Announcer";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";
import { Failed, Loading } from "../ui/states";

const fields = ["delivered_s", "displayed_s", "read_s", "supervisor_s"] as const;

/** By when a briefing must come to each step: the centre's own figures, for all nodes at once. */
export function DeadlinesDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("supervision");
  const { t: api } = useTranslation("api");
  const kept = useDeadlines();
  const title = t("deadlines.title");
  if (kept.data !== undefined) return <Form title={title} first={kept.data} onClose={onClose} />;
  return (
    <Dialog title={title} isOpen onClose={onClose}>
      {kept.isPending && <Loading />}
      {kept.isError && <Failed words={inWords(kept.error, api)} onRetry={() => void kept.refetch()} />}
    </Dialog>
  );
}

type Kept = { data: Deadlines; version: string | null };

/** What is typed stays, also when somebody else was quicker: then it is saved over theirs, or not. */
function Form({ title, first, onClose }: { title: string; first: Kept; onClose: () => void }) {
  const { t } = useTranslation("supervision");
  const { t: api } = useTranslation("api");
  const { language } = useLanguage();
  const announce = useAnnounce();
  const queries = useQueryClient();
  const kept = useDeadlines();
  const [{ data: now, version }, setBase] = useState(first);
  const [typed, setTyped] = useState(() => fields.map((field) => String(now[field])));
  const set = useMutation({
    mutationFn: () => {
      const [delivered_s = 0, displayed_s = 0, read_s = 0, supervisor_s = 0] = typed.map(Number);
      const body = { delivered_s, displayed_s, read_s, supervisor_s };
      return doneWithVersion(
        client.PUT("/api/v1/deadlines", { params: { header: ifMatch(version ?? "") }, body }),
      );
    },
    onSuccess: (saved) => {
      queries.setQueryData(deadlinesKey, saved);
      announce(t("deadlines.saved"), "good");
      onClose();
    },
    onError: async (error) => {
      if (kindOf(error) !== "conflict") return;
      const { data: theirs } = await kept.refetch();
      if (theirs !== undefined) setBase(theirs);
    },
  });
  const mistakes = mistakesOf(set.error);
  const wrong = (field: string) => mistakes.some((mistake) => mistake.field === field);
  return (
    <Dialog
      title={title}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button variant="primary" isPending={set.isPending} onPress={() => set.mutate()}>
            {t("deadlines.save")}
          </Button>
          <Button onPress={onClose}>{t("deadlines.cancel")}</Button>
        </>
      }
    >
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          set.mutate();
        }}
      >
        <p>{t("deadlines.help")}</p>
        <div className="supervision-fields">
          {fields.map((field, index) => (
            <Field
              key={field}
              label={t(`deadlines.${field}`)}
              inputMode="numeric"
              value={typed[index] ?? ""}
              onChange={(value) => setTyped(typed.with(index, value))}
              error={wrong(field) ? t(`deadlines.wrong.${field}`) : undefined}
            />
          ))}
        </div>
        {set.isError && mistakes.length === 0 && (
          <p className="field-error" role="alert">
            {kindOf(set.error) === "conflict" ? t("deadlines.stale") : inWords(set.error, api)}
          </p>
        )}
        <p className="muted small">
          {now.changed_by === undefined
            ? t("deadlines.shipped")
            : t("deadlines.changed", { by: now.changed_by, date: day(new Date(now.changed_at), language) })}
        </p>
        {/* Enter in a field saves too. */}
        <input type="submit" hidden />
      </form>
    </Dialog>
  );
}
