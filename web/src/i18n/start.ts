import i18next, { type Resource } from "i18next";
import { initReactI18next } from "react-i18next";
import { firstLanguage, keepLanguage, languages, type Language } from "./language";
import type { Words } from "./texts";

/** The words of the folders that a page uses, by folder. */
export type Texts = Record<string, Record<Language, Words>>;

/** Makes the words ready, at once: nothing is fetched. */
export function startTexts(texts: Texts, own?: string): void {
  const resources: Resource = {};
  for (const language of languages) {
    resources[language] = Object.fromEntries(
      Object.entries(texts).map(([folder, words]) => [folder, words[language]]),
    );
  }
  const language = firstLanguage(own);
  void i18next.use(initReactI18next).init({
    resources,
    lng: language,
    fallbackLng: "en",
    ns: Object.keys(texts),
    defaultNS: "ui",
    initAsync: false,
    interpolation: { escapeValue: false }, // React escapes
  });
  document.documentElement.lang = language;
}

/** Changes the language of the page and remembers it on this device. */
export function speak(language: Language): void {
  keepLanguage(language);
  document.documentElement.lang = language;
  void i18next.changeLanguage(language);
}
