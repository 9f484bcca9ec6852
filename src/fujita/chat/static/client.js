// Everything that this tab knows, and what it says to the server. The views only look at it.

import { loadNewer, loadOlder, lookUp } from "./history.js";
import { LOBBY } from "./names.js";
import { Outbox } from "./outbox.js";
import { Room } from "./room.js";

const REJOIN_DELAY = 3000;
const TYPING_INTERVAL = 3000;
const READ_INTERVAL = 1000;
/** Reasons for which a room stays closed to us, and the page says so instead of showing it. */
const CLOSED = new Set(["private", "banned", "no-invitation", "no-room", "not-allowed"]);
/** Refusals after which time helps. */
const LATER = new Set(["too-fast", "slow-mode"]);

/**
 * The state of the tab. It dispatches `change` when anything looks different, `said` for each message of
 * somebody else in the current room, `problem` with a code of the catalogue, and `gone` with a room's name.
 */
export class Client extends EventTarget {
  you = null;
  limits = { text: 4000, file: 0, files: 0, file_types: [], edit: 0, mentions: 0, rooms: 64 };
  current = LOBBY;
  rooms = new Map([[LOBBY, new Room(LOBBY)]]);
  directory = new Map();
  /** Whether the reader looks at the end of the current room; the views keep it. */
  isWatched = () => true;

  #connection;
  #epoch = null;
  #asked = new Map();
  #refs = 0;
  #toldTyping = 0;
  #readTimer = null;

  constructor(connection) {
    super();
    this.#connection = connection;
    this.outbox = new Outbox(
      (message) => this.#sendMessage(message),
      () => this.#change(),
    );
    connection.addEventListener("event", ({ detail }) => this.#obey(detail));
    connection.addEventListener("change", () => this.#connectionChanged());
  }

  /** The room that is shown. */
  get room() {
    return this.rooms.get(this.current);
  }

  /** How the connection is: "connecting", "open", "waiting" or "ended". */
  get state() {
    return this.#connection.state;
  }

  /** How many messages nobody has looked at. */
  get unread() {
    let count = 0;
    for (const room of this.rooms.values()) count += room.unread;
    return count;
  }

  /** Says whether that id is ours. */
  isMe(id) {
    return id === this.you?.id;
  }

  // Rooms

  /** Shows a room, and joins it if need be. */
  enter(name, invite = null) {
    if (this.current !== name && this.room) {
      this.room.newAfter = null;
      this.room.past = null;
    }
    this.current = name;
    const room = this.#roomOf(name);
    if (invite !== null) Object.assign(room, { invite, refusal: null });
    if (!room.joined) this.#join(room);
    this.#change();
  }

  /** Leaves a room for good. */
  leave(name) {
    this.outbox.discardRoom(name);
    this.#connection.send({ type: "leave", room: name });
    this.#forget(name);
  }

  /** The reader has seen the current room to its end. */
  markRead() {
    const { room } = this;
    if (!room.joined || (room.read >= room.last && !room.unread)) return;
    Object.assign(room, { unread: 0, mentions: 0, read: room.last });
    // In a lively room not every message is worth a word to the server.
    this.#readTimer ??= setTimeout(() => {
      this.#readTimer = null;
      for (const { name, read, joined, told } of this.rooms.values()) {
        if (!joined || read <= (told ?? 0)) continue;
        this.rooms.get(name).told = read;
        this.#connection.send({ type: "read", room: name, number: read });
      }
    }, READ_INTERVAL);
    this.#change();
  }

  // What people do

  /** Says something in the current room. */
  say(text, more) {
    this.room.newAfter = null;
    this.room.past = null;
    this.#toldTyping = 0;
    this.outbox.add(this.current, text, more);
  }

