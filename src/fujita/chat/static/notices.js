// What comes and goes on its own: short notices, the banner of a lost connection, the title.

import { byId, element, setText } from "./dom.js";
import { titleOf } from "./names.js";
import { words } from "./words.js";

const TOAST_STAYS = 5000;
const QUIET_BREAK = 1200;

/** Shows a sentence for a few seconds. */
export function toast(text) {
  const toasts = byId("toasts");
  for (const same of toasts.children) if (same.textContent === text) same.remove();
  const shown = element("p", { class: "toast", text });
  // A dialog covers everything else: what is said meanwhile has to be on it.
  const cover = [...document.querySelectorAll("dialog:modal")].at(-1) ?? document.body;
  if (toasts.parentElement !== cover) cover.append(toasts);
  toasts.append(shown);
  setTimeout(() => shown.remove(), TOAST_STAYS);
}

/** Has a screen reader say something. */
export function announce(text) {
  const line = element("p", { text });
  byId("announcer").append(line);
  setTimeout(() => line.remove(), TOAST_STAYS);
}

/** Keeps the window's title: how much is unread, and in which room we are. */
export function drawTitle(client) {
  const unread = client.unread ? `(${client.unread}) ` : "";
  const title = `${unread}#${titleOf(client.current, client.room.title)} – ${words("app")}`;
  if (document.title !== title) document.title = title;
}

/** The banner that says that the connection is gone and when it is tried again. */
export class Banner {
  #connection;
  #since = Date.now();
  #wasShown = false;

  constructor(connection) {
    this.#connection = connection;
    byId("banner-now").addEventListener("click", () => connection.open());
    connection.addEventListener("change", () => this.#changed());
    setInterval(() => this.update(), 500);
  }

  /** Draws what has changed. */
  update() {
    const { state, nextAttempt } = this.#connection;
    // Most breaks are over before anybody would have read about them.
    const isShown = state !== "open" && Date.now() - this.#since > QUIET_BREAK;
    byId("banner").hidden = !isShown;
    if (!isShown) return;
    const isOver = state === "ended";
    byId("banner").classList.toggle("over", isOver);
    this.#wasShown = true;
    setText(byId("banner-text"), words(isOver ? "session-ended" : "offline"));
    const seconds = Math.max(0, Math.ceil((nextAttempt - Date.now()) / 1000));
    const isWaiting = state === "waiting" && seconds > 0;
    setText(byId("banner-wait"), isWaiting ? words("offline.wait", { seconds }) : "");
    byId("banner-now").hidden = !isWaiting;
  }

  #changed() {
    if (this.#connection.state === "open") {
      this.#since = null;
      if (this.#wasShown) toast(words("back-online"));
      this.#wasShown = false;
    } else {
      this.#since ??= Date.now();
    }
    this.update();
  }
}
