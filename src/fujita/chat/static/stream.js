// A stretch of a room's messages without gaps, the oldest first, and notices between them.

const KEPT = 600;
const KEPT_AFTER_TRIM = 400;

/** Some of what was said in a room. */
export class Stream {
  items = [];
  /** Whether there are older messages than these, and newer ones. */
  more = false;
  newer = false;
  loading = false;
  #ids = new Set();

  /** The id of the oldest message, or null. */
  get oldestId() {
    return this.items.find((item) => item.kind === "message")?.id ?? null;
  }

  /** The id of the latest message, or null. */
  get latestId() {
    return this.items.findLast((item) => item.kind === "message")?.id ?? null;
  }

  /** Says whether a message is here. */
  has(id) {
    return this.#ids.has(id);
  }

  /** Returns a message. */
  find(id) {
    return this.items.find((item) => item.kind === "message" && item.id === id);
  }

  /** Forgets everything. */
  clear() {
    this.items = [];
    this.#ids.clear();
  }

  /** Takes a message in at its place; says whether it was not here before. */
  add(message) {
    if (this.#ids.has(message.id)) return false;
    const oldest = this.oldestId;
    // Part of a page that was not loaded yet: it will come with that page.
    if (this.more && oldest !== null && message.id < oldest) return false;
    this.#ids.add(message.id);
    const { items } = this;
    let place = items.length;
    while (place > 0 && items[place - 1].kind === "message" && items[place - 1].id > message.id) place -= 1;
    items.splice(place, 0, { kind: "message", ...message });
    return true;
  }

  /** Takes a page of older messages. */
  addOlder(messages, more) {
    const older = messages.filter((message) => !this.#ids.has(message.id));
    for (const { id } of older) this.#ids.add(id);
    this.items.unshift(...older.map((message) => ({ kind: "message", ...message })));
    this.more = more;
  }

  /** Puts a message in the place of what it was. */
  change(message) {
    const place = this.items.findIndex((item) => item.kind === "message" && item.id === message.id);
    if (place >= 0) this.items[place] = { kind: "message", ...message };
  }

  /** Forgets the oldest of a long conversation: it can be loaded again. */
  trim() {
    if (this.items.length <= KEPT) return;
    for (const { id } of this.items.splice(0, this.items.length - KEPT_AFTER_TRIM)) this.#ids.delete(id);
    this.more = true;
  }
}
