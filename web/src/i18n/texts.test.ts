import { describe, expect, test } from "vitest";
import { languages, said, type Language } from "./language";
import type { Words } from "./texts";

const folders = import.meta.glob<Record<string, Record<Language, Words>>>("../*/texts.ts", { eager: true });
const declared = Object.entries(folders)
  .filter(([path]) => !path.startsWith("./") && !path.includes("/i18n/"))
  .flatMap(([path, module]) =>
    Object.values(module).map((words): [string, Record<Language, Words>] => [path, words]),
  );

/** "a.b" → the sentence, for all keys. */
function sentences(words: Words, under = ""): Map<string, string> {
  return new Map(
    Object.entries(words).flatMap(([key, value]) =>
      typeof value === "string" ? [[under + key, value] as const] : [...sentences(value, `${under}${key}.`)],
    ),
  );
}

const blanks = (sentence: string) => [...sentence.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort();

test("every folder with words is found", () => {
  expect(declared.length).toBeGreaterThanOrEqual(6);
});

describe.each(declared)("%s", (_path, words) => {
  const english = sentences(words.en);
  test.each(languages)("is whole in %s", (language) => {
    const here = sentences(words[language]);
    expect([...here.keys()].sort()).toEqual([...english.keys()].sort());
    for (const [key, sentence] of here) {
      expect(sentence.trim(), key).not.toBe("");
      expect(blanks(sentence), key).toEqual(blanks(english.get(key) ?? ""));
    }
  });
});

describe("a text from data", () => {
  const text = { et: "Kas keegi on viga saanud?", en: "Is anyone hurt?", ru: "Кто-нибудь ранен?" };
  test("is said in the language of the screen", () => {
    expect(said(text, "et")).toBe(text.et);
    expect(said(text, "ru")).toBe(text.ru);
  });
  test("falls back to one that is there", () => {
    expect(said({ et: "Relv" }, "en")).toBe("Relv");
    expect(said({ en: "", et: "Relv" }, "en")).toBe("Relv");
    expect(said({}, "en")).toBe("");
  });
});
