/**
 * Rooms in a browser: Fujita's realtime protocol over a WebSocket (docs/realtime-protocol.md).
 *
 *     import { Realtime } from "/static/fujita-realtime.js";
 *
 *     const client = new Realtime("/realtime");
 *     client.subscribe("lobby", { publication: (data, publication) => show(data) });
 *     await client.publish("lobby", { text: "Hello" });
 *
 * After <script type="module" src="…/fujita-realtime.js"></script> it is FujitaRealtime.Realtime, too.
 *
 * It connects again by itself, after pauses that grow and vary. What was missed meanwhile comes first,
 * and every publication comes once and in order. What was published without an answer is sent again,
 * with the same key, so that it is there once.
 */

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30000;
const POLICY_VIOLATION = 1008;

/** A command that the server has refused; `code` is a word for programs. */
export class RealtimeError extends Error {
  constructor(code, message) {
    super(message);
    this.name = "RealtimeError";
    this.code = code;
  }
}

/** A client's place in a room, made by `Realtime.subscribe`. */
export class Subscription {
  constructor(client, room, handlers, options) {
    this.client = client;
    this.room = room;
    this.handlers = handlers;
    this.presence = Boolean(options.presence);
    /** Where it is: {offset, epoch}; null before it has been there. Keep it to go on after a reload. */
    this.position = options.since ?? null;
    /** Whether the server has confirmed it on the present connection. */
    this.active = false;
  }

  /** Leaves the room. */
  leave() {
    this.client._leave(this);
  }

  _tell(name, ...values) {
    this.handlers[name]?.(...values);
  }

  _started(message) {
    const again = this.position !== null;
    const sameEpoch = again && this.position.epoch === message.epoch;
    this.active = true;
    if (again && !message.recovered) {
      this.position = { offset: message.offset, epoch: message.epoch };
      this._tell("lost", this.position);
    } else {
      if (!sameEpoch) this.position = { offset: message.offset, epoch: message.epoch };
      for (const publication of message.publications) this._publication(publication);
    }
    this._tell("subscribed", { recovered: message.recovered, position: this.position });
  }

  _publication(publication) {
    const { offset } = publication;
    if (offset) {
      if (!this.position || offset <= this.position.offset) return;
      if (offset > this.position.offset + 1) {
        this.client._again(this);
        return;
      }
      this.position = { offset, epoch: this.position.epoch };
    }
    this._tell("publication", publication.data, publication);
  }

  _used(offset) {
    if (this.position && offset > this.position.offset) {
      this.position = { offset, epoch: this.position.epoch };
    }
  }

  _receive(message) {
    // What was on its way before the room was asked for again.
    if (!this.active) return;
    switch (message.type) {
      case "publication":
        this._publication(message);
        break;
      case "skip":
        this._used(message.offset);
        break;
      case "dropped":
        this._used(message.offset);
        this._tell("dropped", message.count);
        break;
      case "resync":
        this.position = { offset: message.offset, epoch: message.epoch };
        this._tell("lost", this.position);
        break;
      case "members":
        this._tell("members", message.members ?? null, message.count);
        break;
      case "join":
        this._tell("join", message.user, message.data, message.count);
        break;
      case "leave":
        this._tell("leave", message.user, message.count);
        break;
      case "count":
        this._tell("count", message.count, message.named);
        // Who came and went meanwhile was not named: the list comes anew.
        if (message.named && this.presence) this.client._askMembers(this.room);
        break;
    }
  }
}

/** A connection to a server, and to the rooms there. */
export class Realtime {
  /**
   * @param {string} url Of the WebSocket; may be relative to the page.
   * @param {object} options
   *   status: called with "connecting", "open", "offline" or "refused";
   *   broadcast: called with the data of what the server says to everybody;
   *   firstPause, longestPause, pingInterval, pingTimeout: in milliseconds.
   */
  constructor(url, options = {}) {
    const absolute = new URL(url, globalThis.location?.href);
    absolute.protocol = absolute.protocol.replace(/^http/, "ws");
    this.url = absolute.href;
    this.options = options;
    this.status = "connecting";
    /** The id of this connection, and the user that the server takes it for. */
    this.id = null;
    this.user = null;
    this._subscriptions = new Map();
    this._unanswered = new Map();
    this._number = 0;
    this._attempts = 0;
    this._socket = null;
    this._timer = null;
    this._heart = null;
    this._closed = false;
    this._online = () => this._connectNow();
    globalThis.addEventListener?.("online", this._online);
    this._connect();
  }

