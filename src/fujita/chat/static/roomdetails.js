// All about a room: what it is, how to invite others, and what its owner and moderators may change.

import { ask, complaintOf, roomPath } from "./api.js";
import { avatar } from "./avatars.js";
import { complain, confirmed, field, showDialog } from "./dialogs.js";
import { element, iconButton } from "./dom.js";
import { LOBBY, addressOf, titleOf } from "./names.js";
import { toast } from "./notices.js";
import { restrictMember } from "./people.js";
import { fullTime } from "./times.js";
import { words } from "./words.js";

const SLOW_CHOICES = [0, 5, 10, 30, 60, 300, 900, 3600];
const TITLE_LONGEST = 64;
const TOPIC_LONGEST = 200;
// Beyond that a time is no time any more.
const FOR_EVER = Date.UTC(2100, 0);

/** Puts a link to the current room into the clipboard; for a private room, an invitation. */
export async function copyLink(client) {
  const { room } = client;
  const address = room.isPrivate ? invitation(room) : addressOf(room.name);
  const link = Promise.resolve(address).then((path) => path && new URL(path, location.origin).href);
  try {
    // Handed over as a promise: after a wait for the server, Safari would not let us any more.
    const text = link.then((found) => new Blob([found], { type: "text/plain" }));
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": text })]);
    if (await link) toast(words(room.isPrivate ? "room.invited" : "room.copied"));
  } catch {
    // Only pages that came over HTTPS, or from this machine, may use the clipboard.
    const found = await link;
    if (found) showLink(found);
  }
}

async function invitation({ name }) {
  const answer = await ask("POST", roomPath(name, "/invitations"), {});
  if (!answer.error) return `/invite/${answer.token}`;
  toast(complaintOf(answer));
  return null;
}

function showLink(link) {
  const input = element("input", { class: "field", id: "room-link", readonly: "", value: link, "aria-label": words("room.link"), "data-first": "" });
  showDialog({ title: words("room.link") }, element("p", { text: words("room.link.text") }), input);
  input.select();
}

/** Shows the dialog about the current room. */
export function showDetails(client) {
  const { room } = client;
  const isLobby = room.name === LOBBY;
  const dialog = showDialog(
    { title: `# ${titleOf(room.name, room.title)}`, id: "details" },
    facts(room),
    room.moderates ? settingsForm(room) : null,
    room.moderates ? restricted(room) : null,
    element(
      "div",
      { class: "button-row" },
      action("link", room.isPrivate ? "room.invite" : "room.copy", "", () => copyLink(client)),
      isLobby ? null : action("leave", "room.leave.do", "", () => dialog.close() ?? client.leave(room.name)),
      room.role === "owner" && !isLobby ? action("trash", "room.delete", "danger", () => remove(room.name)) : null,
    ),
  );
}

function action(icon, label, looks, act) {
  const button = iconButton(icon, words(label), act, { class: `button quiet ${looks}`, title: null });
  button.append(element("span", { text: words(label) }));
  return button;
}

function facts({ topic, isPrivate, slow, role }) {
  const lines = [
    topic || null,
    words(isPrivate ? "room.is-private" : "room.is-public"),
    slow ? words("slow.note", { seconds: slow }) : null,
    role === "owner" || role === "moderator" ? words(`role.${role}`) : null,
  ];
  return element("ul", { class: "facts" }, lines.filter(Boolean).map((text) => element("li", { text })));
}

function settingsForm(room) {
  const title = field(words("room.title"), { id: "title", maxlength: String(TITLE_LONGEST), value: room.title });
  const topic = field(words("room.topic"), { id: "topic", maxlength: String(TOPIC_LONGEST), value: room.topic });
  const choices = [...new Set([...SLOW_CHOICES, room.slow])].sort((one, other) => one - other);
  const slow = element(
    "select",
    { class: "field", id: "slow-mode" },
    choices.map((seconds) =>
      element("option", {
        value: String(seconds),
        text: seconds ? words("slow.seconds", { seconds }) : words("slow.off"),
        selected: seconds === room.slow,
      }),
    ),
  );
  const form = element(
    "form",
    { novalidate: "", id: "room-settings" },
    title,
    topic,
    element("div", { class: "form-row" }, element("label", { for: "slow-mode", text: words("slow") }), slow),
    element("button", { type: "submit", class: "button", text: words("save") }),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const [one, other] = [title, topic].map((row) => row.querySelector("input"));
    const answer = await ask("PATCH", roomPath(room.name), {
      title: one.value,
      topic: other.value,
      slow: Number(slow.value),
    });
    complain(one, answer.error ? complaintOf(answer) : "");
    if (answer.error) return;
    toast(words("room.saved"));
    form.closest("dialog").close();
  });
  return form;
}

/** Who is muted or banned; it can be lifted here even if they are not in the room. */
function restricted(room) {
  const list = element("ul", { class: "people-list restricted" });
  const section = element("section", { hidden: true }, element("h3", { text: words("moderate.restricted") }), list);
  ask("GET", roomPath(room.name, "/members")).then(({ members = [] }) => {
    for (const member of members) {
      for (const kind of ["muted", "banned"]) if (member[kind]) list.append(row(member, kind));
    }
    section.hidden = !list.children.length;
  });
  const row = (member, kind) => {
    const until = member[kind] < FOR_EVER ? words("moderate.until", { time: fullTime(member[kind]) }) : "";
    const lift = async () => {
      if (await restrictMember(room.name, member, { [kind]: 0 }, "moderate.lifted")) item.remove();
    };
    const item = element(
      "li",
      { class: "person" },
      avatar(member),
      element(
        "span",
        { class: "person-name" },
        element("span", { text: member.name }),
        element("span", { class: "field-hint", text: ` ${words(`moderate.is-${kind}`)} ${until}` }),
      ),
      element("button", { type: "button", class: "text-button", text: words("moderate.lift"), onclick: lift }),
    );
    return item;
  };
  return section;
}

async function remove(name) {
  const isMeant = await confirmed(words("room.delete.title", { room: name }), words("room.delete.text"), words("room.delete"));
  if (!isMeant) return;
  const answer = await ask("DELETE", roomPath(name));
  if (answer.error) toast(complaintOf(answer));
  else document.getElementById("details")?.close();
}
