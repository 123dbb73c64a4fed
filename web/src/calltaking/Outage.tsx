import { useTranslation } from "react-i18next";
import { clockTime } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { useLink } from "../live/useStream";

/** What the server does not have, and what to do meanwhile. `answers` is how many wait on this device. */
export function Outage({ answers = 0, trouble = false }: { answers?: number; trouble?: boolean }) {
  const { t } = useTranslation("calltaking");
  const { language } = useLanguage();
  const link = useLink();
  const isAway = link.state === "notSaving";
  if (!isAway && !(trouble && answers > 0)) return null;
  return (
    <p className="ct-unsaved" role="status">
      {isAway
        ? t("unsaved.away", { time: clockTime(link.since, language) })
        : t("unsaved.many", { count: answers })}
      {isAway && answers > 0 && ` ${t("unsaved.count", { count: answers })}`}
    </p>
  );
}
