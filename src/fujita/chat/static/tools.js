// What can be done with a message: react, edit, delete. One set of buttons goes to the row that is in use.

import { confirmed } from "./dialogs.js";
import { byId, element, iconButton } from "./dom.js";
import { favourites, noteUsed, showPicker } from "./picker.js";
import { words } from "./words.js";

const OFFERED = 3;

/** The buttons beside a message, and the keys in the conversation. */
export class Tools {
  #client;
  #edit;
  #list = byId("messages");
  #bar = element("div", { class: "tools", role: "toolbar" });

  /** @param edit Is called with the message that is to be edited. */
  constructor(client, edit) {
    this.#client = client;
    this.#edit = edit;
    this.#list.addEventListener("pointerover", ({ target, pointerType }) => {
      if (pointerType === "mouse") this.#goTo(target.closest(".message"));
    });
    this.#list.addEventListener("pointerleave", () => {
      if (!this.#bar.contains(document.activeElement) && !this.#isPicking()) this.#goTo(null);
    });
    this.#list.addEventListener("click", ({ target }) => {
      // On a touch screen a tap takes the place of pointing.
      if (!target.closest("a, button, pre") && matchMedia("(hover: none)").matches) {
        this.#goTo(target.closest(".message"));
      }
    });
    this.#list.addEventListener("focusin", ({ target }) => this.#goTo(target.closest(".message")));
    byId("log").addEventListener("keydown", (event) => this.#pressed(event));
  }

  /** Puts an emoji under a message, or takes it away. */
  react(id, emoji, on) {
    this.#client.change("react", id, { emoji, on });
  }

  /** Says whether a message may still be edited by us. */
  canEdit(item) {
    const age = (Date.now() - item.time) / 1000;
    return item.id !== undefined && this.#client.isMe(item.author.id) && age < this.#client.limits.edit;
  }

  #goTo(node) {
    if (this.#bar.parentElement === node) return;
    this.#bar.parentElement?.classList.remove("active");
    this.#bar.remove();
    const item = node && this.#client.room.stream.find(Number(node.dataset.id));
    if (!item) return;
    this.#bar.replaceChildren(...this.#buttons(item));
    this.#bar.setAttribute("aria-label", words("tools"));
    node.classList.add("active");
    node.append(this.#bar);
  }

  #buttons(item) {
    const { id } = item;
    const isOurs = this.#client.isMe(item.author.id);
    const isOn = (emoji) =>
      item.reactions?.some((each) => each.emoji === emoji && each.users.includes(this.#client.you.id)) ?? false;
    const quick = favourites(OFFERED).map((emoji) =>
      element("button", {
        type: "button",
        class: "icon-button small quick",
        "aria-label": words("tools.react-with", { emoji }),
        text: emoji,
        onclick: () => {
          noteUsed(emoji);
          this.react(id, emoji, !isOn(emoji));
        },
      }),
    );
    const small = { class: "icon-button small" };
    const pick = ({ currentTarget }) => showPicker(currentTarget, (emoji) => this.react(id, emoji, true));
    return [
      ...quick,
      iconButton("smile", words("tools.react"), pick, { ...small, "aria-haspopup": "dialog" }),
      this.canEdit(item) ? iconButton("edit", words("tools.edit"), () => this.#edit(item), small) : null,
      isOurs || this.#client.room.moderates
        ? iconButton("trash", words("tools.delete"), () => this.#delete(item), { class: "icon-button small danger" })
        : null,
    ].filter(Boolean);
  }

  async #delete({ id }) {
    if (!(await confirmed(words("delete.title"), words("delete.text"), words("tools.delete")))) return;
    if (await this.#client.change("delete", id)) byId("text").focus();
  }

  #isPicking() {
    return this.#bar.querySelector("[aria-expanded=true]") !== null;
  }

  /** The arrows go from message to message. */
  #pressed(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const row = event.target.closest(".message");
    const isOnRow = event.target === row || event.target === event.currentTarget;
    if (step === undefined || !isOnRow || event.altKey) return;
    const rows = [...this.#list.querySelectorAll(".message")];
    const at = rows.indexOf(row);
    const goal = row === null ? rows.at(-1) : rows[at + step];
    if (!goal) return;
    event.preventDefault();
    goal.focus();
  }
}
