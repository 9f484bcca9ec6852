// The row at the foot of the rooms, and the dialog behind it: name, account, language, appearance.

import { accountForms } from "./account.js";
import { ask, complaintOf } from "./api.js";
import { hueOf, initialsOf } from "./avatars.js";
import { complain, field, showDialog } from "./dialogs.js";
import { byId, element, setText } from "./dom.js";
import { toast } from "./notices.js";
import { chosenTheme, isDark, otherLanguage, setLanguage, setTheme, watchDevice } from "./preferences.js";
import { currentLanguage, words } from "./words.js";

const LANGUAGES = { en: ["English", "en"], zh: ["中文", "zh-Hans"] };

/** The button with the reader's name, the switches beside it, and the dialog. */
export class Settings {
  #client;
  #redraw;

  /** @param redraw Is called when the language has changed. */
  constructor(client, redraw) {
    this.#client = client;
    this.#redraw = redraw;
    byId("me").addEventListener("click", () => this.#show());
    byId("switch-theme").addEventListener("click", () => {
      setTheme(isDark() ? "light" : "dark");
      this.update();
    });
    byId("switch-language").addEventListener("click", () => this.#speak(otherLanguage()));
    watchDevice(() => this.update());
  }

  /** Draws what has changed. */
  update() {
    const dark = words(isDark() ? "theme.to-light" : "theme.to-dark");
    byId("switch-theme").setAttribute("aria-label", dark);
    byId("switch-theme").title = dark;
    const [name, tag] = LANGUAGES[otherLanguage()];
    const language = byId("switch-language");
    setText(language, otherLanguage() === "zh" ? "中" : "En");
    language.lang = tag;
    language.setAttribute("aria-label", name);
    language.title = name;
    const { you } = this.#client;
    if (!you) return;
    setText(byId("my-name"), you.name);
    setText(byId("my-kind"), you.kind === "account" ? you.login : words(`kind.${you.kind}`));
    byId("me").setAttribute("aria-label", `${words("settings.you")}: ${you.name}`);
    const disc = byId("my-avatar");
    disc.className = `avatar ${hueOf(you.id)}`;
    setText(disc, initialsOf(you.name));
  }

  #speak(language) {
    setLanguage(language);
    this.#redraw();
    this.update();
  }

  #show() {
    const { you } = this.#client;
    if (!you) return;
    const isOurOwn = you.kind !== "embedded";
    const dialog = showDialog(
      { title: words("settings"), id: "settings" },
      isOurOwn ? this.#nameForm(you, () => dialog.close()) : null,
      isOurOwn ? accountForms(you) : null,
      choice("language", words("settings.language"), Object.entries(LANGUAGES), currentLanguage(), (language) => {
        this.#speak(language);
        dialog.close();
        this.#show();
      }),
      choice(
        "theme",
        words("settings.theme"),
        ["auto", "light", "dark"].map((theme) => [theme, [words(`settings.theme.${theme}`)]]),
        chosenTheme(),
        (theme) => {
          setTheme(theme);
          this.update();
        },
      ),
    );
  }

  #nameForm(you, close) {
    const row = field(
      words("settings.name"),
      { id: "name", name: "name", maxlength: "64", enterkeyhint: "done", spellcheck: "false", value: you.name, "data-first": "" },
      words("settings.name.hint"),
    );
    const input = row.querySelector("input");
    input.after(element("button", { type: "submit", class: "button", text: words("save") }));
    row.classList.add("with-button");
    const form = element("form", { id: "name-form", autocomplete: "off", novalidate: "" }, row);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (input.value === you.name) return close();
      const answer = await ask("POST", "/api/name", { name: input.value });
      if (answer.error) return complain(input, complaintOf(answer));
      close();
      toast(words("settings.name.saved", { name: answer.name }));
    });
    return form;
  }
}

function choice(id, title, options, chosen, act) {
  return element(
    "fieldset",
    { class: "choice", id, onchange: ({ target }) => act(target.value) },
    element("legend", { text: title }),
    element(
      "div",
      { class: "choice-options" },
      options.map(([value, [text, lang]]) =>
        element(
          "label",
          {},
          element("input", { type: "radio", name: id, value, checked: value === chosen }),
          element("span", { text, lang }),
        ),
      ),
    ),
  );
}
