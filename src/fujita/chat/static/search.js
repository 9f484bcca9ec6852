// Searching in what was said.

import { ask, complaintOf } from "./api.js";
import { avatar } from "./avatars.js";
import { showDialog } from "./dialogs.js";
import { element, icon, setText } from "./dom.js";
import { titleOf } from "./names.js";
import { clockTime, dayWords } from "./times.js";
import { countWords, words } from "./words.js";

const PAUSE = 200;

/** Shows the dialog; `found` is called with a room's name and a message's id. */
export function openSearch(client, found) {
  const input = element("input", { class: "search-field", id: "search", type: "search", name: "q", enterkeyhint: "search", autocomplete: "off", "aria-label": words("search.hint"), placeholder: words("search.hint"), "data-first": "" });
  const scope = element("input", { type: "checkbox", role: "switch", id: "search-here" });
  const status = element("p", { class: "search-status", id: "search-status", role: "status", text: words("search.begin") });
  const list = element("ol", { class: "results", id: "results" });
  const more = element("button", { type: "button", class: "button quiet", id: "search-more", text: words("search.more"), hidden: true });
  const here = element("label", { class: "scope" }, scope, element("span", { text: words("search.here", { room: titleOf(client.current, client.room.title) }) }));
  const dialog = showDialog(
    { title: words("search"), class: "search", id: "search-dialog" },
    element("div", { class: "search-row" }, icon("search"), input),
    here,
    element("div", { class: "results-frame" }, status, list, more),
  );
  let timer = null;
  let round = 0;

  const look = async (before = null) => {
    const text = input.value.trim();
    const mine = (round += 1);
    if (!text) return show(text, [], false);
    const query = new URLSearchParams({ q: text });
    if (scope.checked) query.set("room", client.current);
    if (before !== null) query.set("before", before);
    const answer = await ask("GET", `/api/search?${query}`);
    if (mine !== round) return;
    if (answer.error) return setText(status, complaintOf(answer));
    show(text, answer.messages, answer.more, before !== null);
  };
  const show = (text, messages, hasMore, isNext = false) => {
    const rows = messages.map((message) => result(client, message, text, choose));
    if (isNext) list.append(...rows);
    else list.replaceChildren(...rows);
    more.hidden = !hasMore;
    more.onclick = () => look(messages.at(-1).id);
    const count = list.children.length;
    if (!text) setText(status, words("search.begin"));
    else if (!count) setText(status, words("search.nothing", { text }));
    else setText(status, hasMore ? words("search.many", { count }) : countWords("search.found", count));
  };
  const choose = (room, id) => {
    dialog.close();
    found(room, id);
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  });
  scope.addEventListener("change", () => look());
  dialog.addEventListener("keydown", (event) => {
    const buttons = [...list.querySelectorAll("button")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && buttons.length) {
      event.preventDefault();
      const at = buttons.indexOf(document.activeElement);
      (buttons[at + step] ?? (step > 0 ? buttons.at(-1) : input)).focus();
    }
  });
}

function result(client, { id, room, author, text, time, files }, sought, choose) {
  const title = titleOf(room, client.rooms.get(room)?.title);
  return element(
    "li",
    {},
    element(
      "button",
      { type: "button", class: "result", onclick: () => choose(room, id) },
      avatar(author),
      element(
        "span",
        { class: "result-text" },
        element(
          "span",
          { class: "result-head" },
          element("span", { class: "result-author", text: author.name }),
          element("span", { class: "result-where", text: `#${title} · ${dayWords(time)} ${clockTime(time)}` }),
        ),
        element("span", { class: "result-words" }, marked(text || (files ?? []).map(({ name }) => name).join(", "), sought)),
      ),
    ),
  );
}

/** Marks the words that were looked for. */
function marked(text, sought) {
  const wanted = sought.replaceAll('"', " ").toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const lower = text.toLocaleLowerCase();
  if (lower.length !== text.length) return [text];
  const nodes = [];
  let end = 0;
  while (end < text.length) {
    const next = wanted
      .map((word) => ({ word, at: lower.indexOf(word, end) }))
      .filter(({ at }) => at >= 0)
      .sort((one, other) => one.at - other.at || other.word.length - one.word.length)[0];
    if (!next) break;
    nodes.push(text.slice(end, next.at));
    end = next.at + next.word.length;
    nodes.push(element("mark", { text: text.slice(next.at, end) }));
  }
  nodes.push(text.slice(end));
  return nodes;
}
