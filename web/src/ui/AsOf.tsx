import { useTranslation } from "react-i18next";
import { clockTime } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";

/** When what stands here was true. */
export function AsOf({ at }: { at: Date }) {
  const { t } = useTranslation("ui");
  const { language } = useLanguage();
  return (
    <time className="as-of" dateTime={at.toISOString()}>
      {t("asOf", { time: clockTime(at, language, "seconds") })}
    </time>
  );
}
