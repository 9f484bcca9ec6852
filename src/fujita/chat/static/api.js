// The HTTP API. Requests never throw: what went wrong is a code of the catalogue in `error`.

import { hasWords, words } from "./words.js";

const isEmbedded = document.documentElement.dataset.embedded === "yes";

/** What says who we are in a frame of another site, where there are no cookies; otherwise null. */
export const token = isEmbedded ? new URLSearchParams(location.search).get("token") : null;

const authorization = token === null ? {} : { Authorization: `Bearer ${token}` };

/** Asks for something; returns the answer's members, or an object with `error`. */
export async function ask(method, path, body) {
  const headers = { ...authorization };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  try {
    const response = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
    if (response.status === 204) return {};
    const answer = await response.json();
    return response.ok || answer.error ? answer : { error: "network" };
  } catch {
    return { error: "network" };
  }
}

/** Returns the address of a room in the API. */
export function roomPath(room, rest = "") {
  return `/api/rooms/${encodeURIComponent(room)}${rest}`;
}

/** Returns the sentence for an answer that is an error. */
export function complaintOf({ error, retry_after: seconds = 0 }) {
  const key = `error.${error}`;
  return words(hasWords(key) ? key : "error.network", { seconds: Math.ceil(seconds) });
}

/**
 * Sends a file; calls `progressed` with parts of 1 meanwhile.
 *
 * Returns a promise of the answer, and a function that ends it. (fetch says nothing of what it has sent.)
 */
export function upload(room, file, type, progressed) {
  const request = new XMLHttpRequest();
  const answer = new Promise((resolve) => {
    request.open("POST", roomPath(room, "/files"));
    request.setRequestHeader("Content-Type", type);
    request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
    for (const [name, value] of Object.entries(authorization)) request.setRequestHeader(name, value);
    request.responseType = "json";
    request.upload.addEventListener("progress", ({ loaded, total }) => progressed(loaded / total));
    request.addEventListener("load", () => resolve(request.response ?? { error: "network" }));
    for (const failure of ["error", "abort", "timeout"]) {
      request.addEventListener(failure, () => resolve({ error: "network" }));
    }
    request.send(file);
  });
  return { answer, abort: () => request.abort() };
}

/** Returns an address that an image can be shown from: in a frame the file has to be asked for with the token. */
export async function showable(url) {
  if (token === null) return url;
  const response = await fetch(url, { headers: authorization });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return URL.createObjectURL(await response.blob());
}
