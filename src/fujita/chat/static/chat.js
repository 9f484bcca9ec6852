// The page: puts the parts together and moves between rooms.

import { token } from "./api.js";
import { Client } from "./client.js";
import { drawClosed, drawTyping } from "./closed.js";
import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { byId, oncePerFrame, setText } from "./dom.js";
import { closeDrawer, prepareDrawers } from "./drawers.js";
import { edit } from "./editor.js";
import { RoomLists } from "./lists.js";
import { Log } from "./log.js";
import { LOBBY, addressOf, roomAt, titleOf } from "./names.js";
import { openRoomDialog } from "./newroom.js";
import { Banner, announce, drawTitle, toast } from "./notices.js";
import { PeopleList } from "./people.js";
import { copyLink, showDetails } from "./roomdetails.js";
import { openSearch } from "./search.js";
import { Settings } from "./settings.js";
import { commandKey, listenToKeys } from "./shortcuts.js";
import { Tools } from "./tools.js";
import { hasWords, words } from "./words.js";

const connection = new Connection(`${location.origin.replace(/^http/, "ws")}/socket`, token);
const client = new Client(connection);
const tools = new Tools(client, (item) => edit(client, item));
const log = new Log(client, (id, emoji, on) => tools.react(id, emoji, on));
const composer = new Composer(client, () => log.toEnd(), editLast);
const roomLists = new RoomLists(client, visit);
const people = new PeopleList(client, (name) => {
  closeDrawer();
  composer.insert(`@${name} `);
});
const settings = new Settings(client, redraw);
const banner = new Banner(connection);
const hasKeyboard = matchMedia("(hover: hover) and (pointer: fine)");

client.isWatched = () => !document.hidden && document.hasFocus() && log.follows && client.room.past === null;

const draw = oncePerFrame(() => {
  const { room, current } = client;
  setText(byId("room-title"), titleOf(current, room.title));
  setText(byId("room-topic"), room.topic);
  byId("room-icon").setAttribute("href", room.isPrivate || room.refusal ? "#icon-lock" : "#icon-hash");
  roomLists.update();
  people.update();
  composer.update();
  settings.update();
  log.update();
  drawClosed(room);
  drawTyping(room);
});

function redraw() {
  draw();
  roomLists.redraw();
  people.redraw();
  log.redraw();
  banner.update();
  drawTitle(client);
}

/** Shows a room; its address is the page's then, but in a frame, where the page's own says who we are. */
function visit(name) {
  closeDrawer();
  if (name !== client.current && token === null) history.pushState(null, "", addressOf(name));
  client.enter(name);
  watched();
  if (hasKeyboard.matches) composer.focus();
}

function watched() {
  if (client.isWatched()) client.markRead();
}

function editLast() {
  const last = client.room.present.items.findLast((item) => item.kind === "message" && !item.deleted && tools.canEdit(item));
  if (last) edit(client, last);
  return Boolean(last);
}

function search() {
  openSearch(client, (room, id) => {
    visit(room);
    log.show(id);
  });
}

/** Goes to the room above or below in the list. */
function step(by) {
  const names = [...client.rooms.keys()];
  visit(names[(names.indexOf(client.current) + by + names.length) % names.length]);
}

function visitUnread() {
  const unread = [...client.rooms.values()].find((room) => room.unread && room.name !== client.current);
  if (unread) visit(unread.name);
}

client.addEventListener("change", () => {
  draw();
  // Nothing is drawn in a hidden tab, but its title is read.
  drawTitle(client);
});
client.addEventListener("said", ({ detail: { author, text, files = [] } }) => {
  announce(`${author.name}: ${text || files.map(({ name }) => name).join(", ")}`);
});
client.addEventListener("problem", ({ detail: { code, values } }) => {
  toast(words(hasWords(`error.${code}`) ? `error.${code}` : "page.error", values));
});
client.addEventListener("gone", () => {
  if (token === null && roomAt(location) !== client.current) history.replaceState(null, "", addressOf(client.current));
});
addEventListener("popstate", () => {
  client.enter(roomAt(location));
  watched();
});
addEventListener("focus", watched);
document.addEventListener("visibilitychange", watched);
byId("open-room").addEventListener("click", () => openRoomDialog(visit));
for (const id of ["copy-link", "invite"]) byId(id).addEventListener("click", () => copyLink(client));
byId("room-details").addEventListener("click", () => showDetails(client));
byId("search-open").addEventListener("click", () => {
  closeDrawer();
  search();
});
byId("closed-lobby").addEventListener("click", (event) => {
  event.preventDefault();
  visit(LOBBY);
});
listenToKeys({ search, write: () => composer.focus(), room: step, unread: visitUnread });
setText(byId("search-keys"), `${commandKey} K`);

prepareDrawers();
const invite = new URLSearchParams(location.search).get("invite");
// An invitation is for one: it does not stay in the address, to be copied from there.
if (invite !== null && token === null) history.replaceState(null, "", location.pathname);
client.enter(roomAt(location), invite);
connection.open();
if (hasKeyboard.matches) composer.focus();
