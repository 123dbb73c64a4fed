import { useState } from "react";
import { useTranslation } from "react-i18next";
import { inWords } from "../api/problem";
import { clockTime } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { useLink } from "../live/useStream";
import { useUser } from "../start/useUser";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Empty, Failed, Loading, NoData } from "../ui/states";
import { BriefingView } from "./BriefingView";
import { allowSound, soundAllowed } from "./chime";
import { Inbox } from "./Inbox";
import { usePosition } from "./usePosition";
import { useWaitingSheets } from "./useSheet";
import { addressOf, useWork } from "./useWork";

export function TabletPage() {
  const { t } = useTranslation("tablet");
  const { t: api } = useTranslation("api");
  const { language } = useLanguage();
  const user = useUser();
  const link = useLink();
  const { work, fresh, seen, reload } = useWork();
  const position = usePosition();
  useWaitingSheets();
  const [chosen, setChosen] = useState<string | null>(null);
  const [sound, setSound] = useState(soundAllowed());
  const items = work.data ?? [];
  const open = items.find(({ assignment }) => assignment.id === chosen) ?? items[0];
  const news = items.find(({ assignment }) => assignment.id === fresh);
  const show = (id: string) => {
    setChosen(id);
    if (id === fresh) seen();
  };
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
      {link.state !== "live" && items.length > 0 && <NoData offlineSince={link.lastHeard} />}
      <div role="alert">
        {news !== undefined && (
          <button type="button" className="tablet-news" onClick={() => show(news.assignment.id)}>
            {t(news.briefing.revision > 1 ? "news.revised" : "news.new", {
              address: addressOf(news.briefing),
            })}
          </button>
        )}
      </div>
      {items.length > 1 && (
        <nav aria-label={t("assignments")} className="tablet-switch">
          {items.map(({ assignment, briefing }) => (
            <Button
              key={assignment.id}
              size="touch"
              variant={assignment.id === open?.assignment.id ? "primary" : "secondary"}
              onPress={() => show(assignment.id)}
            >
              {addressOf(briefing)} · {clockTime(new Date(assignment.assigned_at), language)}
            </Button>
          ))}
        </nav>
      )}
      {work.isPending && <Loading />}
      {work.isError &&
        (user.unit_id === undefined ? (
          <Failed title={t("noShift")} />
        ) : (
          <Failed words={inWords(work.error, api)} onRetry={() => void reload()} />
        ))}
      {work.isSuccess && items.length === 0 && <Empty title={t("none")} />}
      {open !== undefined && <BriefingView key={open.assignment.id} work={open} onRead={seen} />}
    </main>
  );
}
