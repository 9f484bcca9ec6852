// The conversation: rows of messages, days and notices, and where the reader is in it.

import { avatar, hueOf } from "./avatars.js";
import { arrange, byId, element, icon, oncePerFrame, setText } from "./dom.js";
import { titleOf } from "./names.js";
import { withLinks } from "./links.js";
import { clockTime, dayOf, dayWords, fullTime } from "./times.js";
import { countWords, hasWords, listWords, words } from "./words.js";

const NEAR_END = 60;
const NEAR_START = 400;
const ONE_GROUP = 5 * 60_000;
const NAMED_IN_NOTICE = 3;

/** Shows the current room's conversation. */
export class Log {
  #client;
  #frame = byId("log");
  #list = byId("messages");
  #top = byId("log-top");
  #jump = byId("jump");
  #rows = new Map();
  #shown = null;
  #follows = true;
  #animates = false;
  #height = 0;

  constructor(client) {
    this.#client = client;
    this.#frame.addEventListener("scroll", oncePerFrame(() => this.#scrolled()), { passive: true });
    this.#jump.addEventListener("click", () => this.toEnd());
    // The keyboard of a phone, or a growing message field, takes room away: the end stays in sight.
    new ResizeObserver(() => this.#resized()).observe(this.#frame);
  }

  /** Whether the end of the conversation is in sight. */
  get follows() {
    return this.#follows;
  }

  /** Goes to the latest message, and stays there. */
  toEnd() {
    this.#follows = true;
    this.#scrollToEnd();
    this.#client.markRead();
    this.update();
  }

  /** Forgets what was drawn: the language has changed. */
  redraw() {
    this.#rows.clear();
    this.update();
  }

  /** Draws what has changed. */
  update() {
    const room = this.#client.room;
    const isOther = this.#shown !== room;
    if (isOther) {
      this.#shown = room;
      this.#rows.clear();
      this.#follows = true;
      this.#animates = false;
    }
    const anchor = this.#follows ? null : this.#firstInSight();
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
    return scrollHeight - scrollTop - clientHeight < NEAR_END;
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
    if (this.#frame.scrollTop < NEAR_START) this.#client.loadOlder();
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

  #drawTop(room) {
    const isUnspoken = room.lastId === 0 && !room.items.some((item) => item.kind === "message");
    const isEmpty = isUnspoken && !this.#client.outbox.of(room.name).length;
    this.#top.classList.toggle("empty", isEmpty);
    if (room.lastId === null) setText(this.#top, "");
    else if (room.more) setText(this.#top, words("room.older"));
    else if (isEmpty) setText(this.#top, words("room.empty"));
    else setText(this.#top, words("room.beginning", { room: titleOf(room.name) }));
  }

  #drawJump(room) {
    this.#jump.hidden = this.#follows;
    const text = room.unread ? countWords("jump.new", room.unread) : words("jump");
    setText(byId("jump-text"), text);
  }

  #nodes(room) {
    const pending = this.#client.outbox.of(room.name).map((message) => ({
      kind: "message",
      author: this.#client.you ?? { id: "", name: "" },
      ...message,
      own: true,
    }));
    const items = [...room.items, ...pending];
    const nodes = [];
    const used = new Set();
    const put = (key, make) => {
      used.add(key);
      const node = this.#rows.get(key) ?? make();
      this.#rows.set(key, node);
      nodes.push(node);
      return node;
    };
    let day = null;
    items.forEach((item, index) => {
      if (dayOf(item.time) !== day) {
        day = dayOf(item.time);
        const text = dayWords(item.time);
        put(`day ${day} ${text}`, () => row("day", text));
      }
      if (room.newFrom !== null && item.id === room.newFrom) {
        put("new", () => row("day new", words("message.new")));
      }
      if (item.kind === "notice") {
        setText(put(item.id, () => this.#arriving(row("notice", ""))), noticeText(item));
        return;
      }
      const own = item.own ?? this.#client.isMe(item.author.id);
      const isFirst = !sameGroup(items[index - 1], item) || item.id === room.newFrom;
      const next = items[index + 1];
      const isLast = !sameGroup(item, next) || next.id === room.newFrom;
      // A message of ours keeps its row when the server has stored it.
      const key = own ? `own ${item.key}` : `message ${item.id}`;
      this.#drawMessage(put(key, () => this.#newMessage(item, own)), item, { own, isFirst, isLast });
    });
    for (const key of this.#rows.keys()) if (!used.has(key)) this.#rows.delete(key);
    return nodes;
  }

  #arriving(node) {
    if (this.#animates && this.#follows) node.classList.add("arriving");
    return node;
  }

  #newMessage(item, own) {
    const time = element("time", {
      datetime: new Date(item.time).toISOString(),
      title: fullTime(item.time),
      text: clockTime(item.time),
    });
    const meta = element("span", { class: "meta", "aria-hidden": "true" }, time);
    const spoken = own
      ? words("message.you", { time: clockTime(item.time) })
      : words("message.from", { name: item.author.name, time: clockTime(item.time) });
    const bubble = element(
      "div",
      { class: "bubble" },
      element("span", { class: "visually-hidden", text: `${spoken} ` }),
      element("span", { class: "words", dir: "auto" }, ...withLinks(item.text)),
      meta,
    );
    const node = element("li", { class: "message" }, bubble);
    return this.#arriving(node);
  }

  #drawMessage(node, item, { own, isFirst, isLast }) {
    const state = own ? (item.state ?? "sent") : "";
    const look = `${state} ${isFirst} ${isLast}`;
    if (node.dataset.look === look) return;
    node.dataset.look = look;
    if (item.id) node.dataset.id = item.id;
    const arriving = node.classList.contains("arriving") ? "arriving" : "";
    const parts = ["message", own && "own", isFirst && "first", isLast && "last", state, arriving];
    node.className = parts.filter(Boolean).join(" ");
    if (own) this.#drawState(node, item, state);
    else drawAuthor(node, item.author, isFirst);
  }

  #drawState(node, item, state) {
    const meta = node.querySelector(".meta");
    meta.querySelector(".icon")?.remove();
    meta.append(icon({ sending: "clock", sent: "check", failed: "alert" }[state]));
    node.querySelector(".state")?.remove();
    node.querySelector(".bubble").append(
      element("span", { class: "state visually-hidden", text: ` ${words(`message.${state}`)}` }),
    );
    node.querySelector(".failure")?.remove();
    if (state === "failed") node.append(this.#failure(item));
  }

  #failure({ key, code }) {
    const reason = hasWords(`error.${code}`) ? words(`error.${code}`) : "";
    const { outbox } = this.#client;
    const button = (name, act) =>
      element("button", { type: "button", class: "text-button", text: words(name), onclick: act });
    return element(
      "div",
      { class: "failure", role: "alert" },
      element("span", { text: `${words("message.failed")} ${reason}` }),
      button("message.retry", () => outbox.retry(key)),
      button("message.discard", () => outbox.discard(key)),
    );
  }
}

function row(look, text) {
  return element("li", { class: look }, element("span", { text }));
}

function drawAuthor(node, author, isFirst) {
  node.querySelector(":scope > .avatar")?.remove();
  node.querySelector(".author")?.remove();
  if (!isFirst) return;
  node.prepend(avatar(author));
  const name = element("span", { class: `author ${hueOf(author.id)}`, "aria-hidden": "true", text: author.name });
  node.querySelector(".bubble").prepend(name);
}

function sameGroup(one, other) {
  return (
    one?.kind === "message" &&
    other?.kind === "message" &&
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
