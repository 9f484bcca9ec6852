// Editing a message where it stands.

import { cleaned, grow, isEnter } from "./composer.js";
import { byId, element } from "./dom.js";
import { mentionsIn } from "./mentions.js";
import { words } from "./words.js";

/** Shows a field in the place of a message's text, until it is saved or given up. */
export function edit(client, { id, text }) {
  const node = byId("messages").querySelector(`[data-id="${id}"]`);
  const line = node?.querySelector(".line");
  if (!line) return;
  const opened = node.querySelector(".editor textarea");
  if (opened) {
    opened.focus();
    return;
  }
  const field = element("textarea", { rows: "1", "aria-label": words("edit.field"), value: text, oninput: () => grow(field) });
  const button = (label, look, act) =>
    element("button", { type: "button", class: `button small ${look}`, text: words(label), onclick: act });
  const close = () => {
    // The line may have been drawn anew meanwhile.
    editor.previousElementSibling.hidden = false;
    editor.remove();
    byId("text").focus();
  };
  const save = async () => {
    const changed = cleaned(field.value);
    if (!changed) return;
    if (changed !== text) {
      const isDone = await client.change("edit", id, { text: changed, mentions: mentionsIn(changed, client) });
      if (!isDone) return;
    }
    close();
  };
  const editor = element(
    "div",
    { class: "editor" },
    field,
    element(
      "div",
      { class: "editor-foot" },
      element("span", { class: "field-hint", text: words("edit.keys") }),
      button("cancel", "quiet", close),
      button("save", "", save),
    ),
  );
  field.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape") close();
    else if (isEnter(event)) {
      event.preventDefault();
      save();
    }
  });
  line.hidden = true;
  line.after(editor);
  grow(field);
  node.scrollIntoView({ block: "nearest" });
  field.focus();
  field.setSelectionRange(text.length, text.length);
}

/** Takes the editor of a row along while the row is drawn anew, with the cursor in it. */
export function keepingEditor(node, draw) {
  const editor = node.querySelector(".editor");
  const hadFocus = editor?.contains(document.activeElement) ? document.activeElement : null;
  draw();
  const line = editor && node.querySelector(".line");
  if (!line) return;
  line.hidden = true;
  line.after(editor);
  hadFocus?.focus({ preventScroll: true });
}