  /** Tells others that we are writing. */
  noteTyping() {
    if (Date.now() - this.#toldTyping < TYPING_INTERVAL) return;
    if (this.#connection.send({ type: "typing", room: this.current })) this.#toldTyping = Date.now();
  }

  /** Changes a message of the current room: "edit", "delete" or "react"; resolves to whether it was done. */
  change(type, id, more = {}) {
    return this.#request({ type, room: this.current, id, ...more });
  }

  /** Asks for what was said before what is here. */
  async loadOlder() {
    if (await loadOlder(this.room)) this.#change();
  }

  /** Asks for what was said after what the reader looks at. */
  async loadNewer() {
    if (await loadNewer(this.room)) this.#change();
  }

  /** Shows what was said around a message of the current room; resolves to whether it can be shown. */
  async lookUp(id) {
    const code = await lookUp(this.room, id);
    if (code) this.#problem(code);
    this.#change();
    return !code;
  }

  /** Goes back to what is said now. */
  lookAhead() {
    this.room.past = null;
    this.#change();
  }

  // The connection

  #connectionChanged() {
    if (this.state !== "open") {
      this.outbox.interrupted();
      for (const room of this.rooms.values()) room.joined = false;
      for (const answer of this.#asked.values()) answer(false);
      this.#asked.clear();
    }
    this.#change();
  }

  #sendMessage({ room, text, key, files, mentions }) {
    if (!this.rooms.get(room)?.joined) return false;
    const ids = files.map(({ id }) => id);
    return this.#connection.send({ type: "say", room, text, key, files: ids, mentions });
  }

  #request(command) {
    this.#refs += 1;
    const ref = String(this.#refs);
    return new Promise((resolve) => {
      if (this.#connection.send({ ...command, ref })) {
        this.#asked.set(ref, resolve);
      } else {
        this.#problem("offline");
        resolve(false);
      }
    });
  }

  #join(room) {
    if (room.refusal && !room.invite) return;
    // What was said while nobody listened comes with the answer: that is what `after` is for.
    const after = room.position === null ? {} : { after: room.position };
    const invite = room.invite ? { invite: room.invite } : { create: true };
    this.#connection.send({ type: "join", room: room.name, ...invite, ...after });
  }

