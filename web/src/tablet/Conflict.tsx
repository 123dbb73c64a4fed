import { useTranslation } from "react-i18next";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { differences } from "./differences";
import type { Sheet } from "./work";

/** Two versions of one sheet, side by side where they differ. A person decides; nothing is merged in silence. */
export function Conflict({
  mine,
  theirs,
  onSettle,
}: {
  mine: Partial<Sheet>;
  theirs: Partial<Sheet>;
  onSettle: (which: "mine" | "theirs") => Promise<void>;
}) {
  const { t } = useTranslation("tablet");
  const word = (value: string | undefined) =>
    value === undefined || value === "" ? "–" : t(`value.${value as "yes"}`, { defaultValue: value });
  return (
    <Card title={t("conflict.title")} severity="critical">
      <div className="stack">
        <p role="alert">{t("conflict.help")}</p>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t("conflict.what")}</th>
              <th scope="col">{t("conflict.mine")}</th>
              <th scope="col">{t("conflict.theirs")}</th>
            </tr>
          </thead>
          <tbody>
            {differences(mine, theirs).map((field) => (
              <tr key={field.name}>
                <th scope="row">{t(`sheet.${field.name as "summary"}`)}</th>
                <td>{word(field.mine)}</td>
                <td>{word(field.theirs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <div className="tablet-columns">
          <Button size="touch" variant="primary" wide onPress={() => void onSettle("mine")}>
            {t("conflict.keepMine")}
          </Button>
          <Button size="touch" wide onPress={() => void onSettle("theirs")}>
            {t("conflict.takeTheirs")}
          </Button>
        </div>
      </div>
    </Card>
  );
}
