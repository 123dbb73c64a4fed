import { useState } from "react";
import { useTranslation } from "react-i18next";
import { inWords } from "../api/problem";
import { clockTime, moment } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { trueUntil } from "../live/link";
import { useLink } from "../live/useStream";
import { useUser } from "../start/useUser";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Empty, Failed, Loading } from "../ui/states";
import { BriefingView } from "./BriefingView";
import { allowSound, soundAllowed } from "./chime";
import { Inbox } from "./Inbox";
import { usePosition } from "./usePosition";
import { useWaitingSheets } from "./useSheet";
import { addressOf, useWork } from "./useWork";
import { belongsTo, isDone, isUnread, type Work } from "./work";

/** As many assignments stand on the switch; the earlier ones that are done come on demand. */
const recent = 6;

const revisionOf = ({ assignment, briefing }: Work) => `${assignment.id} ${briefing.revision}`;

export function TabletPage() {
  const { t } = useTranslation("tablet");
  const { t: api } = useTranslation("api");
  const { language } = useLanguage();
  const user = useUser();
  const link = useLink();
  useState(() => belongsTo(user.id)); // before anything is read from the device
  const { work, markRead, markStatus, unsay, reload } = useWork();
  const position = usePosition();
  useWaitingSheets();
  const [chosen, setChosen] = useState<string | null>(null);
  const [tapped, setTapped] = useState<ReadonlySet<string>>(new Set());
  const [all, setAll] = useState(false);
  const [sound, setSound] = useState(soundAllowed());
  const items = work.data ?? [];
  const open = items.find(({ assignment }) => assignment.id === chosen) ?? items[0];
  // What is on screen stays there until a person opens another: a thumb may be on its way.
  if (open !== undefined && open.assignment.id !== chosen) setChosen(open.assignment.id);
  // A crew that is done with what it sees is shown where it is sent next, unless it is writing.
  const next = items.find(isUnread);
  if (open !== undefined && isDone(open) && next !== undefined && !isWriting()) setChosen(next.assignment.id);
  const offered = items.filter((each, i) => all || i < recent || !isDone(each) || each === open);
  const news = items.filter((each) => isUnread(each) && !tapped.has(revisionOf(each)));
  const show = (each: Work) => {
    setChosen(each.assignment.id);
    setTapped(new Set([...tapped, revisionOf(each)]));
    if (each !== open) window.scrollTo(0, 0);
  };
  // After a reload without a line nothing was heard yet: what is shown is as old as what the device holds.
  const heldAt = items
    .map(({ heardAt }) => heardAt)
    .sort()
    .at(-1);
  const knownAt =
    link.state === "live" ? null : (trueUntil(link) ?? (heldAt === undefined ? null : new Date(heldAt)));
  return (
    <main className="page tablet">
      <div className="row-spread">
        <div className="row">
          <h1 className="strong">{t("unit", { unit: user.call_sign ?? "—" })}</h1>
          {position === "off" && (
            <span className="row muted">
              <Icon name="caution" /> {t("position.off")}
            </span>
          )}
        </div>
        <div className="row">
          {!sound && (
            <Button
              size="touch"
              icon="bell"
              onPress={() => void allowSound().then(() => setSound(soundAllowed()))}
            >
              {t("sound.off")}
            </Button>
          )}
          <Inbox />
        </div>
      </div>
      {link.state === "notSaving" && (
        <p role="status" className="tablet-offline">
          <Icon name="caution" /> {t("notSaving", { at: clockTime(link.since, language) })}
        </p>
      )}
      {link.state !== "notSaving" && knownAt !== null && (
        <p role="status" className="tablet-offline">
          <Icon name="offline" /> {t("offline", { at: moment(knownAt, language) })}
        </p>
      )}
      <div role="alert" className="tablet-news-place">
        {news[0] !== undefined && <News work={news[0]} others={news.length - 1} onTap={show} />}
      </div>
      {items.length > 1 && (
        <nav aria-label={t("assignments")} className="tablet-switch">
          {offered.map((each) => (
            <Button
              key={each.assignment.id}
              size="touch"
              variant={each === open ? "primary" : "secondary"}
              onPress={() => show(each)}
            >
              <span>{addressOf(each.briefing)}</span>
              <span>{clockTime(new Date(each.assignment.assigned_at), language)}</span>
            </Button>
          ))}
          {offered.length < items.length && (
            <Button size="touch" onPress={() => setAll(true)}>
              {t("earlier")}
            </Button>
          )}
        </nav>
      )}
      {work.isPending && <Loading />}
      {work.isError &&
        (user.unit_id === undefined ? (
          <Failed title={t("noShift")} />
        ) : (
          <Failed words={inWords(work.error, api)} onRetry={() => void reload()} />
        ))}
      {work.isSuccess && items.length === 0 && (
        <Empty title={t(link.state === "live" ? "none" : "noneKnown")} />
      )}
      {open !== undefined && (
        <BriefingView
          key={open.assignment.id}
          work={open}
          onRead={() => void markRead(open.assignment.id, open.briefing.revision)}
          onStep={(step) => void markStatus(open.assignment.id, step)}
          onRefused={() => void unsay(open.assignment.id)}
        />
      )}
    </main>
  );
}

const isWriting = () => document.activeElement?.matches("input, textarea, select") === true;

/** Stands over the page, so that nothing below it moves, until it is tapped or its briefing was read. */
function News({ work, others, onTap }: { work: Work; others: number; onTap: (work: Work) => void }) {
  const { t } = useTranslation("tablet");
  const { briefing } = work;
  return (
    <button type="button" className="tablet-news" onClick={() => onTap(work)}>
      {t(briefing.revision > 1 ? "news.revised" : "news.new", { address: addressOf(briefing) })}
      {others > 0 && <span className="tablet-news-others">{t("news.others", { count: others })}</span>}
    </button>
  );
}
