import { useTranslation } from "react-i18next";
import { said, type Language, type Said } from "./language";

/** The language of the screen, and said(text) for texts that come from data. */
export function useLanguage(): { language: Language; said: (text: Partial<Said>) => string } {
  const { i18n } = useTranslation();
  const language = i18n.language as Language;
  return { language, said: (text) => said(text, language) };
}
