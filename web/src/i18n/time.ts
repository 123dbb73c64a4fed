import type { Language } from "./language";

// Control rooms read the 24-hour clock, in English too.
const locales: Record<Language, string> = { et: "et-EE", en: "en-GB" };

const clock = new Map<string, Intl.DateTimeFormat>();

function format(language: Language, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${name}`;
  const found = clock.get(key) ?? new Intl.DateTimeFormat(locales[language], options);
  clock.set(key, found);
  return found;
}

/** 14:02, or 14:02:09 where seconds matter. */
export function clockTime(
  at: Date,
  language: Language,
  precision: "minutes" | "seconds" = "minutes",
): string {
  const second = precision === "seconds" ? ({ second: "2-digit" } as const) : {};
  return format(language, precision, {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    ...second,
  }).format(at);
}

/** 3 May 2026. */
export function day(at: Date, language: Language): string {
  return format(language, "day", { day: "numeric", month: "short", year: "numeric" }).format(at);
}

/** 14:02 today, 3 May 2026, 14:02 before. */
export function moment(at: Date, language: Language, now = new Date()): string {
  const time = clockTime(at, language);
  return at.toDateString() === now.toDateString() ? time : `${day(at, language)}, ${time}`;
}
