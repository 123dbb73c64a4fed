import type { Language } from "./language";

/** The words of one folder: nested keys that end in a sentence. */
export type Words = { [key: string]: string | Words };

type SameKeys<T> = { [Key in keyof T]: T[Key] extends string ? string : SameKeys<T[Key]> };

/**
 * Declares a folder's words. English comes first and names the keys; a key that
 * is missing or spare in another language does not compile.
 */
export function texts<T extends Words>(
  words: { en: T } & Record<Exclude<Language, "en">, SameKeys<T>>,
): {
  en: T;
  et: SameKeys<T>;
} {
  return words;
}
