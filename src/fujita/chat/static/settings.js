// Name, language and appearance.

import { hueOf, initialsOf } from "./avatars.js";
import { byId, setText } from "./dom.js";
import { toast } from "./notices.js";
import { currentLanguage, hasWords, speak, words } from "./words.js";

const A_YEAR = 365 * 24 * 3600;

/** The button with the reader's name, and the dialog behind it. */
export class Settings {
  #client;
  #redraw;
  #dialog = byId("settings");
  #name = byId("name");

  /** @param redraw Is called when the language has changed. */
  constructor(client, redraw) {
    this.#client = client;
    this.#redraw = redraw;
    byId("me").addEventListener("click", () => this.#show());
    byId("settings-close").addEventListener("click", () => this.#dialog.close());
    this.#dialog.addEventListener("click", (event) => {
      if (event.target === this.#dialog) this.#dialog.close();
    });
    byId("name-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#rename();
    });
    byId("language").addEventListener("change", ({ target }) => {
      speak(target.value);
      this.#redraw();
    });
    byId("theme").addEventListener("change", ({ target }) => setTheme(target.value));
  }

  /** Draws what has changed. */
  update() {
    const { you } = this.#client;
    if (!you) return;
    setText(byId("my-name"), you.name);
    byId("me").setAttribute("aria-label", `${words("settings.you")}: ${you.name}`);
    const disc = byId("my-avatar");
    disc.className = `avatar ${hueOf(you.id)}`;
    setText(disc, initialsOf(you.name));
  }

  #show() {
    this.#name.value = this.#client.you?.name ?? "";
    this.#complain("");
    check("language", currentLanguage());
    check("theme", document.documentElement.dataset.theme);
    this.#dialog.showModal();
    this.#name.select();
  }

  async #rename() {
    const name = this.#name.value;
    if (name === this.#client.you?.name) {
      this.#dialog.close();
      return;
    }
    const answer = await post("/api/name", { name });
    if (answer.error) {
      const key = `error.${answer.error}`;
      this.#complain(words(hasWords(key) ? key : "error.network"));
      return;
    }
    this.#dialog.close();
    toast(words("settings.name.saved", { name: answer.name }));
  }

  #complain(text) {
    setText(byId("name-error"), text);
    this.#name.setAttribute("aria-invalid", String(text !== ""));
  }
}

function check(group, value) {
  for (const input of byId(group).querySelectorAll("input")) input.checked = input.value === value;
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  document.cookie = `chat_theme=${theme}; path=/; max-age=${A_YEAR}; samesite=lax`;
}

async function post(address, body) {
  try {
    const response = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    return response.ok || answer.error ? answer : { error: "network" };
  } catch {
    return { error: "network" };
  }
}
