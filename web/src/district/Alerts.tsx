import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNotice } from "../live/useStream";
import { Button, IconButton } from "../ui/Button";
import { Icon } from "../ui/Icon";
import type { Go } from "./words";

type Alert = { kind: string; incident_id: string; number?: string };
type Disagreement = { incident: string; number: string };

/**
 * Sheets that came in while this page is open and say less than the centre did.
 * Each stays, without taking the focus, until its case is opened or it is put away.
 */
export function Alerts({ shown, go }: { shown: string | null; go: Go }) {
  const { t } = useTranslation("district");
  const [alerts, setAlerts] = useState<readonly Disagreement[]>([]);
  useNotice<Alert>("alert", ({ body: { kind, incident_id: incident, number = "" } }) => {
    if (kind !== "disagreement") return;
    setAlerts((now) => [{ incident, number }, ...now.filter((each) => each.incident !== incident)]);
  });
  const putAway = (incident: string) => {
    setAlerts((now) => now.filter((each) => each.incident !== incident));
  };
  return (
    <ul className="district-alerts" aria-label={t("alerts.label")} aria-live="polite">
      {alerts
        .filter(({ incident }) => incident !== shown)
        .map(({ incident, number }) => (
          <li key={incident} className="district-alert">
            <Icon name="high" size="1.4em" />
            <span className="strong">{t("alerts.disagreement", { number })}</span>
            <span className="district-alert-actions">
              <Button
                size="small"
                variant="primary"
                onPress={() => {
                  putAway(incident);
                  go.incident(incident);
                }}
              >
                {t("openCase", { number })}
              </Button>
              <IconButton icon="close" label={t("alerts.dismiss")} onPress={() => putAway(incident)} />
            </span>
          </li>
        ))}
    </ul>
  );
}
