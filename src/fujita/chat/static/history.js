// Reading back: pages of older messages, and what was said around a message that was found.

import { ask, roomPath } from "./api.js";
import { Stream } from "./stream.js";

// After a request that failed, scrolling is not to ask again at once.
const PAUSE = 2000;

/** Loads what was said before what a stream has; says whether anything has come. */
export async function loadOlder(room) {
  const { stream } = room;
  const before = stream.oldestId;
  if (!stream.more || stream.loading || before === null) return false;
  return load(stream, roomPath(room.name, `/messages?before=${before}`), (answer) => {
    if (before === stream.oldestId) stream.addOlder(answer.messages, answer.more);
  });
}

/** Loads what was said after what the reader looks at; at the present, there is nothing to look up any more. */
export async function loadNewer(room) {
  const { past } = room;
  if (!past?.newer || past.loading) return false;
  return load(past, roomPath(room.name, `/messages?around=${past.latestId}&limit=100`), (answer) => {
    for (const message of answer.messages) past.add(message);
    past.newer = answer.newer;
    if (room.past === past) meetPresent(room);
  });
}

/** Has the reader look at what was said around a message; returns the code of what went wrong, or null. */
export async function lookUp(room, id) {
  if (room.stream.has(id)) return null;
  if (room.present.has(id)) {
    room.past = null;
    return null;
  }
  const answer = await ask("GET", roomPath(room.name, `/messages?around=${id}`));
  if (answer.error) return answer.error;
  const past = new Stream();
  for (const message of answer.messages) past.add(message);
  Object.assign(past, { more: answer.more, newer: answer.newer });
  room.past = past;
  meetPresent(room);
  return null;
}

/** What was looked up and what is said now have grown together: they are one. */
function meetPresent(room) {
  const { past, present } = room;
  const oldest = present.oldestId;
  const meets = !past.newer || (oldest !== null && past.has(oldest));
  if (!meets) return;
  const older = past.items.filter((item) => oldest === null || item.id < oldest);
  present.addOlder(older, past.more);
  room.past = null;
}

async function load(stream, path, take) {
  stream.loading = true;
  const answer = await ask("GET", path);
  if (answer.error) {
    setTimeout(() => {
      stream.loading = false;
    }, PAUSE);
    return false;
  }
  stream.loading = false;
  take(answer);
  return true;
}
