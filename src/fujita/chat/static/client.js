// Everything that this tab knows, and what it says to the server. The views only look at it.

import { LOBBY } from "./names.js";
import { Outbox } from "./outbox.js";
import { Room } from "./room.js";
import { recall, remember } from "./storage.js";

const OPEN_ROOMS = "chat_rooms";
const LAST_READ = "chat_read";
const REJOIN_DELAY = 3000;

/**
 * The state of the tab. It dispatches `change` when anything looks different, `said` for each message of
 * somebody else in the current room, and `problem` with a code of the catalogue.
 */
export class Client extends EventTarget {
  you = null;
  textLimit = 4000;
  current = LOBBY;
  rooms = new Map();
  directory = new Map();
  /** Whether the reader looks at the end of the current room; the views keep it. */
  isWatched = () => true;

  #connection;
  #epoch = null;
  #read = recall(LAST_READ, {});
  #former = new Set();

  constructor(connection) {
    super();
    this.#connection = connection;
    this.outbox = new Outbox(
      (message) => this.#sendMessage(message),
      () => this.#change(),
    );
    for (const name of [LOBBY, ...recall(OPEN_ROOMS, [])]) this.rooms.set(name, new Room(name));
    connection.addEventListener("event", ({ detail }) => this.#obey(detail));
    connection.addEventListener("change", () => this.#connectionChanged());
  }

  /** The room that is shown. */
  get room() {
    return this.rooms.get(this.current);
  }

  /** How the connection is: "connecting", "open" or "waiting". */
  get state() {
    return this.#connection.state;
  }

  /** How many messages nobody has looked at. */
  get unread() {
    let count = 0;
    for (const room of this.rooms.values()) count += room.unread;
    return count;
  }

  /** Says whether that id is ours, or was before the connection broke. */
  isMe(id) {
    return id === this.you?.id || this.#former.has(id);
  }

  /** Shows a room, and joins it if need be. */
  enter(name) {
    if (this.rooms.has(this.current) && this.current !== name) this.room.newFrom = null;
    this.current = name;
    if (!this.rooms.has(name)) {
      this.rooms.set(name, new Room(name));
      this.#keepRooms();
      this.#join(this.room);
    }
    this.#change();
  }

  /** Leaves a room for good. */
  leave(name) {
    this.outbox.discardRoom(name);
    this.#connection.send({ type: "leave", room: name });
    this.#forget(name);
  }

  /** Says something in the current room. */
  say(text) {
    this.room.newFrom = null;
    this.outbox.add(this.current, text);
  }

  /** Asks for what was said before what is here. */
  loadOlder() {
    const room = this.room;
    if (!room.more || room.loading || !room.joined || room.oldestId === null) return;
    room.loading = this.#connection.send({
      type: "history",
      room: room.name,
      before: room.oldestId,
    });
    this.#change();
  }

  /** The reader has seen the current room to its end. */
  markRead() {
    const room = this.room;
    if (room.unread) {
      room.unread = 0;
      this.#change();
    }
    if (room.lastId && room.lastId > (this.#read[room.name] ?? 0)) {
      this.#read[room.name] = room.lastId;
      remember(LAST_READ, { ...recall(LAST_READ, {}), [room.name]: room.lastId });
    }
  }

  #change() {
    this.dispatchEvent(new Event("change"));
  }

