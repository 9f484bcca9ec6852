// Files that go with the next message: chosen, dropped or pasted, and sent to the server at once.

import { complaintOf, upload } from "./api.js";
import { byId, element, icon, iconButton } from "./dom.js";
import { isImage } from "./filesview.js";
import { announce, toast } from "./notices.js";
import { sizeWords } from "./times.js";
import { words } from "./words.js";

// Browsers do not know the types of all files that the server takes.
const BY_ENDING = {
  md: "text/markdown", csv: "text/csv", json: "application/json", txt: "text/plain", log: "text/plain",
  py: "text/plain", js: "text/plain", ts: "text/plain", rs: "text/plain", go: "text/plain", c: "text/plain",
  toml: "text/plain", yaml: "text/plain", yml: "text/plain", ini: "text/plain", sh: "text/plain", gz: "application/gzip",
};

/** The files beside the text, of each room its own. */
export class Attachments {
  #client;
  #changed;
  #rooms = new Map();
  #name = null;
  #list = byId("attachments");

  /** @param changed Is called when there are others, or they have arrived. */
  constructor(client, changed) {
    this.#client = client;
    this.#changed = changed;
    byId("attach").addEventListener("click", () => byId("files").click());
    byId("files").addEventListener("change", ({ target }) => {
      this.add([...target.files]);
      target.value = "";
    });
    byId("text").addEventListener("paste", (event) => {
      const files = [...event.clipboardData.files];
      if (!files.length) return;
      event.preventDefault();
      this.add(files);
    });
    this.#acceptDrops(byId("room"));
  }

  /** Whether all of them have arrived. */
  get isReady() {
    return this.#files().every(({ stored }) => stored);
  }

  /** Whether there are any. */
  get hasFiles() {
    return this.#files().length > 0;
  }

  /** Shows those of a room. */
  show(name) {
    this.#name = name;
    this.#draw();
  }

  /** Hands them over to a message. */
  take() {
    const stored = this.#files().map((file) => file.stored);
    this.#set([]);
    return stored;
  }

  /** Begins to send files. */
  add(files) {
    if (!this.#client.room.joined) {
      toast(words("error.offline"));
      return;
    }
    for (const file of files) this.#addOne(file);
  }

  #addOne(file) {
    const { limits } = this.#client;
    const ending = file.name.split(".").at(-1).toLowerCase();
    const type = limits.file_types.includes(file.type) ? file.type : (BY_ENDING[ending] ?? file.type);
    let problem = null;
    if (this.#files().length >= limits.files) problem = "error.file-too-many";
    else if (file.size > limits.file) problem = "error.file-too-large";
    else if (!file.size) problem = "error.file-empty";
    else if (!limits.file_types.includes(type)) problem = "error.file-type";
    if (problem) {
      toast(words(problem, { name: file.name, count: limits.files, size: sizeWords(limits.file) }));
      return;
    }
    const room = this.#name;
    const bar = element("progress", { max: "1", value: 0, "aria-label": words("file.sending", { name: file.name }) });
    const transfer = upload(room, file, type, (part) => {
      bar.value = part;
    });
    const entry = { file, transfer, stored: null, node: null };
    entry.node = this.#node(entry, type, bar, room);
    this.#set([...this.#files(room), entry], room);
    transfer.answer.then((answer) => this.#arrived(entry, answer, room));
  }

  #arrived(entry, answer, room) {
    if (!this.#files(room).includes(entry)) return;
    if (answer.error) {
      toast(`${entry.file.name}: ${complaintOf(answer)}`);
      this.#remove(entry, room);
      return;
    }
    entry.stored = answer;
    entry.node.classList.add("arrived");
    entry.node.querySelector("progress").remove();
    announce(words("file.arrived", { name: entry.file.name }));
    this.#changed();
  }

  #node(entry, type, bar, room) {
    const { file } = entry;
    let picture = element("span", { class: "attachment-icon" }, icon("file"));
    if (isImage(type)) {
      picture = element("img", { alt: "", src: URL.createObjectURL(file) });
      picture.addEventListener("load", () => URL.revokeObjectURL(picture.src), { once: true });
    }
    const remove = () => {
      entry.transfer.abort();
      this.#remove(entry, room);
      byId("text").focus();
    };
    return element(
      "li",
      { class: "attachment" },
      picture,
      element(
        "span",
        { class: "file-text" },
        element("span", { class: "file-name", text: file.name }),
        element("span", { class: "file-size", text: sizeWords(file.size) }),
        bar,
      ),
      iconButton("close", words("file.remove", { name: file.name }), remove, { class: "icon-button small" }),
    );
  }

  #remove(entry, room) {
    this.#set(
      this.#files(room).filter((each) => each !== entry),
      room,
    );
  }

  #files(room = this.#name) {
    return this.#rooms.get(room) ?? [];
  }

  #set(files, room = this.#name) {
    this.#rooms.set(room, files);
    this.#draw();
  }

  #draw() {
    this.#list.replaceChildren(...this.#files().map(({ node }) => node));
    this.#list.hidden = !this.hasFiles;
    this.#changed();
  }

  #acceptDrops(target) {
    const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
    const show = (isShown) => {
      byId("drop").hidden = !isShown;
    };
    target.addEventListener("dragover", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      show(true);
    });
    target.addEventListener("dragleave", (event) => {
      if (!target.contains(event.relatedTarget)) show(false);
    });
    target.addEventListener("drop", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      show(false);
      this.add([...event.dataTransfer.files]);
    });
  }
}