  /**
   * Comes into a room, and stays there over all reconnections.
   *
   * @param {string} room
   * @param {object} handlers Functions, all of them optional:
   *   publication(data, {offset, time, data}): a message, each once and in order;
   *   subscribed({recovered, position}): each time that the server has confirmed;
   *   lost(position): something is missing for good, so read the state anew;
   *   dropped(count): left out because this client was too slow;
   *   members(members, count), anew where names were left out; join(user, data, count), leave(user, count), count(count, named);
   *   removed(reason): it is in the room no more; error(error).
   * @param {object} options presence: ask who is there; since: a position to go on from.
   */
  subscribe(room, handlers = {}, options = {}) {
    if (this._subscriptions.has(room)) throw new Error(`already in room ${room}`);
    const subscription = new Subscription(this, room, handlers, options);
    this._subscriptions.set(room, subscription);
    if (this.status === "open") this._enter(subscription);
    return subscription;
  }

  /**
   * Publishes; the promise is fulfilled with the position when the server has it. Without a connection
   * it waits for one.
   *
   * @param {object} options key: idempotency key, by default a new one; ephemeral: only for those who
   *   are there, and given up without a connection; echo: false to not get it back.
   */
  publish(room, data, options = {}) {
    const { ephemeral = false, echo = true, key = newKey() } = options;
    const command = { type: "publish", room, data, echo };
    if (ephemeral) {
      command.ephemeral = true;
      if (this.status !== "open") return Promise.reject(new RealtimeError("offline", "not connected"));
    } else {
      command.key = key;
    }
    return this._ask(command, !ephemeral);
  }

  /** Asks for older publications: {publications, complete, offset, epoch}. */
  history(room, options = {}) {
    return this._ask({ type: "history", room, ...options }, true);
  }

  /** Ends the connection for good. */
  close() {
    this._closed = true;
    globalThis.removeEventListener?.("online", this._online);
    clearTimeout(this._timer);
    this._drop();
    this._fail(() => true, new RealtimeError("closed", "the client was closed"));
  }

  // Commands.

  _ask(command, again) {
    return new Promise((resolve, reject) => {
      const id = ++this._number;
      this._unanswered.set(id, { command: { ...command, id }, again, resolve, reject });
      if (this.status === "open") this._send({ ...command, id });
    });
  }

  _send(message) {
    this._socket.send(JSON.stringify(message));
  }

  _enter(subscription) {
    const { room, position, presence } = subscription;
    subscription.active = false;
    const command = { type: "subscribe", room, presence };
    if (position) command.since = position;
    this._ask(command, false).then(
      () => {},
      (error) => this._notEntered(subscription, error),
    );
  }

  _notEntered(subscription, error) {
    if (this._subscriptions.get(subscription.room) !== subscription) return;
    if (error.code === "offline") return;
    if (error.code === "unavailable" || error.code === "too-fast") {
      setTimeout(() => {
        const current = this._subscriptions.get(subscription.room) === subscription;
        if (current && this.status === "open") this._enter(subscription);
      }, this._pause(2));
      return;
    }
    this._subscriptions.delete(subscription.room);
    subscription._tell("error", error);
  }

  /** Goes back to where a gap was found. */
  _again(subscription) {
    subscription.active = false;
    this._ask({ type: "leave", room: subscription.room }, false).catch(() => {});
    this._enter(subscription);
  }

  _leave(subscription) {
    if (this._subscriptions.get(subscription.room) !== subscription) return;
    this._subscriptions.delete(subscription.room);
    if (this.status === "open") {
      this._ask({ type: "leave", room: subscription.room }, false).catch(() => {});
    }
  }

  _askMembers(room) {
    this._ask({ type: "presence", room }, false).catch(() => {});
  }

