// Hours and days, as the reader's language writes them.

import { currentLanguage, words } from "./words.js";

const formats = new Map();

function format(name, options) {
  const key = `${currentLanguage()} ${name}`;
  if (!formats.has(key)) {
    // A reader's own region (en-GB, zh-TW) decides between 12 and 24 hours.
    const own = navigator.languages.find((tag) => tag.startsWith(currentLanguage()));
    formats.set(key, new Intl.DateTimeFormat(own ?? currentLanguage(), options));
  }
  return formats.get(key);
}

/** Returns the time of day: 14:32. */
export function clockTime(milliseconds) {
  return format("clock", { timeStyle: "short" }).format(milliseconds);
}

/** Returns date and time in full. */
export function fullTime(milliseconds) {
  return format("full", { dateStyle: "full", timeStyle: "medium" }).format(milliseconds);
}

/** Returns what names a day: the same for all times of it. */
export function dayOf(milliseconds) {
  return new Date(milliseconds).toDateString();
}

/** Returns the day as people say it: Today, Yesterday, Monday, 3 March. */
export function dayWords(milliseconds) {
  const now = new Date();
  if (dayOf(milliseconds) === dayOf(now)) return words("today");
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (dayOf(milliseconds) === dayOf(yesterday)) return words("yesterday");
  const isThisYear = new Date(milliseconds).getFullYear() === now.getFullYear();
  const date = { weekday: "long", day: "numeric", month: "long" };
  return isThisYear
    ? format("day", date).format(milliseconds)
    : format("year", { ...date, year: "numeric" }).format(milliseconds);
}

/** Returns a size: 12 kB, 3.4 MB. */
export function sizeWords(bytes) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  return new Intl.NumberFormat(currentLanguage(), {
    style: "unit",
    unit: units[power],
    unitDisplay: power ? "short" : "long",
    maximumFractionDigits: power > 1 ? 1 : 0,
  }).format(bytes / 1000 ** power);
}
