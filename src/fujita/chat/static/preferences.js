// Language and appearance: what the reader chose is kept in cookies, so that the server sends the page that way.

import { currentLanguage, speak } from "./words.js";

const A_YEAR = 365 * 24 * 3600;
const root = document.documentElement;
const isDeviceDark = matchMedia("(prefers-color-scheme: dark)");

/** Returns what was chosen: "auto", "light" or "dark". */
export function chosenTheme() {
  return root.dataset.theme;
}

/** Says whether the page is dark now, by choice or by the device. */
export function isDark() {
  return chosenTheme() === "dark" || (chosenTheme() === "auto" && isDeviceDark.matches);
}

/** Chooses how the page looks. */
export function setTheme(theme) {
  root.dataset.theme = theme;
  document.cookie = `chat_theme=${theme}; path=/; max-age=${A_YEAR}; samesite=lax`;
}

/** Calls `act` when the device goes dark or light. */
export function watchDevice(act) {
  isDeviceDark.addEventListener("change", act);
}

/** Returns the language that is not spoken now. */
export function otherLanguage() {
  return currentLanguage() === "en" ? "zh" : "en";
}

/** Speaks another language. */
export function setLanguage(language) {
  speak(language);
}
