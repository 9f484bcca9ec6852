// Keys that work everywhere in the page, and the dialog that lists them.

import { showDialog } from "./dialogs.js";
import { element } from "./dom.js";
import { words } from "./words.js";

const isApple = /Mac|iPhone|iPad/.test(navigator.platform);

/** What the key for commands is called on this machine. */
export const commandKey = isApple ? "⌘" : "Ctrl";

/** Listens to the keys; each action is a function. */
export function listenToKeys({ search, write, room, unread }) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || document.querySelector("dialog:modal")) return;
    const isTyping = event.target.closest("input, textarea, select");
    const isCommand = isApple ? event.metaKey : event.ctrlKey;
    let act = null;
    if (isCommand && !event.altKey && event.key.toLowerCase() === "k") act = search;
    else if (event.altKey && event.shiftKey && event.key === "ArrowDown") act = unread;
    else if (event.altKey && event.key === "ArrowUp") act = () => room(-1);
    else if (event.altKey && event.key === "ArrowDown") act = () => room(1);
    else if (isTyping || isCommand || event.altKey) return;
    else if (event.key === "/") act = write;
    else if (event.key === "?") act = showKeys;
    if (!act) return;
    event.preventDefault();
    act();
  });
}

function showKeys() {
  const keys = [
    [[commandKey, "K"], "keys.search"],
    [["/"], "keys.write"],
    [["Alt", "↑"], "keys.above"],
    [["Alt", "↓"], "keys.below"],
    [["Alt", "Shift", "↓"], "keys.unread"],
    [["↑"], "keys.edit"],
    [["@"], "keys.mention"],
    [["?"], "keys.help"],
  ];
  const rows = keys.map(([parts, meaning]) =>
    element(
      "div",
      { class: "key-row" },
      element("dt", {}, parts.map((part) => element("kbd", { text: part }))),
      element("dd", { text: words(meaning) }),
    ),
  );
  showDialog({ title: words("keys"), id: "keys" }, element("dl", { class: "keys" }, rows));
}
