// Messages on their way: shown at once, sent until the server has stored them.

import { recall, remember } from "./storage.js";

const STORED_UNDER = "chat_outbox";

/**
 * Sends messages in order, in each room one at a time: the next one when the one before is stored.
 *
 * Each has a key of our making, so that sending it again after a break does not store it twice.
 */
export class Outbox {
  #send;
  #changed;
  #messages;
  /** The keys of the messages that are on their way or wait for their time, by room. */
  #underWay = new Map();
  #timers = new Map();

  /**
   * @param send Sends a message if its room is there; returns whether it did.
   * @param changed Is called when the list has changed.
   */
  constructor(send, changed) {
    this.#send = send;
    this.#changed = changed;
    this.#messages = recall(STORED_UNDER, [], false);
  }

  /** The messages of a room. */
  of(room) {
    return this.#messages.filter((message) => message.room === room);
  }

  /** Takes a message to send. */
  add(room, text, { files = [], mentions = [] } = {}) {
    const message = { key: newKey(), room, text, files, mentions, time: Date.now(), state: "sending" };
    this.#messages.push(message);
    this.#update();
  }

  /** The connection to a room is gone, or to all: what was under way may or may not be stored. */
  interrupted(room = null) {
    for (const name of room === null ? [...this.#underWay.keys()] : [room]) this.#release(name);
  }

  /** The server has stored a message. */
  stored(key) {
    const message = this.#find(key);
    if (!message) return;
    this.#messages = this.#messages.filter((each) => each !== message);
    this.#finished(message);
  }

  /** The server asks to wait. */
  postponed(key, seconds) {
    const message = this.#find(key);
    if (!message || this.#underWay.get(message.room) !== key) return;
    clearTimeout(this.#timers.get(message.room));
    this.#timers.set(message.room, setTimeout(() => this.#finished(message), seconds * 1000));
  }

  /** The server refuses a message. */
  refused(key, code) {
    const message = this.#find(key);
    if (!message) return;
    message.state = "failed";
    message.code = code;
    this.#finished(message);
  }

  /** Tries a refused message again. */
  retry(key) {
    const message = this.#find(key);
    if (!message) return;
    message.state = "sending";
    this.#update();
  }

  /** Gives a message up. */
  discard(key) {
    const message = this.#find(key);
    if (!message) return;
    this.#messages = this.#messages.filter((each) => each !== message);
    this.#finished(message);
  }

  /** Gives all messages of a room up. */
  discardRoom(room) {
    for (const { key } of this.of(room)) this.discard(key);
  }

  /** Sends in each room the next message if none is under way. */
  pump() {
    const seen = new Set();
    for (const message of this.#messages) {
      const { room, key } = message;
      if (message.state !== "sending" || seen.has(room)) continue;
      seen.add(room);
      if (!this.#underWay.has(room) && this.#send(message)) this.#underWay.set(room, key);
    }
  }

  #find(key) {
    return this.#messages.find((message) => message.key === key);
  }

  #release(room) {
    clearTimeout(this.#timers.get(room));
    this.#timers.delete(room);
    this.#underWay.delete(room);
  }

  #finished({ room, key }) {
    if (this.#underWay.get(room) === key) this.#release(room);
    this.#update();
  }

  #update() {
    remember(STORED_UNDER, this.#messages, false);
    this.#changed();
    this.pump();
  }
}

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
