// The emoji picker.

import { element } from "./dom.js";
import { EMOJIS, FAVOURITES } from "./emojis.js";
import { closePopover, showPopover } from "./popover.js";
import { recall, remember } from "./storage.js";
import { words } from "./words.js";

const COLUMNS = 8;
const STORED_UNDER = "chat_emoji";

/** Returns the emoji that the reader has used lately, filled up with those that everybody uses. */
export function favourites(count = COLUMNS) {
  return [...new Set([...recall(STORED_UNDER, []), ...FAVOURITES])].slice(0, count);
}

/** Remembers that the reader has used an emoji. */
export function noteUsed(emoji) {
  remember(STORED_UNDER, [...new Set([emoji, ...recall(STORED_UNDER, [])])].slice(0, COLUMNS));
}

/** Shows the picker beside a button; `chosen` is called with the emoji. */
export function showPicker(anchor, chosen, closed) {
  const choose = ({ target }) => {
    if (target.tagName !== "BUTTON") return;
    noteUsed(target.textContent);
    closePopover();
    chosen(target.textContent);
  };
  const grid = element(
    "div",
    { class: "picker", role: "dialog", "aria-label": words("emoji"), onclick: choose, onkeydown: move },
    section("emoji.recent", favourites()),
    section("emoji.all", EMOJIS),
  );
  grid.querySelector("button").tabIndex = 0;
  showPopover(grid, anchor, closed);
}

function section(title, emojis) {
  return [
    element("p", { class: "picker-title", text: words(title) }),
    element(
      "div",
      { class: "picker-grid", role: "group", "aria-label": words(title) },
      emojis.map((emoji) => element("button", { type: "button", tabindex: "-1", text: emoji })),
    ),
  ];
}

/** One Tab stop for all of them; the arrows go from one to the other. */
function move(event) {
  const all = [...event.currentTarget.querySelectorAll("button")];
  const at = all.indexOf(document.activeElement);
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS }[event.key];
  const goal = all[at + step];
  if (step === undefined) return;
  event.preventDefault();
  if (!goal) return;
  all[at].tabIndex = -1;
  goal.tabIndex = 0;
  goal.focus();
}
