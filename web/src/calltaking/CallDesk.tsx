import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { inWords } from "../api/problem";
import { clockTime } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { trueUntil } from "../live/link";
import { useLink } from "../live/useStream";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Failed, Loading, NoData } from "../ui/states";
import { Tag } from "../ui/Tag";
import { useKeys } from "../ui/useKeys";
import { useNow } from "../ui/useNow";
import { AssessmentCard } from "./AssessmentCard";
import { CallerColumn } from "./CallerColumn";
import { DeliveryBoard, LateAlert } from "./DeliveryBoard";
import { HistoryCard } from "./HistoryCard";
import { Outage } from "./Outage";
import { ScriptColumn } from "./ScriptColumn";
import { SendDialog } from "./SendDialog";
import { stateSeverity } from "./severity";
import { useCall } from "./useCall";
import { useIncident } from "./useIncident";
import { useScript } from "./useScript";
import type { Call, IncidentDetail, Script } from "./wire";

/** One call from the first ring to its end. */
export function CallDesk({ id, onLeave, tools }: { id: string; onLeave: () => void; tools: ReactNode }) {
  const { t } = useTranslation("calltaking");
  const { t: api } = useTranslation("api");
  const link = useLink();
  const work = useCall(id);
  const call = work.query.data;
  const script = useScript(call?.script.code ?? "dv", call?.script.version ?? 0);
  const failed = work.query.error ?? script.error;
  if (call !== undefined && script.data !== undefined) {
    return <OpenCall call={call} script={script.data} work={work} onLeave={onLeave} tools={tools} />;
  }
  return (
    <>
      <div className="row-spread">
        <h1 className="title">{t("title")}</h1>
        <Button onPress={onLeave}>{t("call.leave")}</Button>
      </div>
      {failed === null && <Loading />}
      {failed !== null &&
        (link.state === "live" ? (
          <Failed
            words={inWords(failed, api)}
            onRetry={() => {
              void work.query.refetch();
              void script.refetch();
            }}
          />
        ) : (
          <NoData offlineSince={trueUntil(link)} />
        ))}
    </>
  );
}

type Work = ReturnType<typeof useCall>;

function OpenCall({
  call,
  script,
  work,
  onLeave,
  tools,
}: {
  call: Call;
  script: Script;
  work: Work;
  onLeave: () => void;
  tools: ReactNode;
}) {
  const { t } = useTranslation("calltaking");
  const [sending, setSending] = useState(false);
  const [closing, setClosing] = useState(false);
  const incident = useIncident(call.incident_id ?? null, call.id);
  const isClosed = call.closed_at !== undefined;
  const waiting = Object.keys(work.unsaved).length;
  const { change } = work;
  useKeys({
    F8: () => {
      if (!isClosed) setSending(true);
    },
    F4: () => {
      if (!isClosed) void change({ covert: !call.covert });
    },
  });
  const close = async () => {
    setClosing(false);
    if (await change({ closed: true })) onLeave();
  };
  return (
    <>
      <div className="ct-strip">
        <h1 className="title">{incident.data?.number ?? t("call.title")}</h1>
        <Stands call={call} incident={incident.data} />
        <div className="ct-strip-end">
          {tools}
          <Button onPress={onLeave}>{t("call.leave")}</Button>
          {!isClosed && <Button onPress={() => setClosing(true)}>{t("call.close")}</Button>}
          {!isClosed && (
            <Button
              variant="primary"
              icon="send"
              hint="F8"
              aria-keyshortcuts="F8"
              onPress={() => setSending(true)}
            >
              {call.incident_id === undefined ? t("send.open") : t("send.another")}
            </Button>
          )}
        </div>
      </div>
      <Outage answers={waiting} trouble={work.trouble} />
      {incident.data && <LateAlert incident={incident.data} />}
      <div className="ct-columns">
        <CallerColumn call={call} onChange={change} isClosed={isClosed} />
        <ScriptColumn call={call} script={script} work={work} isClosed={isClosed} />
        <div className="ct-column ct-known">
          {call.incident_id !== undefined && <DeliveryBoard incident={incident} />}
          <AssessmentCard
            call={call}
            script={script}
            missing={work.trouble ? waiting : 0}
            onOverrule={isClosed ? undefined : work.overrule}
          />
          <HistoryCard call={call} />
        </div>
      </div>
      {sending && <SendDialog call={call} settled={work.settled} onClose={() => setSending(false)} />}
      <Dialog
        title={t("call.closeTitle")}
        isOpen={closing}
        onClose={() => setClosing(false)}
        actions={
          <>
            <Button
              variant="primary"
              onPress={() => void close()}
              unavailable={waiting > 0 ? t("unsaved.wait") : undefined}
            >
              {t("call.close")}
            </Button>
            <Button onPress={() => setClosing(false)}>{t("call.goOn")}</Button>
          </>
        }
      >
        <p>{call.incident_id === undefined ? t("call.closeWithout") : t("call.closeWith")}</p>
      </Dialog>
    </>
  );
}

/** How the call stands, in a line. */
function Stands({ call, incident }: { call: Call; incident: IncidentDetail | undefined }) {
  const { t } = useTranslation("calltaking");
  const { t: delivery } = useTranslation("delivery");
  const { language } = useLanguage();
  const now = useNow();
  const opened = new Date(call.opened_at);
  const seconds = Math.max(
    0,
    Math.floor((Date.parse(call.closed_at ?? "") || now) / 1000 - opened.getTime() / 1000),
  );
  const lasted = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return (
    <div className="row">
      {incident !== undefined && (
        <Tag severity={stateSeverity[incident.state]}>{t(`state.${incident.state}`)}</Tag>
      )}
      {call.covert && (
        <Tag severity="critical" solid>
          {t("covert.on")}
        </Tag>
      )}
      {incident?.taken_over !== undefined && (
        <Tag severity="info" icon="person">
          {delivery("takenOver", {
            by: incident.taken_over.by,
            time: clockTime(new Date(incident.taken_over.at), language),
          })}
        </Tag>
      )}
      {call.closed_at !== undefined && (
        <Tag>{t("call.closedAt", { time: clockTime(new Date(call.closed_at), language) })}</Tag>
      )}
      <span className="muted number">
        {t(`channel.${call.channel}`)} · {t("call.since", { time: clockTime(opened, language, "seconds") })} ·{" "}
        {lasted}
        {call.phone !== undefined && ` · ${call.phone}`}
      </span>
    </div>
  );
}
