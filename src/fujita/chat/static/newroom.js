// Opening a room: a new one, one that there is, or where a link leads.

import { ask, complaintOf } from "./api.js";
import { checkbox, complain, field, showDialog } from "./dialogs.js";
import { element } from "./dom.js";
import { ownAddress, roomName } from "./names.js";
import { words } from "./words.js";

/** Shows the dialog; `visit` is called with a room's name. */
export function openRoomDialog(visit) {
  const row = field(
    words("room.name"),
    { id: "room-name", name: "room", enterkeyhint: "go", autocapitalize: "none", spellcheck: "false", autocomplete: "off", "data-first": "" },
    words("room.name.hint"),
  );
  const input = row.querySelector("input");
  const isPrivate = checkbox(words("room.private"), words("room.private.hint"), { id: "room-private", name: "private" });
  const form = element(
    "form",
    { id: "open-room-form", novalidate: "" },
    row,
    isPrivate,
    element(
      "div",
      { class: "dialog-foot" },
      element("button", { type: "button", class: "button quiet", text: words("cancel"), onclick: () => dialog.close() }),
      element("button", { type: "submit", class: "button", text: words("room.open.do") }),
    ),
  );
  const dialog = showDialog({ title: words("room.open"), id: "open-room-dialog" }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const address = ownAddress(input.value);
    if (address) return location.assign(address.href);
    const { name, code } = roomName(input.value);
    if (code) return complain(input, words(`error.${code}`));
    const answer = await ask("POST", "/api/rooms", {
      name,
      title: input.value.trim().replace(/^#/, ""),
      private: form.elements.private.checked,
    });
    // A public room that there is already is as good as a new one; a secret one has to be new.
    const isThere = answer.error === "room-taken" && !form.elements.private.checked;
    if (answer.error && !isThere) return complain(input, complaintOf(answer));
    dialog.close();
    visit(name);
  });
}