  _fail(which, error) {
    for (const [id, waiting] of [...this._unanswered]) {
      if (which(waiting)) {
        this._unanswered.delete(id);
        waiting.reject(error);
      }
    }
  }

  // The connection.

  _setStatus(status) {
    if (status === this.status && status !== "connecting") return;
    this.status = status;
    this.options.status?.(status);
  }

  _connectNow() {
    if (this._timer === null || this._closed) return;
    clearTimeout(this._timer);
    this._connect();
  }

  _connect() {
    this._timer = null;
    this._setStatus("connecting");
    const socket = new WebSocket(this.url);
    this._socket = socket;
    socket.onmessage = (event) => {
      if (socket === this._socket) this._receive(JSON.parse(event.data));
    };
    socket.onclose = (event) => {
      if (socket === this._socket) this._lost(event.code);
    };
    this._watch();
  }

  /** Lets go of a connection without waiting for its end, which may take minutes on a dead network. */
  _drop() {
    const socket = this._socket;
    this._socket = null;
    clearTimeout(this._heart);
    if (socket) socket.close();
  }

  _lost(code) {
    this._drop();
    for (const subscription of this._subscriptions.values()) subscription.active = false;
    this._fail((waiting) => !waiting.again, new RealtimeError("offline", "the connection was lost"));
    if (code === POLICY_VIOLATION) {
      this._closed = true;
      this._fail(() => true, new RealtimeError("refused", "the server refuses this client"));
      this._setStatus("refused");
      return;
    }
    if (this._closed) return;
    this._setStatus("offline");
    this._timer = setTimeout(() => this._connect(), this._pause(this._attempts++));
  }

  /** Between half and all of a time that doubles, so that not everybody comes back at once. */
  _pause(attempts) {
    const { firstPause = FIRST_PAUSE, longestPause = LONGEST_PAUSE } = this.options;
    const most = Math.min(longestPause, firstPause * 2 ** attempts);
    return most / 2 + (Math.random() * most) / 2;
  }

  /** Sends a ping when nothing has come for a while, and gives the connection up without an answer. */
  _watch() {
    const { pingInterval = 25000, pingTimeout = 10000 } = this.options;
    clearTimeout(this._heart);
    const giveUp = () => this._lost(0);
    if (this.status !== "open") {
      this._heart = setTimeout(giveUp, pingTimeout);
      return;
    }
    this._heart = setTimeout(() => {
      this._send({ type: "ping" });
      this._heart = setTimeout(giveUp, pingTimeout);
    }, pingInterval);
  }

  _receive(message) {
    if (message.type === "welcome") this._welcome(message);
    this._watch();
    if (message.type === "broadcast") {
      this.options.broadcast?.(message.data);
      return;
    }
    const waiting = this._unanswered.get(message.id);
    const subscription = this._subscriptions.get(message.room);
    if (message.type === "subscribed") {
      if (waiting && subscription) subscription._started(message);
    } else if (message.type === "removed") {
      this._subscriptions.delete(message.room);
      subscription?._tell("removed", message.reason);
    } else if (message.type === "error") {
      this._refused(message, waiting);
      return;
    } else if (subscription) {
      subscription._receive(message);
    }
    if (waiting) {
      this._unanswered.delete(message.id);
      waiting.resolve(message);
    }
  }

  _refused(message, waiting) {
    if (!waiting) return;
    if (waiting.again && (message.code === "unavailable" || message.code === "too-fast")) {
      setTimeout(() => {
        if (this.status === "open" && this._unanswered.has(waiting.command.id)) {
          this._send(waiting.command);
        }
      }, (message.retry_after ?? 0) * 1000 + this._pause(1));
      return;
    }
    this._unanswered.delete(message.id);
    waiting.reject(new RealtimeError(message.code, message.message));
  }

  _welcome(message) {
    this._attempts = 0;
    this.id = message.client;
    this.user = message.user;
    this._setStatus("open");
    for (const subscription of this._subscriptions.values()) this._enter(subscription);
    for (const { command, again } of this._unanswered.values()) {
      if (again) this._send(command);
    }
  }
}

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

globalThis.FujitaRealtime = { Realtime, RealtimeError, Subscription };
