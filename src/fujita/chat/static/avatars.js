// Somebody's coloured seal: the same person has the same colour everywhere.

import { element } from "./dom.js";

const HUES = 12;
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Returns the class that carries a person's colour. */
export function hueOf(id) {
  // FNV-1a, and a last stir: ids that are alike are not to look alike.
  let hash = 0x811c9dc5;
  for (const character of id) hash = Math.imul(hash ^ character.codePointAt(0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0;
  return `hue-${(hash >>> 8) % HUES}`;
}

/** Returns what stands in the seal: the first letter, or the digits of a generated name. */
export function initialsOf(name) {
  const digits = /\s\d*(\d\d)$/.exec(name);
  if (digits) return digits[1];
  const [first] = graphemes.segment(name);
  return first ? first.segment.toLocaleUpperCase() : "?";
}

/** Makes the seal. */
export function avatar({ id, name }) {
  return element("span", {
    class: `avatar ${hueOf(id)}`,
    "aria-hidden": "true",
    text: initialsOf(name),
  });
}
