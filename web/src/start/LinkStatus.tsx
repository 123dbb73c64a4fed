import { useTranslation } from "react-i18next";
import { clockTime } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import type { Link } from "../live/link";
import { useLink } from "../live/useStream";
import { Icon } from "../ui/Icon";

/** How fresh this screen is, always on top of it. It has no prop that could hide it. */
export function LinkStatus() {
  const { t } = useTranslation("start");
  const { language } = useLanguage();
  const link = useLink();
  const words = (of: Link): string => {
    if (of.state === "live") return t("link.live");
    if (of.state === "notSaving") return t("link.notSaving", { time: clockTime(of.since, language) });
    if (of.state === "refused") return t("link.refused");
    if (of.lastHeard === null) return of.state === "signedOut" ? t("link.signIn") : t("link.connecting");
    return t(`link.${of.state}`, { time: clockTime(of.lastHeard, language, "seconds") });
  };
  return (
    <span className={`link-status link-status-${link.state}`} role="status">
      {link.state === "notSaving" && <Icon name="caution" />}
      {link.state === "resuming" && <Icon name="sync" />}
      {(link.state === "signedOut" || link.state === "refused") && <Icon name="offline" />}
      {words(link)}
      {link.state === "signedOut" && link.lastHeard !== null && (
        <a className="link-status-act" href="/">
          {t("link.signIn")}
        </a>
      )}
      {link.state === "refused" && (
        <a className="link-status-act" href={location.pathname}>
          {t("reload")}
        </a>
      )}
    </span>
  );
}