  #problem(code, values = {}) {
    this.dispatchEvent(new CustomEvent("problem", { detail: { code, values } }));
  }

  #connectionChanged() {
    if (this.state !== "open") {
      this.outbox.interrupted();
      for (const room of this.rooms.values()) {
        room.joined = false;
        room.loading = false;
      }
    }
    this.#change();
  }

  #sendMessage({ room, text, key }) {
    if (!this.rooms.get(room)?.joined) return false;
    return this.#connection.send({ type: "say", room, text, key });
  }

  #join(room) {
    // What was said while nobody listened comes with the answer: that is what `after` is for.
    const after = room.position === null ? {} : { after: room.position };
    this.#connection.send({ type: "join", room: room.name, create: true, ...after });
  }

  #obey(event) {
    this.#reactions[event.type]?.(event);
    this.#change();
  }

  #reactions = {
    welcome: ({ you, epoch, rooms, limits }) => {
      if (this.you && this.you.id !== you.id) this.#former.add(this.you.id);
      this.you = you;
      this.textLimit = limits.text;
      this.directory = new Map(rooms.map((room) => [room.name, room]));
      if (this.#epoch !== null && this.#epoch !== epoch) this.#startAnew();
      this.#epoch = epoch;
      this.#join(this.room);
      for (const room of this.rooms.values()) if (room !== this.room) this.#join(room);
    },
    joined: (event) => {
      const room = this.rooms.get(event.room);
      if (!room) return;
      const isFirst = room.lastId === null;
      const added = room.join(event);
      const readBefore = this.#read[room.name] ?? (isFirst ? Infinity : 0);
      this.#arrived(room, added.filter((message) => message.id > readBefore));
      for (const { key, author } of event.messages) if (this.isMe(author.id)) this.outbox.stored(key);
      this.outbox.pump();
    },
    message: (event) => {
      const room = this.rooms.get(event.room);
      if (!room) return;
      const { type, ...message } = event;
      if (room.position !== null && message.position <= room.position) return;
      room.position = message.position;
      if (room.add(message)) this.#arrived(room, [message]);
      if (this.isMe(message.author.id)) this.outbox.stored(message.key);
      if (room !== this.room || this.isWatched()) room.trim();
    },
    changed: (event) => this.rooms.get(event.room)?.change(event),
    said: ({ key }) => this.outbox.stored(key),
    removed: ({ room }) => this.#forget(room),
    history: (event) => this.rooms.get(event.room)?.addOlder(event),
    presence: (event) => this.rooms.get(event.room)?.applyPresence(event, this.you.id),
    members: (event) => this.rooms.get(event.room)?.setMembers(event),
    renamed: (event) => this.rooms.get(event.room)?.rename(event, this.you.id),
    named: ({ id, name }) => {
      this.you = { id, name };
    },
    rooms: ({ rooms }) => {
      for (const room of rooms) {
        if (room.online || room.used) this.directory.set(room.name, room);
        else this.directory.delete(room.name);
      }
    },
    error: (event) => this.#refused(event),
  };

  #arrived(room, messages) {
    const others = messages.filter((message) => !this.isMe(message.author.id));
    if (!others.length) return;
    if (room === this.room) {
      for (const message of others) {
        this.dispatchEvent(new CustomEvent("said", { detail: message }));
      }
      if (this.isWatched()) return;
    }
    if (!room.unread) room.newFrom = others[0].id;
    room.unread += others.length;
  }

  #refused({ code, room: name, key, retry_after: seconds }) {
    const room = this.rooms.get(name);
    if (room) room.loading = false;
    if (code === "too-fast") {
      this.outbox.postponed(key, seconds);
      this.#problem(code, { seconds: Math.ceil(seconds) });
    } else if (code === "not-joined" && room) {
      room.joined = false;
      this.outbox.interrupted();
      this.#join(room);
    } else if (key) {
      this.outbox.refused(key, code);
    } else {
      this.#problem(code);
      if (code === "storage" && room && !room.joined) {
        setTimeout(() => room.joined || this.#join(room), REJOIN_DELAY);
      } else if (room && name !== LOBBY) {
        this.#forget(name);
      }
    }
  }

  #forget(name) {
    this.rooms.delete(name);
    this.#keepRooms();
    if (this.current === name) this.enter(LOBBY);
    this.#change();
  }

  /** Another history: the ids that we remember mean nothing in it. */
  #startAnew() {
    this.#read = {};
    remember(LAST_READ, {});
    for (const name of this.rooms.keys()) this.rooms.set(name, new Room(name));
  }

  #keepRooms() {
    remember(OPEN_ROOMS, [...this.rooms.keys()].filter((name) => name !== LOBBY));
  }
}
