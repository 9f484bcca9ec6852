// A message as a row of the conversation.

import { avatar, hueOf } from "./avatars.js";
import { element, icon } from "./dom.js";
import { keepingEditor } from "./editor.js";
import { filesView } from "./filesview.js";
import { isFewEmoji, nodesOf } from "./markup.js";
import { clockTime, fullTime } from "./times.js";
import { countWords, hasWords, listWords, words } from "./words.js";

const NAMED_IN_REACTION = 8;

/** Draws messages, each once, and again when it is another one. */
export class MessageView {
  #client;
  #react;

  /** @param react Is called with a message's id, an emoji, and whether it is to be there. */
  constructor(client, react) {
    this.#client = client;
    this.#react = react;
  }

  /** Makes an empty row. */
  make() {
    return element("li", { class: "message", tabindex: "-1" });
  }

  /** Draws what has changed of a message. */
  draw(node, item, { own, isFirst, people }) {
    const state = own ? (item.state ?? "sent") : "";
    const mentioned = (item.mentions ?? []).map((id) => [id, people.get(id)]).filter(([, name]) => name);
    const { id, edited, text, reactions, files, author } = item;
    const look = JSON.stringify([id, state, isFirst, edited, text, reactions, files, author, mentioned]);
    if (node.look === look) return;
    node.look = look;
    if (id) node.dataset.id = id;
    const isForMe = item.mentions?.includes(this.#client.you?.id);
    const kept = ["arriving", "found", "active"].filter((each) => node.classList.contains(each));
    const parts = ["message", own && "own", isFirst && "first", isForMe && "for-me", state, ...kept];
    node.className = parts.filter(Boolean).join(" ");
    const tools = node.querySelector(":scope > .tools");
    const drawn = [
      isFirst ? avatar(author) : timeOf(item, "gutter"),
      element(
        "div",
        { class: "content" },
        this.#byline(item, own, isFirst),
        text === "" ? null : this.#words(item, mentioned),
        files?.length ? filesView(files) : null,
        reactions?.length ? this.#reactions(item, people) : null,
        this.#state(item, state),
      ),
    ];
    keepingEditor(node, () => node.replaceChildren(...drawn));
    if (tools) node.append(tools);
  }

  #byline(item, own, isFirst) {
    const { name, id } = item.author;
    const time = clockTime(item.time);
    const spoken = own ? words("message.you", { time }) : words("message.from", { name, time });
    return [
      element("span", { class: "visually-hidden", text: `${spoken} ` }),
      isFirst
        ? element(
            "span",
            { class: "byline", "aria-hidden": "true" },
            element("span", { class: `author ${hueOf(id)}`, text: name }),
            timeOf(item),
          )
        : null,
    ];
  }

  #words(item, mentioned) {
    const named = mentioned.map(([id, name]) => ({ name, isMe: this.#client.isMe(id) }));
    const big = isFewEmoji(item.text) ? " big" : "";
    return element(
      "div",
      { class: "line" },
      element("div", { class: `words${big}`, dir: "auto" }, nodesOf(item.text, named)),
      item.edited
        ? element("span", { class: "edited", title: fullTime(item.edited), text: words("message.edited") })
        : null,
    );
  }

  #reactions({ id, reactions }, people) {
    const button = ({ emoji, users }) => {
      const isOurs = users.includes(this.#client.you?.id);
      const names = users.slice(0, NAMED_IN_REACTION).map((user) => people.get(user) ?? words("somebody"));
      const others = users.length - names.length;
      if (others > 0) names.push(words("notice.others", { count: others }));
      return element(
        "button",
        {
          type: "button",
          class: "reaction",
          "aria-pressed": String(isOurs),
          "aria-label": `${emoji} ${countWords("reaction", users.length)}`,
          title: listWords(names),
          onclick: () => this.#react(id, emoji, !isOurs),
        },
        element("span", { class: "reaction-emoji", "aria-hidden": "true", text: emoji }),
        element("span", { "aria-hidden": "true", text: String(users.length) }),
      );
    };
    return element("div", { class: "reactions" }, reactions.map(button));
  }

  #state(item, state) {
    if (state === "sent" || state === "") return null;
    if (state === "failed") return this.#failure(item);
    return element("span", { class: "state" }, icon("clock"), element("span", { text: words("message.sending") }));
  }

  #failure({ key, code }) {
    const reason = hasWords(`error.${code}`) ? words(`error.${code}`) : "";
    const { outbox } = this.#client;
    const button = (name, act) =>
      element("button", { type: "button", class: "text-button", text: words(name), onclick: act });
    return element(
      "div",
      { class: "failure", role: "alert" },
      icon("alert"),
      element("span", { text: `${words("message.failed")} ${reason}` }),
      element(
        "span",
        { class: "failure-acts" },
        button("message.retry", () => outbox.retry(key)),
        button("message.discard", () => outbox.discard(key)),
      ),
    );
  }
}

function timeOf({ time }, looks = "time") {
  return element("time", {
    class: looks,
    datetime: new Date(time).toISOString(),
    title: fullTime(time),
    text: clockTime(time),
    "aria-hidden": "true",
  });
}
