// What this browser remembers between visits: what is half written, and what was not sent yet.

// Where a browser keeps nothing (a frame of another site, a private window), even asking is an error.
function open(isLasting) {
  return isLasting ? localStorage : sessionStorage;
}

/** Returns what is remembered under a name, for good or for as long as the tab lives. */
export function recall(name, otherwise, isLasting = true) {
  try {
    return JSON.parse(open(isLasting).getItem(name)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** Remembers something. */
export function remember(name, value, isLasting = true) {
  try {
    open(isLasting).setItem(name, JSON.stringify(value));
  } catch {
    // Full or forbidden: nothing that the page could not live without.
  }
}
