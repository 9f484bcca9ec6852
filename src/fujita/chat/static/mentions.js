// "@" and the beginning of a name: the people that may be meant.

import { avatar } from "./avatars.js";
import { byId, element } from "./dom.js";
import { announce } from "./notices.js";
import { countWords } from "./words.js";

const OFFERED = 6;
const LONGEST = 32;

/** Completes names in a text field. */
export class Mentions {
  #client;
  #field;
  #written;
  #list = byId("suggestions");
  #found = [];
  #at = 0;
  #start = 0;

  /** @param written Is called when a name was put into the field. */
  constructor(client, field, written) {
    this.#client = client;
    this.#field = field;
    this.#written = written;
    field.addEventListener("input", () => this.#look());
    field.addEventListener("blur", () => this.close());
    // A press must not take the focus from the field before it has chosen.
    this.#list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.#list.addEventListener("click", ({ target }) => {
      const at = [...this.#list.children].indexOf(target.closest("li"));
      if (at >= 0) this.#choose(at);
    });
  }

  /** Takes a key if the list is open and the key is for it; says whether it was. */
  pressed(event) {
    if (this.#list.hidden || event.isComposing) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.#mark((this.#at + step + this.#found.length) % this.#found.length);
    else if (event.key === "Enter" || event.key === "Tab") this.#choose(this.#at);
    else if (event.key === "Escape") this.close();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  /** Closes the list. */
  close() {
    this.#list.hidden = true;
    this.#field.removeAttribute("aria-activedescendant");
  }

  /** Returns the ids of the people whom a text mentions. */
  of(text) {
    return mentionsIn(text, this.#client);
  }

  #look() {
    const before = this.#field.value.slice(0, this.#field.selectionStart);
    const match = new RegExp(`(?:^|[^\\p{L}\\p{N}])@([^@\\n]{0,${LONGEST}})$`, "u").exec(before);
    this.#found = match ? this.#people(match[1].toLocaleLowerCase()) : [];
    if (!this.#found.length) {
      this.close();
      return;
    }
    this.#start = before.length - match[1].length;
    const wasHidden = this.#list.hidden;
    this.#list.replaceChildren(
      ...this.#found.map((person, number) =>
        element(
          "li",
          { role: "option", id: `suggestion-${number}` },
          avatar(person),
          element("span", { text: person.name }),
        ),
      ),
    );
    this.#list.hidden = false;
    this.#mark(0);
    if (wasHidden) announce(countWords("mention.found", this.#found.length));
  }

  #people(typed) {
    return [...this.#client.room.people()]
      .map(([id, name]) => ({ id, name }))
      .filter(({ id, name }) => !this.#client.isMe(id) && matches(name.toLocaleLowerCase(), typed))
      .sort((one, other) => one.name.localeCompare(other.name))
      .slice(0, OFFERED);
  }

  #mark(at) {
    this.#at = at;
    [...this.#list.children].forEach((option, number) => {
      option.setAttribute("aria-selected", String(number === at));
    });
    this.#field.setAttribute("aria-activedescendant", `suggestion-${at}`);
  }

  #choose(at) {
    this.#field.setRangeText(`${this.#found[at].name} `, this.#start, this.#field.selectionStart, "end");
    this.close();
    this.#written();
  }
}

/** Returns the ids of the people whom a text mentions. */
export function mentionsIn(text, client) {
  if (!text.includes("@")) return [];
  const people = [...client.room.people()].filter(([, name]) => text.includes(`@${name}`));
  // "@Ann Lee" is not for Ann, unless she is mentioned elsewhere, too.
  const isMeant = ([, name]) => {
    const longer = people.filter(([, other]) => other !== name && other.startsWith(name));
    return longer.reduce((rest, [, other]) => rest.replaceAll(`@${other}`, ""), text).includes(`@${name}`);
  };
  return people
    .filter(isMeant)
    .map(([id]) => id)
    .slice(0, client.limits.mentions);
}

function matches(name, typed) {
  return name !== typed.trim() && (name.startsWith(typed) || (typed && name.includes(` ${typed}`)));
}
