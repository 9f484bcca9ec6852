// What this tab knows of a room: who is there, what was said, and what of it was seen.

const KEPT = 600;
const KEPT_AFTER_TRIM = 400;
const GATHERED = 60_000;

let notices = 0;

/** A room that this tab is in or wants to be in. */
export class Room {
  name;
  joined = false;
  online = 0;
  members = new Map();
  items = [];
  lastId = null;
  position = null;
  more = false;
  loading = false;
  unread = 0;
  newFrom = null;
  #ids = new Set();

  constructor(name) {
    this.name = name;
  }

  /** The id of the oldest message, or null. */
  get oldestId() {
    return this.items.find((item) => item.kind === "message")?.id ?? null;
  }

  /** Takes the answer to "join"; returns the messages that were not here before. */
  join(event) {
    this.joined = true;
    this.loading = false;
    this.setMembers(event);
    if (event.fresh) {
      this.items = [];
      this.#ids.clear();
      this.more = event.more;
    }
    const added = event.messages.filter((message) => this.add(message));
    for (const message of event.changed) this.change(message);
    this.position = event.position;
    this.lastId ??= 0;
    return added;
  }

  /** A message is different now: edited, deleted, or with other reactions. */
  change({ type, ...message }) {
    if (message.position) this.position = Math.max(this.position ?? 0, message.position);
    const place = this.items.findIndex((item) => item.kind === "message" && item.id === message.id);
    if (place < 0) return;
    if (message.deleted) {
      this.items.splice(place, 1);
      this.#ids.delete(message.id);
    } else {
      this.items[place] = { kind: "message", ...message };
    }
  }

  /** Takes a message in at its place; says whether it was not here before. */
  add(message) {
    this.lastId = Math.max(this.lastId ?? 0, message.id);
    if (this.#ids.has(message.id)) return false;
    const oldest = this.oldestId;
    // Part of a page that was not loaded yet: it will come with that page.
    if (this.more && oldest !== null && message.id < oldest) return false;
    this.#ids.add(message.id);
    let place = this.items.length;
    while (place > 0 && this.items[place - 1].kind === "message" && this.items[place - 1].id > message.id) {
      place -= 1;
    }
    this.items.splice(place, 0, { kind: "message", ...message });
    return true;
  }

  /** Takes a page of older messages. */
  addOlder({ messages, more, before }) {
    this.loading = false;
    if (before !== this.oldestId) return;
    const older = messages.filter((message) => !this.#ids.has(message.id));
    for (const message of older) this.#ids.add(message.id);
    this.items.unshift(...older.map((message) => ({ kind: "message", ...message })));
    this.more = more;
  }

  /** Forgets the oldest items of a long conversation: they can be loaded again. */
  trim() {
    if (this.items.length <= KEPT) return;
    for (const item of this.items.splice(0, this.items.length - KEPT_AFTER_TRIM)) {
      this.#ids.delete(item.id);
    }
    this.more = true;
  }

  /** Takes the list of members as it is told. */
  setMembers({ online, members }) {
    this.online = online;
    this.members = new Map(members.map(({ id, name }) => [id, name]));
  }

  /** Takes who came and went; returns those who are worth a notice. */
  applyPresence({ online, arrived, returned, departed }, ownId) {
    this.online = online;
    const isNew = (person) => !this.members.has(person.id) && person.id !== ownId;
    const came = arrived.filter(isNew);
    const went = departed
      .filter((id) => this.members.has(id) && id !== ownId)
      .map((id) => ({ id, name: this.members.get(id) }));
    for (const { id, name } of [...arrived, ...returned]) this.members.set(id, name);
    for (const id of departed) this.members.delete(id);
    if (came.length) this.#gather("joined", came);
    if (went.length) this.#gather("left", went);
    return { came, went };
  }

  /** Takes a member's new name. */
  rename({ id, name, former }, ownId) {
    if (this.members.has(id)) this.members.set(id, name);
    if (id !== ownId) this.#notice({ type: "renamed", former, name });
  }

  /** Several who come one after another are one line. */
  #gather(type, people) {
    const last = this.items.at(-1);
    if (last?.type === type && Date.now() - last.time < GATHERED) {
      last.people = [...last.people.filter(({ id }) => !people.some((p) => p.id === id)), ...people];
      return;
    }
    this.#notice({ type, people });
  }

  #notice(notice) {
    notices += 1;
    this.items.push({ kind: "notice", id: `notice-${notices}`, time: Date.now(), ...notice });
  }
}
