// What people write, as nodes: code, links, mentions. Everything else stays the text that it is.

import { element } from "./dom.js";
import { withLinks } from "./links.js";

const FENCE = /```([\w+#.-]*)[ \t]*\n([\s\S]*?)\n?```/g;
const CODE = /`([^`\n]+)`/g;
const FEW = 3;
const EMOJI = /^\p{RGI_Emoji}$/v;
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/**
 * Returns a message's text as nodes.
 *
 * @param people Whom the message mentions, as `{ name, isMe }`.
 */
export function nodesOf(text, people = []) {
  return split(
    text,
    FENCE,
    ([, language, code]) =>
      element(
        "pre",
        { tabindex: "0", "data-language": language || null },
        element("code", { text: code, translate: "no" }),
      ),
    // A block stands on its own line already.
    (words) => inline(words.replace(/^\n|\n$/g, ""), people),
  );
}

/** Says whether a text is nothing but a few emoji, which are shown large then. */
export function isFewEmoji(text) {
  const parts = [...graphemes.segment(text)].map(({ segment }) => segment).filter((part) => part.trim());
  return parts.length > 0 && parts.length <= FEW && parts.every((part) => EMOJI.test(part));
}

function inline(text, people) {
  return split(
    text,
    CODE,
    ([, code]) => element("code", { text: code, translate: "no" }),
    (words) => withMentions(words, people),
  );
}

function withMentions(text, people) {
  if (!people.length) return withLinks(text);
  // The longest first: somebody may be called as another one and a half.
  const named = [...people].sort((one, other) => other.name.length - one.name.length);
  const pattern = new RegExp(named.map(({ name }) => `@${RegExp.escape?.(name) ?? escape(name)}`).join("|"), "g");
  const mention = ([found]) => {
    const isMe = named.some(({ name, isMe }) => isMe && found === `@${name}`);
    return element("span", { class: isMe ? "mention mine" : "mention", text: found });
  };
  return split(text, pattern, mention, withLinks);
}

function escape(name) {
  return name.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

/** Makes nodes of what matches, and of what is between. */
function split(text, pattern, matched, between) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > end) nodes.push(...between(text.slice(end, match.index)));
    nodes.push(matched(match));
    end = match.index + match[0].length;
  }
  if (end < text.length) nodes.push(...between(text.slice(end)));
  return nodes;
}
