import { useTranslation } from "react-i18next";
import { useLanguage } from "../i18n/useLanguage";
import { Dialog } from "../ui/Dialog";
import { wordKeys } from "./answers";

/** Every key of the desk, on one page. */
export function KeyHelp({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t } = useTranslation("calltaking");
  const { language } = useLanguage();
  const { yes, no, unknown, refused } = wordKeys[language];
  const rows = [
    ["N", t("keys.new")],
    [`${yes} ${no}`, t("keys.yesNo")],
    [`${unknown} ${refused}`, t("keys.unknownRefused")],
    ["1 … 9", t("keys.choices")],
    ["Enter", t("keys.enter")],
    ["S", t("keys.skip")],
    ["Esc", t("keys.escape")],
    ["F2", t("keys.address")],
    ["F4", t("keys.covert")],
    ["F8", t("keys.send")],
    ["F9", t("keys.feedback")],
    ["?", t("keys.open")],
  ] as const;
  return (
    <Dialog title={t("keys.title")} isOpen={isOpen} onClose={onClose}>
      <dl className="ct-keys">
        {rows.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd className="kbd">{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
