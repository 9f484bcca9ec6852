// The rooms on one side and the people on the other.

import { avatar } from "./avatars.js";
import { arrange, byId, element, icon, setText } from "./dom.js";
import { LOBBY, addressOf, titleOf } from "./names.js";
import { countWords, words } from "./words.js";

/** Shows the rooms that this tab is in, and the others that there are. */
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
        online: room.joined ? room.online : (directory.get(room.name)?.online ?? 0),
        unread: room.unread,
        isCurrent: room.name === current,
        isOurs: true,
      }),
    );
    const others = [...directory.values()]
      .filter(({ name }) => !rooms.has(name))
      .sort((one, other) => other.online - one.online)
      .map(({ name, online }) => this.#row({ name, online, unread: 0 }));
    arrange(byId("your-rooms"), own);
    arrange(byId("other-rooms"), others);
    byId("no-other-rooms").hidden = others.length > 0;
    byId("rooms-dot").hidden = ![...rooms.values()].some(
      (room) => room.unread && room.name !== current,
    );
  }

  /** Forgets what was drawn: the language has changed. */
  redraw() {
    this.#rows.clear();
    this.update();
  }

  #row({ name, online, unread, isCurrent = false, isOurs = false }) {
    const look = JSON.stringify([online, unread, isCurrent, isOurs]);
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
      element("span", { class: "room-hash", "aria-hidden": "true", text: "#" }),
      element("span", { class: "room-name", text: titleOf(name) }),
      unread ? badge(unread) : count(online),
    );
    const node = element(
      "li",
      { class: ["room-item", unread && "unread", stays && "stays"].filter(Boolean).join(" ") },
      link,
      stays ? null : this.#leaveButton(name),
    );
    this.#rows.set(name, { look, node });
    if (hadFocus) {
      drawn.node.replaceWith(node);
      link.focus();
    }
    return node;
  }

  #leaveButton(name) {
    return element(
      "button",
      {
        type: "button",
        class: "room-leave",
        "aria-label": words("room.leave", { room: name }),
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

function badge(unread) {
  return element(
    "span",
    { class: "badge" },
    element("span", { "aria-hidden": "true", text: unread > 99 ? "99+" : String(unread) }),
    element("span", { class: "visually-hidden", text: countWords("room.unread", unread) }),
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

/** Shows who is in the current room. */
export class PeopleList {
  #client;
  #rows = new Map();

  constructor(client) {
    this.#client = client;
  }

  /** Draws what has changed. */
  update() {
    const { room, you } = this.#client;
    const people = [...room.members].map(([id, name]) => ({ id, name }));
    people.sort((one, other) =>
      one.id === you?.id ? -1 : other.id === you?.id ? 1 : one.name.localeCompare(other.name),
    );
    const rows = new Map();
    const nodes = people.map((person) => {
      const key = `${person.id} ${person.name} ${person.id === you?.id}`;
      const node = this.#rows.get(key) ?? personRow(person, person.id === you?.id);
      rows.set(key, node);
      return node;
    });
    this.#rows = rows;
    arrange(byId("people"), nodes);
    const unnamed = room.online - people.length;
    setText(byId("people-more"), unnamed > 0 ? words("people.more", { count: unnamed }) : "");
    setText(byId("room-online"), room.lastId === null ? "" : countWords("online", room.online));
  }

  /** Forgets what was drawn: the language has changed. */
  redraw() {
    this.#rows.clear();
    this.update();
  }
}

function personRow(person, isYou) {
  return element(
    "li",
    { class: "person" },
    avatar(person),
    element("span", { class: "person-name", text: person.name }),
    isYou ? element("span", { class: "person-you", text: words("people.you") }) : null,
  );
}
