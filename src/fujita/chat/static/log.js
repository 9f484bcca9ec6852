// The conversation: rows of messages, days and notices, and where the reader is in it.

import { arrange, byId, element, oncePerFrame, setText } from "./dom.js";
import { MessageView } from "./message.js";
import { titleOf } from "./names.js";
import { dayOf, dayWords } from "./times.js";
import { countWords, listWords, words } from "./words.js";

const NEAR_END = 60;
const NEAR_EDGE = 600;
const ONE_GROUP = 5 * 60_000;
const NAMED_IN_NOTICE = 3;
const FOUND_SHOWN = 2500;

/** Shows the current room's conversation. */
export class Log {
  #client;
  #view;
  #frame = byId("log");
  #list = byId("messages");
  #top = byId("log-top");
  #jump = byId("jump");
  #rows = new Map();
  #shown = null;
  #follows = true;
  #animates = false;
  #height = 0;

  /** @param react Is called with a message's id, an emoji, and whether it is to be there. */
  constructor(client, react) {
    this.#client = client;
    this.#view = new MessageView(client, react);
    this.#frame.addEventListener("scroll", oncePerFrame(() => this.#scrolled()), { passive: true });
    this.#jump.addEventListener("click", () => this.toEnd());
    // The keyboard of a phone, or a growing message field, takes room away: the end stays in sight.
    const sizes = new ResizeObserver(() => this.#resized());
    sizes.observe(this.#frame);
    sizes.observe(this.#list);
  }

  /** Whether the end of the conversation is in sight. */
  get follows() {
    return this.#follows;
  }

  /** Goes to the latest message, and stays there. */
  toEnd() {
    this.#follows = true;
    if (this.#client.room.past) this.#client.lookAhead();
    this.update();
    this.#scrollToEnd();
    this.#client.markRead();
  }

  /** Shows a message of the current room, wherever it is. */
  async show(id) {
    if (!(await this.#client.lookUp(id))) return;
    this.#follows = false;
    this.update();
    const node = this.#list.querySelector(`[data-id="${id}"]`);
    if (!node) return;
    node.scrollIntoView({ block: "center" });
    node.focus({ preventScroll: true });
    node.classList.add("found");
    setTimeout(() => node.classList.remove("found"), FOUND_SHOWN);
    this.#drawJump(this.#client.room);
  }

  /** Forgets what was drawn: the language has changed. */
  redraw() {
    this.#rows.clear();
    this.update();
  }

  /** Draws what has changed. */
  update() {
    const { room } = this.#client;
    const { stream } = room;
    const isOther = this.#shown !== stream;
    const anchor = this.#follows ? null : this.#firstInSight();
    if (isOther) {
      this.#follows = room.past === null;
      this.#shown = stream;
      this.#animates = false;
      this.#rows.clear();
    }
    this.#drawTop(room);
    arrange(this.#list, this.#nodes(room));
    this.#animates = room.joined;
    if (anchor?.node.isConnected) {
      this.#frame.scrollTop += anchor.node.getBoundingClientRect().top - anchor.top;
    } else if (this.#follows && !(isOther && this.#scrollToNew())) {
      this.#scrollToEnd();
    }
    this.#drawJump(room);
    this.#loadMore();
  }

  // Scrolling

  #scrollToEnd() {
    this.#frame.scrollTop = this.#frame.scrollHeight;
  }

  #scrollToNew() {
    const line = this.#list.querySelector(".day.new");
    if (!line) return false;
    line.scrollIntoView({ block: "start" });
    this.#follows = this.#isAtEnd();
    return true;
  }

  #isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#frame;
    return this.#client.room.past === null && scrollHeight - scrollTop - clientHeight < NEAR_END;
  }

  #resized() {
    this.#height = this.#frame.clientHeight;
    if (this.#follows) this.#scrollToEnd();
  }

  #scrolled() {
    // Not the reader has scrolled: the frame has become smaller, and is about to tell us so.
    if (this.#frame.clientHeight !== this.#height) return;
    this.#follows = this.#isAtEnd();
    if (this.#follows && this.#client.isWatched()) this.#client.markRead();
    this.#drawJump(this.#client.room);
    this.#loadMore();
  }

  #loadMore() {
    const { scrollTop, scrollHeight, clientHeight } = this.#frame;
    if (scrollTop < NEAR_EDGE) this.#client.loadOlder();
    if (scrollHeight - scrollTop - clientHeight < NEAR_EDGE) this.#client.loadNewer();
  }

  #firstInSight() {
    const edge = this.#frame.getBoundingClientRect().top;
    for (const node of this.#list.children) {
      const { top, bottom } = node.getBoundingClientRect();
      if (bottom > edge && !node.classList.contains("day")) return { node, top };
    }
    return null;
  }

  // Drawing

  #drawTop({ known, stream, name, title, isPrivate }) {
    const isUnspoken = known && !stream.more && !stream.items.some((item) => item.kind === "message");
    const isEmpty = isUnspoken && !this.#client.outbox.of(name).length;
    this.#top.classList.toggle("empty", isEmpty);
    if (!known) setText(this.#top, "");
    else if (stream.more) setText(this.#top, words("room.older"));
    else if (isEmpty) setText(this.#top, words("room.empty"));
    else setText(this.#top, words("room.beginning", { room: titleOf(name, title) }));
    byId("log-invite").hidden = !known || !isEmpty;
    setText(byId("invite-text"), words(isPrivate ? "room.invite" : "room.copy"));
  }

  #drawJump(room) {
    this.#jump.hidden = this.#follows || !room.known;
    const text = room.unread ? countWords("jump.new", room.unread) : words("jump");
    setText(byId("jump-text"), text);
  }

  #items(room) {
    const shown = room.stream.items.filter((item) => !item.deleted);
    if (room.past) return shown;
    const pending = this.#client.outbox.of(room.name).map((message) => ({
      kind: "message",
      author: this.#client.you ?? { id: "", name: "" },
      ...message,
    }));
    return [...shown, ...pending];
  }

  #nodes(room) {
    const items = this.#items(room);
    const people = room.people();
    const nodes = [];
    const used = new Set();
    const put = (key, make) => {
      used.add(key);
      const node = this.#rows.get(key) ?? make();
      this.#rows.set(key, node);
      nodes.push(node);
      return node;
    };
    const firstNew = this.#firstNew(room, items);
    let day = null;
    items.forEach((item, index) => {
      if (dayOf(item.time) !== day) {
        day = dayOf(item.time);
        const text = dayWords(item.time);
        put(`day ${day} ${text}`, () => row("day", text));
      }
      if (item === firstNew) put("new", () => row("day new", words("message.new")));
      if (item.kind === "notice") {
        setText(put(item.id, () => this.#arriving(row("notice", ""))), noticeText(item));
        return;
      }
      const own = item.state !== undefined || this.#client.isMe(item.author.id);
      const isFirst = !sameGroup(items[index - 1], item) || item === firstNew;
      // A message of ours keeps its row when the server has stored it.
      const key = own ? `own ${item.key}` : `message ${item.id}`;
      const node = put(key, () => this.#arriving(this.#view.make()));
      this.#view.draw(node, item, { own, isFirst, people });
    });
    for (const key of this.#rows.keys()) if (!used.has(key)) this.#rows.delete(key);
    return nodes;
  }

  #firstNew({ newAfter }, items) {
    if (newAfter === null) return null;
    return items.find(({ number, author }) => number > newAfter && !this.#client.isMe(author.id));
  }

  #arriving(node) {
    if (this.#animates && this.#follows) node.classList.add("arriving");
    return node;
  }
}

function row(look, text) {
  return element("li", { class: look }, element("span", { text }));
}

function sameGroup(one, other) {
  return (
    one?.kind === "message" &&
    one.author.id === other.author.id &&
    one.author.name === other.author.name &&
    other.time - one.time < ONE_GROUP &&
    dayOf(one.time) === dayOf(other.time)
  );
}

function noticeText(notice) {
  if (notice.type === "renamed") return words("notice.renamed", notice);
  const names = notice.people.slice(0, NAMED_IN_NOTICE).map(({ name }) => name);
  const others = notice.people.length - names.length;
  if (others > 0) names.push(words("notice.others", { count: others }));
  return countWords(`notice.${notice.type}`, notice.people.length, { names: listWords(names) });
}
