// Files in messages: images are shown, everything else is offered.

import { showable, token } from "./api.js";
import { showDialog } from "./dialogs.js";
import { element, icon } from "./dom.js";
import { sizeWords } from "./times.js";
import { words } from "./words.js";

const SHOWN = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

/** Says whether a file of that type is shown as an image. */
export function isImage(type) {
  return SHOWN.has(type);
}

/** Makes the list of a message's files. */
export function filesView(files) {
  return element(
    "ul",
    { class: "files", "aria-label": words("files") },
    files.map((file) => element("li", {}, isImage(file.type) ? thumbnail(file) : card(file))),
  );
}

function thumbnail(file) {
  const image = picture(file);
  image.loading = "lazy";
  const open = () => showDialog({ title: file.name, class: "viewer" }, picture(file), card(file));
  const label = words("file.open", { name: file.name });
  return element("button", { type: "button", class: "thumbnail", "aria-label": label, onclick: open }, image);
}

function picture(file) {
  const image = element("img", { alt: file.name, decoding: "async" });
  image.addEventListener("error", () => image.replaceWith(element("span", { class: "no-picture" }, icon("file"))));
  if (token === null) image.src = file.url;
  else showable(file.url).then((url) => (image.src = url), () => image.dispatchEvent(new Event("error")));
  return image;
}

function card(file) {
  const link = element(
    "a",
    { class: "file", href: file.url, download: file.name },
    icon("file"),
    element(
      "span",
      { class: "file-text" },
      element("span", { class: "file-name", text: file.name }),
      element("span", { class: "file-size", text: sizeWords(file.size) }),
    ),
    icon("download"),
  );
  if (token !== null) link.addEventListener("click", (event) => fetchFile(event, link, file));
  return link;
}

/** In a frame a link carries no token: the file is asked for, and then handed over. */
async function fetchFile(event, link, file) {
  if (link.href.startsWith("blob:")) return;
  event.preventDefault();
  link.href = await showable(file.url);
  link.click();
}
