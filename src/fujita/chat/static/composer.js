// The field where messages are written.

import { byId, setText } from "./dom.js";
import { titleOf } from "./names.js";
import { recall, remember } from "./storage.js";
import { words } from "./words.js";

const DRAFTS = "chat_drafts";
const SHOWS_LEFT_BELOW = 300;

/** Writes messages; what is half written in a room is there again when the reader comes back. */
export class Composer {
  #client;
  #sent;
  #text = byId("text");
  #drafts = recall(DRAFTS, {}, sessionStorage);
  #room = null;

  /** @param sent Is called when a message was sent. */
  constructor(client, sent) {
    this.#client = client;
    this.#sent = sent;
    byId("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#text.addEventListener("input", () => this.#written());
    this.#text.addEventListener("keydown", (event) => this.#pressed(event));
  }

  /** Puts the cursor into the field. */
  focus() {
    this.#text.focus({ preventScroll: true });
  }

  /** Draws what has changed. */
  update() {
    const name = this.#client.current;
    this.#text.setAttribute("aria-label", words("message.field", { room: titleOf(name) }));
    if (this.#room === name) return;
    this.#room = name;
    this.#text.value = this.#drafts[name] ?? "";
    this.#drawField();
  }

  #pressed(event) {
    // While an input method composes (中文, 日本語), Enter chooses among its proposals.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.#submit();
  }

  #written() {
    if (this.#text.value) this.#drafts[this.#room] = this.#text.value;
    else delete this.#drafts[this.#room];
    remember(DRAFTS, this.#drafts, sessionStorage);
    this.#drawField();
  }

  #submit() {
    const text = this.#text.value.replace(/^\n+/, "").trimEnd();
    if (!text || this.#left() < 0) return;
    this.#text.value = "";
    this.#written();
    this.#client.say(text);
    this.#sent();
  }

  #left() {
    return this.#client.textLimit - [...this.#text.value.trimEnd()].length;
  }

  #drawField() {
    this.#text.style.height = "auto";
    this.#text.style.height = `${this.#text.scrollHeight}px`;
    const left = this.#left();
    byId("send").disabled = !this.#text.value.trim() || left < 0;
    const note = byId("text-left");
    note.classList.toggle("over", left < 0);
    if (left >= SHOWS_LEFT_BELOW) setText(note, "");
    else if (left < 0) setText(note, words("message.over", { count: -left }));
    else setText(note, words("message.left", { count: left }));
  }
}
