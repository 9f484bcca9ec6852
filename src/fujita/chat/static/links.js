// Addresses in what people write become links; everything else stays the text that it is.

import { element } from "./dom.js";

// Up to a space, a quotation mark, an angle bracket, or punctuation of Chinese and Japanese.
const ADDRESS = /https?:\/\/[^\s<>"'`，。；：！？、（）《》「」『』【】“”‘’…]+/giu;
const TRAILING = /[.,;:!?*_~]+$/;

/** Returns a text as nodes. */
export function withLinks(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = trim(match[0]);
    const url = parse(address);
    if (url === null) continue;
    if (match.index > end) nodes.push(text.slice(end, match.index));
    nodes.push(
      element("a", {
        href: url.href,
        target: "_blank",
        rel: "noopener noreferrer nofollow ugc",
        text: address,
      }),
    );
    end = match.index + address.length;
  }
  if (end < text.length) nodes.push(text.slice(end));
  return nodes;
}

/** Takes off what ends the sentence and not the address: a full stop, an unpaired bracket. */
function trim(address) {
  let kept = address;
  for (;;) {
    const before = kept;
    kept = kept.replace(TRAILING, "");
    for (const [open, close] of ["()", "[]", "{}"]) {
      if (kept.endsWith(close) && count(kept, close) > count(kept, open)) kept = kept.slice(0, -1);
    }
    if (kept === before) return kept;
  }
}

function count(text, character) {
  return text.split(character).length - 1;
}

function parse(address) {
  try {
    const url = new URL(address);
    return /^https?:$/.test(url.protocol) && url.hostname !== "" ? url : null;
  } catch {
    return null;
  }
}
