// What this tab knows of a room: who is there, what was said, and what of it was seen.

import { Stream } from "./stream.js";

const GATHERED = 60_000;
const TYPING_SHOWN = 6000;

let notices = 0;

/** A room that this tab is in or wants to be in. */
export class Room {
  name;
  title = "";
  topic = "";
  isPrivate = false;
  slow = 0;
  role = "none";
  muted = 0;
  joined = false;
  /** Whether it was entered at least once; until then nothing is known of it. */
  known = false;
  /** Why we may not come in, as a code of the catalogue; null if we may. */
  refusal = null;
  invite = null;
  online = 0;
  members = new Map();
  position = null;
  last = 0;
  read = 0;
  unread = 0;
  mentions = 0;
  /** The number of the last message that had been read when others came; null if there is nothing new. */
  newAfter = null;
  typing = new Map();
  /** What was said up to now, and, when the reader looks something up, what was said around that. */
  present = new Stream();
  past = null;

  constructor(name) {
    this.name = name;
  }

  /** What the reader looks at. */
  get stream() {
    return this.past ?? this.present;
  }

  /** Says whether we may take others' messages away, and change the room. */
  get moderates() {
    return this.role === "owner" || this.role === "moderator";
  }

  /** Takes what the server says about the room, and what it is to us. */
  describe({ title, topic, private: isPrivate, slow, role, last, read, unread, mentions, muted = 0 }) {
    this.title = title ?? this.title;
    this.topic = topic ?? this.topic;
    this.isPrivate = isPrivate ?? this.isPrivate;
    this.slow = slow ?? this.slow;
    if (role === undefined) return;
    Object.assign(this, { role, muted, last, mentions });
    // What was read here may not have reached the server before the connection broke.
    this.read = Math.max(read, Math.min(this.read, last));
    this.unread = Math.min(unread, last - this.read);
  }

  /** Takes the answer to "join"; returns the messages that were not here before. */
  join(event) {
    this.describe(event);
    Object.assign(this, { joined: true, known: true, refusal: null, invite: null });
    this.setMembers(event);
    const { present } = this;
    present.loading = false;
    if (event.fresh) {
      present.clear();
      present.more = event.more;
    }
    const added = event.messages.filter((message) => present.add(message));
    for (const message of event.changed) this.change(message);
    this.position = event.position;
    return added;
  }

  /** Takes a message; says whether it was not here before. */
  add(message) {
    this.last = Math.max(this.last, message.number);
    this.typing.delete(message.author.id);
    return this.present.add(message);
  }

  /** A message is different now: edited, deleted, or with other reactions. */
  change({ type, ...message }) {
    if (message.position) this.position = Math.max(this.position ?? 0, message.position);
    this.present.change(message);
    this.past?.change(message);
  }

  /** Notes that there is something new, if there was nothing before. */
  noteUnread(message, isForMe) {
    if (!this.unread) this.newAfter = message.number - 1;
    this.unread += 1;
    if (isForMe) this.mentions += 1;
  }

  /** Takes the list of members as it is told. */
  setMembers({ online, members }) {
    this.online = online;
    this.members = new Map(members.map(({ id, name }) => [id, name]));
  }

  /** Takes who came and went, and notes it between the messages. */
  applyPresence({ online, arrived, returned, departed }, ownId) {
    this.online = online;
    const isNew = (person) => !this.members.has(person.id) && person.id !== ownId;
    const came = arrived.filter(isNew);
    const went = departed
      .filter((id) => this.members.has(id) && id !== ownId)
      .map((id) => ({ id, name: this.members.get(id) }));
    for (const { id, name } of [...arrived, ...returned]) this.members.set(id, name);
    for (const id of departed) {
      this.members.delete(id);
      this.typing.delete(id);
    }
    if (came.length) this.#gather("joined", came);
    if (went.length) this.#gather("left", went);
  }

  /** Takes a member's new name. */
  rename({ id, name, former }, ownId) {
    if (this.members.has(id)) this.members.set(id, name);
    if (id !== ownId) this.#notice({ type: "renamed", former, name });
  }

  /** Somebody is writing; after a while without word of it they are not. */
  noteTyping({ id, name }, changed) {
    clearTimeout(this.typing.get(id)?.timer);
    const timer = setTimeout(() => {
      this.typing.delete(id);
      changed();
    }, TYPING_SHOWN);
    this.typing.set(id, { name, timer });
  }

  /** Returns what everybody is called who is here or was heard: id to name. */
  people() {
    const people = new Map();
    for (const { author } of this.stream.items) if (author) people.set(author.id, author.name);
    for (const [id, name] of this.members) people.set(id, name);
    return people;
  }

  /** Several who come one after another are one line. */
  #gather(type, people) {
    const last = this.present.items.at(-1);
    if (last?.type === type && Date.now() - last.time < GATHERED) {
      last.people = [...last.people.filter(({ id }) => !people.some((p) => p.id === id)), ...people];
      return;
    }
    this.#notice({ type, people });
  }

  #notice(notice) {
    notices += 1;
    this.present.items.push({ kind: "notice", id: `notice-${notices}`, time: Date.now(), ...notice });
  }
}
