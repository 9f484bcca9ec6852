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

/** Returns what a room is called: the lobby in the reader's language, others as their owners want it. */
export function titleOf(name, title) {
  return name === LOBBY ? words("lobby") : title || name;
}

/** Returns the address of a room in this page. */
export function addressOf(name) {
  return name === LOBBY ? "/" : `/room/${encodeURIComponent(name)}`;
}

/** Returns the room that an address of this page leads to. */
export function roomAt({ pathname, search }) {
  const match = /^\/room\/([^/]+)$/.exec(pathname);
  const typed = match ? match[1] : (new URLSearchParams(search).get("room") ?? LOBBY);
  try {
    return roomName(match ? decodeURIComponent(typed) : typed).name ?? LOBBY;
  } catch {
    return LOBBY;
  }
}

/** Returns the address of this site that somebody typed or pasted, or null if it is none. */
export function ownAddress(typed) {
  try {
    const url = new URL(typed.trim());
    const isOurs = url.origin === location.origin && /^\/(room\/|invite\/|$)/.test(url.pathname);
    return isOurs ? url : null;
  } catch {
    return null;
  }
}
