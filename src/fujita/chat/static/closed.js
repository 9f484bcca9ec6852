// What is shown instead of a room that we may not enter, and who is writing in one that we may.

import { byId, setText } from "./dom.js";
import { listWords, words } from "./words.js";

const NAMED = 3;

/** Says why a room is closed to us, or shows it. */
export function drawClosed({ refusal }) {
  const isClosed = refusal !== null;
  byId("closed").hidden = !isClosed;
  byId("log").hidden = isClosed;
  byId("room-details").hidden = isClosed;
  byId("copy-link").hidden = isClosed;
  if (!isClosed) return;
  setText(byId("closed-title"), words(`closed.${refusal}`));
  setText(byId("closed-text"), words(`closed.${refusal}.text`));
}

/** Says who is writing. */
export function drawTyping({ typing }) {
  const names = [...typing.values()].map(({ name }) => name);
  const line = byId("typing");
  line.classList.toggle("shown", names.length > 0);
  if (!names.length) setText(line, "");
  else if (names.length > NAMED) setText(line, words("typing.many"));
  else setText(line, words(names.length === 1 ? "typing.one" : "typing.other", { names: listWords(names) }));
}
