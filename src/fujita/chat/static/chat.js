// The page: puts the parts together and moves between rooms.

import { Client } from "./client.js";
import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { byId, oncePerFrame, setText } from "./dom.js";
import { closeDrawer, prepareDrawers } from "./drawers.js";
import { PeopleList, RoomLists } from "./lists.js";
import { Log } from "./log.js";
import { addressOf, roomAt, roomName, titleOf } from "./names.js";
import { Banner, announce, drawTitle, toast } from "./notices.js";
import { Settings } from "./settings.js";
import { hasWords, words } from "./words.js";

const connection = new Connection(`${location.origin.replace(/^http/, "ws")}/socket`);
const client = new Client(connection);
const log = new Log(client);
const roomLists = new RoomLists(client, visit);
const people = new PeopleList(client);
const composer = new Composer(client, () => log.toEnd());
const settings = new Settings(client, redraw);
const banner = new Banner(connection);
const hasKeyboard = matchMedia("(hover: hover) and (pointer: fine)");

client.isWatched = () => !document.hidden && document.hasFocus() && log.follows;

const draw = oncePerFrame(() => {
  setText(byId("room-title"), `# ${titleOf(client.current)}`);
  roomLists.update();
  people.update();
  composer.update();
  settings.update();
  log.update();
});

function redraw() {
  draw();
  roomLists.redraw();
  people.redraw();
  log.redraw();
  banner.update();
  drawTitle(client);
}

/** Shows a room; its address is the page's then. */
function visit(name) {
  closeDrawer();
  if (name !== client.current) history.pushState(null, "", addressOf(name));
  client.enter(name);
  watched();
  if (hasKeyboard.matches) composer.focus();
}

function watched() {
  if (client.isWatched()) client.markRead();
}

function complain(code, values) {
  const key = hasWords(`error.${code}`) ? `error.${code}` : "page.error";
  toast(words(key, values));
}

function openRoom(event) {
  event.preventDefault();
  const field = byId("room-name");
  const { name, code } = roomName(field.value);
  setText(byId("room-error"), code ? words(`error.${code}`) : "");
  field.setAttribute("aria-invalid", String(Boolean(code)));
  if (code) return;
  field.value = "";
  visit(name);
}

async function copyLink() {
  const link = new URL(addressOf(client.current), location.origin).href;
  try {
    await navigator.clipboard.writeText(link);
    toast(words("room.copied"));
  } catch {
    // Only pages that came over HTTPS, or from this machine, may use the clipboard.
    toast(words("room.copy-failed", { link }));
  }
}

/** Alt and an arrow go to the room above or below; "/" goes to the message field. */
function pressed(event) {
  const isTyping = event.target.closest("input, textarea, dialog");
  if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    const names = [...client.rooms.keys()];
    const step = event.key === "ArrowUp" ? names.length - 1 : 1;
    event.preventDefault();
    visit(names[(names.indexOf(client.current) + step) % names.length]);
  } else if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    composer.focus();
  }
}

client.addEventListener("change", () => {
  const address = addressOf(client.current);
  if (roomAt(location.pathname) !== client.current) history.replaceState(null, "", address);
  drawTitle(client);
  draw();
});
client.addEventListener("said", ({ detail }) => announce(detail));
client.addEventListener("problem", ({ detail }) => complain(detail.code, detail.values));
addEventListener("popstate", () => {
  client.enter(roomAt(location.pathname));
  watched();
});
addEventListener("focus", watched);
document.addEventListener("visibilitychange", watched);
document.addEventListener("keydown", pressed);
byId("open-room").addEventListener("submit", openRoom);
byId("copy-link").addEventListener("click", copyLink);

prepareDrawers();
client.enter(roomAt(location.pathname));
connection.open();
if (hasKeyboard.matches) composer.focus();
