// Dialogs: built when they are shown, so that they speak the language of the moment.

import { element, iconButton } from "./dom.js";
import { words } from "./words.js";

let count = 0;

/** Shows a dialog with a title; the focus goes back to where it was when it is closed. */
export function showDialog({ title, class: looks = "", id = null }, ...children) {
  count += 1;
  const heading = element("h2", { id: `dialog-title-${count}`, text: title });
  const dialog = element(
    "dialog",
    { class: `dialog ${looks}`, "aria-labelledby": heading.id, id },
    element(
      "div",
      { class: "dialog-head" },
      heading,
      iconButton("close", words("close"), () => dialog.close(), { class: "icon-button dialog-close" }),
    ),
    ...children,
  );
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => {
    // A notice that came up on the dialog outlives it.
    const toasts = dialog.querySelector("#toasts");
    if (toasts) document.body.append(toasts);
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector("[data-first]")?.focus();
  return dialog;
}

/** Asks whether something is meant; resolves to true or false. */
export function confirmed(title, text, action) {
  return new Promise((resolve) => {
    const dialog = showDialog(
      { title, class: "confirm", id: "confirm" },
      element("p", { text }),
      element(
        "div",
        { class: "dialog-foot" },
        element("button", {
          type: "button",
          class: "button quiet",
          text: words("cancel"),
          onclick: () => dialog.close(),
        }),
        element("button", {
          type: "button",
          class: "button danger",
          text: action,
          "data-first": "",
          onclick: () => {
            resolve(true);
            dialog.close();
          },
        }),
      ),
    );
    dialog.addEventListener("close", () => resolve(false));
  });
}

/** Makes a labelled field, with a place for what is wrong with it. */
export function field(label, properties, hint = null) {
  const { id } = properties;
  const described = [hint && `${id}-hint`, `${id}-error`].filter(Boolean).join(" ");
  return element(
    "div",
    { class: "form-row" },
    element("label", { for: id, text: label }),
    element("input", { class: "field", "aria-describedby": described, ...properties }),
    hint && element("p", { class: "field-hint", id: `${id}-hint`, text: hint }),
    element("p", { class: "field-error", id: `${id}-error`, role: "alert" }),
  );
}

/** Says what is wrong with a field; an empty text takes that back. */
export function complain(input, text) {
  const place = document.getElementById(`${input.id}-error`);
  if (place) place.textContent = text;
  input.setAttribute("aria-invalid", String(text !== ""));
  if (text) input.focus();
}

/** Makes a switch with a label and a hint. */
export function checkbox(label, hint, properties) {
  return element(
    "label",
    { class: "check-row" },
    element("input", { type: "checkbox", role: "switch", ...properties }),
    element(
      "span",
      {},
      element("span", { class: "check-label", text: label }),
      element("span", { class: "field-hint", text: hint }),
    ),
  );
}
