// What was written and is not known to be stored. It outlives broken connections and reloads.

import { recall, remember } from "./storage.js";

const STORED_UNDER = "chat_outbox";

/**
 * Sends messages in order, one at a time: the next one when the one before is stored.
 *
 * Each has a key of our making, so that sending it again after a break does not store it twice.
 */
export class Outbox {
  #send;
  #changed;
  #messages;
  #underWay = null;
  #timer = null;

  /**
   * @param send Sends a message if its room is there; returns whether it did.
   * @param changed Is called when the list has changed.
   */
  constructor(send, changed) {
    this.#send = send;
    this.#changed = changed;
    this.#messages = recall(STORED_UNDER, [], sessionStorage);
  }

  /** The messages of a room. */
  of(room) {
    return this.#messages.filter((message) => message.room === room);
  }

  /** Takes a message to send. */
  add(room, text) {
    this.#messages.push({ key: newKey(), room, text, time: Date.now(), state: "sending" });
    this.#update();
  }

  /** The connection is gone: what was under way may or may not be stored. */
  interrupted() {
    this.#underWay = null;
    clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** The server has stored a message. */
  stored(key) {
    const place = this.#messages.findIndex((message) => message.key === key);
    if (place < 0) return;
    this.#messages.splice(place, 1);
    this.#finished(key);
  }

  /** The server asks to wait. */
  postponed(key, seconds) {
    if (key !== this.#underWay) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#finished(key);
    }, seconds * 1000);
  }

  /** The server refuses a message. */
  refused(key, code) {
    const message = this.#messages.find((each) => each.key === key);
    if (!message) return;
    message.state = "failed";
    message.code = code;
    this.#finished(key);
  }

  /** Tries a refused message again. */
  retry(key) {
    const message = this.#messages.find((each) => each.key === key);
    if (!message) return;
    message.state = "sending";
    this.#update();
  }

  /** Gives a message up. */
  discard(key) {
    this.#messages = this.#messages.filter((message) => message.key !== key);
    this.#finished(key);
  }

  /** Gives all messages of a room up. */
  discardRoom(room) {
    for (const { key } of this.of(room)) this.discard(key);
  }

  /** Sends the next message if none is under way. */
  pump() {
    if (this.#underWay !== null) return;
    const blocked = new Set();
    for (const message of this.#messages) {
      if (message.state !== "sending" || blocked.has(message.room)) continue;
      if (this.#send(message)) {
        this.#underWay = message.key;
        return;
      }
      blocked.add(message.room);
    }
  }

  #finished(key) {
    if (key === this.#underWay) this.#underWay = null;
    this.#update();
  }

  #update() {
    remember(STORED_UNDER, this.#messages, sessionStorage);
    this.#changed();
    this.pump();
  }
}

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
