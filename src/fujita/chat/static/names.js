// Names of rooms, by the server's rules: what is refused here need not be asked there.

import { words } from "./words.js";

export const LOBBY = "lobby";
const LONGEST = 32;

/** Returns `{ name }` as it stands in addresses, or `{ code }`: what is wrong with it. */
export function roomName(typed) {
  const name = typed
    .normalize("NFKC")
    .trim()
    .toLowerCase()
    .replace(/^#/, "")
    .replace(/[\s-]+/gu, "-")
    .replace(/^-+|-+$/g, "");
  if (name === "") return { code: "room-empty" };
  if ([...name].length > LONGEST) return { code: "room-too-long" };
  if (!/^[\p{L}\p{M}\p{N}_-]+$/u.test(name)) return { code: "room-characters" };
  return { name };
}

/** Returns what a room is called in the reader's language. */
export function titleOf(name) {
  return name === LOBBY ? words("lobby") : name;
}

/** Returns the address of a room in this page. */
export function addressOf(name) {
  return name === LOBBY ? "/" : `/room/${encodeURIComponent(name)}`;
}

/** Returns the room that an address of this page leads to. */
export function roomAt(path) {
  const match = /^\/room\/([^/]+)$/.exec(path);
  if (!match) return LOBBY;
  try {
    return roomName(decodeURIComponent(match[1])).name ?? LOBBY;
  } catch {
    return LOBBY;
  }
}
