// The page's sentences in the reader's language.

import { catalogue } from "./catalogue.js";

const TAGS = { en: "en", zh: "zh-Hans" };
const A_YEAR = 365 * 24 * 3600;

const root = document.documentElement;
let language = root.dataset.language in catalogue ? root.dataset.language : "en";
let plural = new Intl.PluralRules(language);

/** Returns the language that is spoken now: "en" or "zh". */
export function currentLanguage() {
  return language;
}

/** Returns the sentence of that key, with the values put in. */
export function words(key, values = {}) {
  const sentence = catalogue[language][key] ?? catalogue.en[key] ?? key;
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

/** Returns a sentence that says how many there are. */
export function countWords(key, count, values = {}) {
  const form = plural.select(count) === "one" ? "one" : "other";
  return words(`${key}.${form}`, { count, ...values });
}

/** Says whether the catalogue has that key. */
export function hasWords(key) {
  return key in catalogue.en;
}

/** Returns a list of names as one phrase. */
export function listWords(names) {
  return new Intl.ListFormat(TAGS[language], { type: "conjunction" }).format(names);
}

/** Speaks another language from now on, and writes every text of the page anew. */
export function speak(chosen) {
  language = chosen;
  plural = new Intl.PluralRules(language);
  root.lang = TAGS[language];
  document.cookie = `chat_language=${language}; path=/; max-age=${A_YEAR}; samesite=lax`;
  for (const target of document.querySelectorAll("[data-text]")) {
    target.textContent = words(target.dataset.text);
  }
  for (const target of document.querySelectorAll("[data-label]")) {
    target.setAttribute("aria-label", words(target.dataset.label));
  }
  for (const target of document.querySelectorAll("[data-placeholder]")) {
    target.placeholder = words(target.dataset.placeholder);
  }
}
