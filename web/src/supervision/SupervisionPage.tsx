import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useDeadlines } from "../delivery/useDeadlines";
import { useNotice, useTopic } from "../live/useStream";
import { useAnnounce } from "../ui/Announcer";
import { Button } from "../ui/Button";
import { useNow } from "../ui/useNow";
import { DeadlinesDialog } from "./DeadlinesDialog";
import { OpenCases } from "./OpenCases";
import { Tally } from "./Tally";
import { UnderWay } from "./UnderWay";
import { useFreshLists, useUnread, useWatched } from "./useSupervision";
import { byWhy } from "./waiting";
import type { Alert } from "./wire";

/** The shift at a glance: which briefing has not got through, and which case lacks what. */
export function SupervisionPage() {
  const { t } = useTranslation("supervision");
  const { t: delivery } = useTranslation("delivery");
  const [setting, setSetting] = useState(false);
  const now = useNow();
  const announce = useAnnounce();
  const deadlines = useDeadlines();
  const unread = useUnread();
  const watched = useWatched();
  const reload = useFreshLists();
  useNotice<Alert>("alert", ({ topic, body: { kind, step, call_sign: unit = "", number = "" } }) => {
    if (kind !== "delivery_late" || step === undefined || !topic.startsWith("role:")) return;
    announce(t("late", { unit, number, missing: delivery(`missing.${step}`) }), "high");
  });
  // Without the deadlines nobody knows what is late.
  const groups =
    deadlines.data === undefined ? [] : byWhy(unread.data?.items ?? [], deadlines.data.data, now);
  const incidents = new Set([
    ...(unread.data?.items ?? []).map(({ assignment }) => assignment.incident_id),
    ...(watched.data?.items ?? []).map(({ id }) => id),
  ]);
  return (
    <main className="page">
      {[...incidents].map((id) => (
        <Hear key={id} topic={`incident:${id}`} />
      ))}
      <div className="row-spread">
        <h1 className="title">{t("title")}</h1>
        <Button icon="clock" onPress={() => setSetting(true)}>
          {t("deadlines.open")}
        </Button>
      </div>
      {unread.data !== undefined && deadlines.data !== undefined && <Tally groups={groups} />}
      <div className="supervision-columns">
        <UnderWay list={unread} groups={groups} deadlines={deadlines} onChange={reload} />
        <OpenCases list={watched} onChange={reload} />
      </div>
      {setting && <DeadlinesDialog onClose={() => setSetting(false)} />}
    </main>
  );
}

function Hear({ topic }: { topic: string }) {
  useTopic(topic);
  return null;
}
