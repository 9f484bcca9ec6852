// The rooms on one side.

import { arrange, byId, element, icon } from "./dom.js";
import { LOBBY, addressOf, titleOf } from "./names.js";
import { countWords, words } from "./words.js";

/** Shows the rooms that the reader is a member of, and the others that there are. */
export class RoomLists {
  #client;
  #visit;
  #rows = new Map();

  /** @param visit Is called with the name of a room that the reader wants to see. */
  constructor(client, visit) {
    this.#client = client;
    this.#visit = visit;
  }

  /** Draws what has changed. */
  update() {
    const { rooms, directory, current } = this.#client;
    const own = [...rooms.values()].map((room) =>
      this.#row({
        name: room.name,
        title: titleOf(room.name, room.title || directory.get(room.name)?.title),
        isPrivate: room.isPrivate || room.refusal === "private",
        online: room.joined ? room.online : (directory.get(room.name)?.online ?? 0),
        unread: room.unread,
        mentions: room.mentions,
        isCurrent: room.name === current,
        isOurs: true,
      }),
    );
    const others = [...directory.values()]
      .filter(({ name }) => !rooms.has(name))
      .sort((one, other) => other.online - one.online || one.name.localeCompare(other.name))
      .map(({ name, title, online }) => this.#row({ name, title: titleOf(name, title), online, unread: 0 }));
    arrange(byId("your-rooms"), own);
    arrange(byId("other-rooms"), others);
    byId("no-other-rooms").hidden = others.length > 0;
    byId("rooms-dot").hidden = ![...rooms.values()].some((room) => room.unread && room.name !== current);
  }

  /** Forgets what was drawn: the language has changed. */
  redraw() {
    this.#rows.clear();
    this.update();
  }

  #row({ name, title, online, unread, mentions = 0, isPrivate = false, isCurrent = false, isOurs = false }) {
    const look = JSON.stringify([title, online, unread, mentions, isPrivate, isCurrent, isOurs]);
    const drawn = this.#rows.get(name);
    if (drawn?.look === look) return drawn.node;
    const hadFocus = drawn?.node.contains(document.activeElement);
    const stays = !isOurs || name === LOBBY;
    const link = element(
      "a",
      {
        href: addressOf(name),
        "aria-current": isCurrent ? "page" : null,
        onclick: (event) => this.#clicked(event, name),
      },
      icon(isPrivate ? "lock" : "hash"),
      element("span", { class: "room-name", text: title }),
      unread ? badge(unread, mentions) : count(online),
    );
    const node = element(
      "li",
      { class: ["room-item", unread && "unread", stays && "stays"].filter(Boolean).join(" ") },
      link,
      stays ? null : this.#leaveButton(name, title),
    );
    this.#rows.set(name, { look, node });
    if (hadFocus) {
      drawn.node.replaceWith(node);
      link.focus();
    }
    return node;
  }

  #leaveButton(name, title) {
    return element(
      "button",
      {
        type: "button",
        class: "room-leave",
        "aria-label": words("room.leave", { room: title }),
        onclick: () => this.#client.leave(name),
      },
      icon("close"),
    );
  }

  #clicked(event, name) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#visit(name);
  }
}

function badge(unread, mentions) {
  return element(
    "span",
    { class: mentions ? "badge for-me" : "badge" },
    element("span", { "aria-hidden": "true", text: `${mentions ? "@" : ""}${unread > 99 ? "99+" : unread}` }),
    element("span", { class: "visually-hidden", text: countWords("room.unread", unread) }),
    mentions ? element("span", { class: "visually-hidden", text: ` ${words("room.mentioned")}` }) : null,
  );
}

function count(online) {
  return element(
    "span",
    { class: online ? "room-count" : "room-count nobody" },
    element("span", { "aria-hidden": "true", text: String(online) }),
    element("span", { class: "visually-hidden", text: countWords("online", online) }),
  );
}
