// The field where messages are written, and edited.

import { Attachments } from "./attachments.js";
import { byId, setText } from "./dom.js";
import { Mentions } from "./mentions.js";
import { titleOf } from "./names.js";
import { noteUsed, showPicker } from "./picker.js";
import { recall, remember } from "./storage.js";
import { words } from "./words.js";

const DRAFTS = "chat_drafts";
const SHOWS_LEFT_BELOW = 300;

/** Writes messages; what is half written in a room is there again when the reader comes back. */
export class Composer {
  #client;
  #sent;
  #text = byId("text");
  #drafts = recall(DRAFTS, {}, false);
  #room = null;
  #mentions;
  #attachments;

  /** @param sent Is called when a message was sent. */
  constructor(client, sent, editLast) {
    this.#client = client;
    this.#sent = sent;
    this.#mentions = new Mentions(client, this.#text, () => this.#written());
    this.#attachments = new Attachments(client, () => this.#drawField());
    byId("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#text.addEventListener("input", () => {
      this.#written();
      if (this.#text.value) client.noteTyping();
    });
    this.#text.addEventListener("keydown", (event) => {
      if (this.#mentions.pressed(event)) return;
      if (isEnter(event)) {
        event.preventDefault();
        this.#submit();
      } else if (event.key === "ArrowUp" && !event.altKey && !this.#text.value && editLast()) {
        event.preventDefault();
      }
    });
    addEventListener("resize", () => this.#drawField());
    byId("emoji").addEventListener("click", ({ currentTarget }) => {
      showPicker(currentTarget, (emoji) => {
        this.insert(emoji);
        noteUsed(emoji);
      });
    });
  }

  /** Puts the cursor into the field. */
  focus() {
    this.#text.focus({ preventScroll: true });
  }

  /** Writes something at the cursor. */
  insert(text) {
    const { selectionStart: start, selectionEnd: end } = this.#text;
    this.#text.setRangeText(text, start, end, "end");
    this.#written();
    this.focus();
  }

  /** Draws what has changed. */
  update() {
    const { current: name, room } = this.#client;
    this.#text.setAttribute("aria-label", words("message.field", { room: titleOf(name, room.title) }));
    byId("composer").hidden = room.refusal !== null;
    const isMuted = room.muted > Date.now();
    this.#text.disabled = isMuted;
    this.#text.placeholder = words(isMuted ? "message.muted" : "message.hint");
    const slow = room.slow && !room.moderates ? words("slow.note", { seconds: room.slow }) : "";
    setText(byId("slow"), slow);
    if (this.#room === name) return;
    this.#room = name;
    this.#text.value = this.#drafts[name] ?? "";
    this.#mentions.close();
    this.#attachments.show(name);
    this.#drawField();
  }

  #written() {
    if (this.#text.value) this.#drafts[this.#room] = this.#text.value;
    else delete this.#drafts[this.#room];
    remember(DRAFTS, this.#drafts, false);
    this.#drawField();
  }

  #submit() {
    const text = cleaned(this.#text.value);
    const isReady = this.#attachments.isReady;
    if ((!text && !this.#attachments.hasFiles) || !isReady || this.#left() < 0) return;
    this.#text.value = "";
    this.#mentions.close();
    const files = this.#attachments.take();
    this.#written();
    this.#client.say(text, { files, mentions: this.#mentions.of(text) });
    this.#sent();
  }

  #left() {
    return this.#client.limits.text - [...this.#text.value.trimEnd()].length;
  }

  #drawField() {
    grow(this.#text);
    const left = this.#left();
    const isEmpty = !this.#text.value.trim() && !this.#attachments.hasFiles;
    byId("send").disabled = isEmpty || left < 0 || !this.#attachments.isReady;
    const note = byId("text-left");
    note.classList.toggle("over", left < 0);
    if (left >= SHOWS_LEFT_BELOW) setText(note, "");
    else if (left < 0) setText(note, words("message.over", { count: -left }));
    else setText(note, words("message.left", { count: left }));
  }
}

/** Says whether that key sends: while an input method composes (中文, 日本語), Enter chooses among its proposals. */
export function isEnter(event) {
  return event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229;
}

/** Returns a text as it is sent. */
export function cleaned(text) {
  return text.replace(/^\n+/, "").trimEnd();
}

/** Makes a field as high as its text. */
export function grow(textarea) {
  textarea.style.height = "auto";
  const borders = textarea.offsetHeight - textarea.clientHeight;
  textarea.style.height = `${textarea.scrollHeight + borders}px`;
}
