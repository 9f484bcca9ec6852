// What this browser remembers between visits: open rooms, what was read, what is half written.

/** Returns what is remembered under a name. */
export function recall(name, otherwise, storage = localStorage) {
  try {
    return JSON.parse(storage.getItem(name)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** Remembers something. */
export function remember(name, value, storage = localStorage) {
  try {
    storage.setItem(name, JSON.stringify(value));
  } catch {
    // Full or forbidden: nothing that the page could not live without.
  }
}
