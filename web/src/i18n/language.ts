/** The languages that the consoles speak. Texts that come from data speak Russian too. */
export const languages = ["et", "en"] as const;
export type Language = (typeof languages)[number];

/** A text from data: questions, flags, contacts. */
export type Said = { et: string; en: string; ru: string };

/** The text in the language of the screen; where that is missing, in one that is there. */
export function said(text: Partial<Said>, language: string): string {
  const order = [language, "en", "et", "ru"] as (keyof Said)[];
  return order.map((each) => text[each]).find((found) => found !== undefined && found !== "") ?? "";
}

const kept = "doorstep.language";

/** The language chosen on this device, else the person's own, else the browser's. */
export function firstLanguage(own?: string): Language {
  const wishes = [localStorage.getItem(kept), own, ...navigator.languages];
  for (const wish of wishes) {
    const found = languages.find((language) => wish?.startsWith(language) === true);
    if (found !== undefined) return found;
  }
  return "en";
}

export function keepLanguage(language: Language): void {
  localStorage.setItem(kept, language);
}
