import { useState } from "react";
import { useTranslation } from "react-i18next";
import { inWords } from "../api/problem";
import type { User } from "../api/session";
import { useRefusal } from "../live/useStream";
import { useAnnounce } from "../ui/Announcer";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Segmented } from "../ui/Segmented";
import { Brand } from "./Brand";
import { Clock } from "./Clock";
import type { Desk } from "./desk";
import { LanguageSwitch } from "./LanguageSwitch";
import { LinkStatus } from "./LinkStatus";
import { setTheme, useTheme } from "./theme";

/** On top of every desk: where, who, how fresh, what time, and out. */
export function DeskHeader({
  desk,
  user,
  onSignOut,
}: {
  desk: Desk;
  user: User;
  onSignOut: () => Promise<void>;
}) {
  const { t } = useTranslation("start");
  const { t: api } = useTranslation("api");
  const announce = useAnnounce();
  useRefusal(({ of, detail }) => {
    if (of === "read" || of === "status") announce(t("refused", { detail: detail ?? "" }), "critical");
  });
  const [leaving, setLeaving] = useState(false);
  const leave = async () => {
    setLeaving(true);
    try {
      await onSignOut();
    } catch (error) {
      announce(inWords(error, api), "critical");
      setLeaving(false);
    }
  };
  return (
    <header className="desk-header">
      <Brand />
      <span className="desk-header-desk">{t(`desk.${desk.name}`)}</span>
      <LinkStatus />
      <div className="desk-header-end">
        <span className="desk-header-person">
          <Icon name="person" />
          <span className="desk-header-who">{user.display_name}</span>
          <span className="desk-header-role">{t(`role.${user.role}`)}</span>
        </span>
        {desk.dayAndNight === true && <DayAndNight />}
        <LanguageSwitch />
        <Clock />
        <Button variant="quiet" size="small" icon="signOut" isPending={leaving} onPress={() => void leave()}>
          {t("signOut")}
        </Button>
      </div>
    </header>
  );
}

function DayAndNight() {
  const { t } = useTranslation("start");
  const options = [
    { value: "day", label: t("day") },
    { value: "night", label: t("night") },
  ] as const;
  return <Segmented label={t("display")} options={options} value={useTheme()} onChange={setTheme} />;
}
