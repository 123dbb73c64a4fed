import { useTranslation } from "react-i18next";
import { languages, type Language } from "../i18n/language";
import { speak } from "../i18n/start";
import { useLanguage } from "../i18n/useLanguage";
import { Segmented } from "../ui/Segmented";

// Each language is named in itself, for the person who reads no other.
const names: Record<Language, string> = { et: "Eesti", en: "English" };

export function LanguageSwitch() {
  const { t } = useTranslation("start");
  const { language } = useLanguage();
  const options = languages.map((each) => ({ value: each, label: each.toUpperCase(), spoken: names[each] }));
  return <Segmented label={t("language")} options={options} value={language} onChange={speak} />;
}
