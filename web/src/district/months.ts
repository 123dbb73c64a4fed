import type { Language } from "../i18n/language";

/** One month of an address: how many calls of domestic violence, suspected too, and how many others. */
export type Month = {
  /** Its first moment, in the time zone of the screen. */
  start: Date;
  /** Null: not all entries of this month are loaded, which is not the same as none. */
  calls: { dv: number; other: number } | null;
};

type Entry = { received_at: string; class: string };

/** Domestic violence, or suspected to be. */
export function isDV(entry: { class: string }): boolean {
  return entry.class === "dv" || entry.class === "suspected_dv";
}

/**
 * The calls of the last `count` months, oldest first, the month of `now` last.
 * `loadedSince` is the oldest moment of which everything is loaded; null when
 * nothing older exists.
 */
export function monthsOf(
  entries: readonly Entry[],
  now: Date,
  count: number,
  loadedSince: Date | null,
): Month[] {
  return Array.from({ length: count }, (_, index) => {
    const back = count - 1 - index;
    const start = new Date(now.getFullYear(), now.getMonth() - back, 1);
    const end = new Date(now.getFullYear(), now.getMonth() - back + 1, 1);
    if (loadedSince !== null && start < loadedSince) return { start, calls: null };
    const within = entries.filter(({ received_at }) => {
      const at = new Date(received_at);
      return at >= start && at < end;
    });
    const dv = within.filter(isDV).length;
    return { start, calls: { dv, other: within.length - dv } };
  });
}

const locales: Record<Language, string> = { et: "et-EE", en: "en-GB" };

/** M, and March 2026. */
export function monthNames(start: Date, language: Language): { short: string; name: string } {
  const locale = locales[language];
  return {
    short: start.toLocaleDateString(locale, { month: "narrow" }),
    name: start.toLocaleDateString(locale, { month: "long", year: "numeric" }),
  };
}