  #obey(event) {
    if (event.type === "error") this.#refused(event);
    else this.#reactions[event.type]?.(event);
    if (event.ref !== undefined) {
      this.#asked.get(event.ref)?.(event.type !== "error");
      this.#asked.delete(event.ref);
    }
    this.#change();
  }

  #reactions = {
    welcome: ({ you, epoch, rooms, yours, limits }) => {
      Object.assign(this, { you, limits });
      this.directory = new Map(rooms.map((room) => [room.name, room]));
      if (this.#epoch !== null && this.#epoch !== epoch) this.#startAnew();
      this.#epoch = epoch;
      for (const room of yours) this.#roomOf(room.name).describe(room);
      const mine = new Set([LOBBY, this.current, ...yours.map(({ name }) => name)]);
      for (const name of [...this.rooms.keys()]) if (!mine.has(name)) this.#forget(name);
      const others = [...this.rooms.values()].filter((room) => room !== this.room);
      for (const room of [this.room, ...others].slice(0, limits.rooms)) this.#join(room);
    },
    joined: (event) => {
      const room = this.rooms.get(event.room);
      if (!room) return;
      const readBefore = event.read;
      const added = room.join(event);
      const missed = added.filter(({ number, author }) => number > room.read && !this.isMe(author.id));
      if (room.unread && missed.length && room.newAfter === null) room.newAfter = Math.max(readBefore, room.read);
      if (!missed.length) room.unread = event.messages.length ? 0 : room.unread;
      if (room === this.room) {
        for (const message of missed) this.#tell(message);
        if (this.isWatched()) this.markRead();
      }
      for (const { key, author } of event.messages) if (this.isMe(author.id)) this.outbox.stored(key);
      this.outbox.pump();
    },
    message: ({ type, ...message }) => {
      const room = this.rooms.get(message.room);
      if (!room || (room.position !== null && message.position <= room.position)) return;
      room.position = message.position;
      if (room.add(message)) this.#arrived(room, message);
      if (this.isMe(message.author.id)) this.outbox.stored(message.key);
      if (room !== this.room || this.isWatched()) room.present.trim();
    },
    changed: (event) => this.rooms.get(event.room)?.change(event),
    said: ({ key }) => this.outbox.stored(key),
    room: (event) => {
      const room = this.rooms.get(event.room);
      room?.describe(event);
      if (room) room.position = Math.max(room.position ?? 0, event.position);
    },
    role: ({ room, role, muted }) => {
      const found = this.rooms.get(room);
      if (found) Object.assign(found, { role, muted });
    },
    removed: ({ room, reason }) => {
      if (!this.rooms.has(room)) return;
      this.#problem(`removed-${reason}`, { room });
      this.#forget(room);
    },
    left: ({ room }) => this.#forget(room),
    presence: (event) => this.rooms.get(event.room)?.applyPresence(event, this.you.id),
    members: (event) => this.rooms.get(event.room)?.setMembers(event),
    renamed: (event) => this.rooms.get(event.room)?.rename(event, this.you.id),
    named: ({ id, name }) => {
      this.you = { ...this.you, id, name };
    },
    typing: (event) => {
      if (!this.isMe(event.id)) this.rooms.get(event.room)?.noteTyping(event, () => this.#change());
    },
    read: ({ room, read, unread, mentions }) => {
      const found = this.rooms.get(room);
      if (found && read >= found.read) Object.assign(found, { read, unread, mentions });
    },
    rooms: ({ rooms }) => {
      for (const room of rooms) {
        if (room.online || room.used) this.directory.set(room.name, room);
        else this.directory.delete(room.name);
      }
    },
  };

  #arrived(room, message) {
    if (this.isMe(message.author.id)) {
      if (!room.unread) room.read = Math.max(room.read, message.number);
      return;
    }
    if (room === this.room) this.#tell(message);
    if (room === this.room && this.isWatched()) this.markRead();
    else room.noteUnread(message, message.mentions?.includes(this.you.id));
  }

  #refused({ code, room: name, key, retry_after: seconds = 0 }) {
    const room = this.rooms.get(name);
    if (key && LATER.has(code)) {
      this.outbox.postponed(key, seconds);
      this.#problem(code, { seconds: Math.ceil(seconds) });
    } else if (code === "not-joined" && room) {
      room.joined = false;
      this.outbox.interrupted(name);
      this.#join(room);
    } else if (key) {
      this.outbox.refused(key, code);
    } else if (room && !room.joined && CLOSED.has(code)) {
      room.refusal = code;
    } else {
      this.#problem(code, { seconds: Math.ceil(seconds) });
      if (!room || room.joined) return;
      if (code === "storage") setTimeout(() => room.joined || this.#join(room), REJOIN_DELAY);
      else if (name !== LOBBY) this.#forget(name);
    }
  }

  #roomOf(name) {
    if (!this.rooms.has(name)) this.rooms.set(name, new Room(name));
    return this.rooms.get(name);
  }

  #forget(name) {
    if (name === LOBBY || !this.rooms.delete(name)) return;
    this.outbox.discardRoom(name);
    if (this.current === name) this.enter(LOBBY);
    this.dispatchEvent(new CustomEvent("gone", { detail: name }));
    this.#change();
  }

  /** Another history: the positions that we remember mean nothing in it. */
  #startAnew() {
    for (const name of this.rooms.keys()) this.rooms.set(name, new Room(name));
  }

  #tell(message) {
    this.dispatchEvent(new CustomEvent("said", { detail: message }));
  }

  #change() {
    this.dispatchEvent(new Event("change"));
  }

  #problem(code, values = {}) {
    this.dispatchEvent(new CustomEvent("problem", { detail: { code, values } }));
  }
}
