// Who is in the current room, and what owners and moderators may do about it.

import { ask, complaintOf, roomPath } from "./api.js";
import { avatar } from "./avatars.js";
import { confirmed } from "./dialogs.js";
import { arrange, byId, element, icon, setText } from "./dom.js";
import { toast } from "./notices.js";
import { closePopover, showMenu } from "./popover.js";
import { countWords, words } from "./words.js";

const MINUTES_10 = 600;
const HOUR = 3600;
const FOR_EVER = -1;

/** Shows who is in the current room. */
export class PeopleList {
  #client;
  #mention;
  #rows = new Map();

  /** @param mention Is called with the name of somebody who is to be mentioned. */
  constructor(client, mention) {
    this.#client = client;
    this.#mention = mention;
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
      const isYou = person.id === you?.id;
      const key = JSON.stringify([room.name, person.id, person.name, isYou]);
      const node = this.#rows.get(key) ?? this.#row(person, isYou);
      rows.set(key, node);
      return node;
    });
    this.#rows = rows;
    arrange(byId("people"), nodes);
    const unnamed = room.online - people.length;
    setText(byId("people-more"), unnamed > 0 ? words("people.more", { count: unnamed }) : "");
    setText(byId("room-online"), room.known ? countWords("online", room.online) : "");
  }

  /** Forgets what was drawn: the language has changed. */
  redraw() {
    this.#rows.clear();
    this.update();
  }

  #row(person, isYou) {
    const content = [avatar(person), element("span", { class: "person-name", text: person.name })];
    if (isYou) {
      const you = element("span", { class: "person-you", text: words("people.you") });
      return element("li", {}, element("div", { class: "person" }, content, you));
    }
    const open = ({ currentTarget }) => this.#open(currentTarget, person);
    const properties = { type: "button", class: "person", "aria-haspopup": "menu", "aria-expanded": "false", onclick: open };
    return element("li", {}, element("button", properties, content, icon("more")));
  }

  async #open(anchor, person) {
    const { room } = this.#client;
    const menu = element("div", { class: "menu", role: "menu", "aria-label": person.name });
    const entry = (label, act, looks = "") =>
      element("button", {
        type: "button",
        role: "menuitem",
        class: looks,
        text: label,
        onclick: () => {
          closePopover();
          act();
        },
      });
    const entries = [entry(words("people.mention", { name: person.name }), () => this.#mention(person.name))];
    if (room.moderates) {
      const answer = await ask("GET", roomPath(room.name, "/members"));
      const member = answer.members?.find(({ id }) => id === person.id) ?? {};
      const restrict = (values, done) => restrictMember(room.name, person, values, done);
      entries.push(element("hr", { role: "separator" }));
      if (room.role === "owner") {
        const isModerator = member.role === "moderator";
        const role = isModerator ? "member" : "moderator";
        entries.push(entry(words(`moderate.${role}`), () => restrict({ role }, `moderate.${role}.done`)));
      }
      if (member.muted) entries.push(entry(words("moderate.unmute"), () => restrict({ muted: 0 }, "moderate.unmuted")));
      else {
        for (const [label, muted] of [["10", MINUTES_10], ["60", HOUR], ["ever", FOR_EVER]]) {
          entries.push(entry(words(`moderate.mute.${label}`), () => restrict({ muted }, "moderate.muted")));
        }
      }
      entries.push(element("hr", { role: "separator" }));
      entries.push(entry(words("moderate.remove"), () => putOut(room.name, person), "danger"));
      entries.push(entry(words("moderate.ban"), () => ban(room.name, person), "danger"));
    }
    menu.append(...entries);
    showMenu(menu, anchor);
  }
}

/** Mutes, bans or promotes somebody, or takes that back. */
export async function restrictMember(room, { id, name }, values, done) {
  const answer = await ask("PUT", roomPath(room, `/members/${encodeURIComponent(id)}`), values);
  toast(answer.error ? complaintOf(answer) : words(done, { name }));
  return !answer.error;
}

async function putOut(room, { id, name }) {
  const answer = await ask("DELETE", roomPath(room, `/members/${encodeURIComponent(id)}`));
  toast(answer.error ? complaintOf(answer) : words("moderate.removed", { name }));
}

async function ban(room, person) {
  const title = words("moderate.ban.title", person);
  if (!(await confirmed(title, words("moderate.ban.text"), words("moderate.ban")))) return;
  restrictMember(room, person, { banned: FOR_EVER }, "moderate.banned");
}
