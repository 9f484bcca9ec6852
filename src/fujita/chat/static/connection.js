// The WebSocket, and getting it back when it is gone.

const FIRST_DELAY = 500;
const LONGEST_DELAY = 30_000;
const CROWDED_DELAY = 8_000;
const SILENCE = 20_000;
const PATIENCE = 8_000;
const TICK = 2_000;

// Close codes: the server had enough of us (RFC 6455), so a hurry would not help…
const POLICY_VIOLATION = 1008;
const TRY_AGAIN_LATER = 1013;
const TOO_MANY = 4429;
// …or the token that a site gave its user has ended: only the site has another one.
const TOKEN_ENDED = 4401;

/**
 * A connection that comes back by itself.
 *
 * Its state is "connecting", "open", "waiting" or "ended". `change` is dispatched when that changes, and
 * `event` for each thing that the server says.
 */
export class Connection extends EventTarget {
  #url;
  #token;
  #socket = null;
  #attempts = 0;
  #timer = null;
  #lastHeard = 0;
  #asked = 0;

  state = "connecting";
  nextAttempt = 0;

  /** @param token Says who we are where there are no cookies; otherwise null. */
  constructor(url, token = null) {
    super();
    this.#url = token === null ? url : `${url}?auth=token`;
    this.#token = token;
    addEventListener("online", () => this.#wake());
    addEventListener("offline", () => this.#ask());
    // A page that is left may live on in the browser's cache, for the way back.
    addEventListener("pagehide", () => this.#socket?.close());
    addEventListener("pageshow", () => this.#wake());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.#wake();
    });
    setInterval(() => this.#watch(), TICK);
  }

  /** Connects now. */
  open() {
    clearTimeout(this.#timer);
    this.#set("connecting");
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    this.#lastHeard = Date.now();
    this.#asked = 0;
    socket.addEventListener("open", () => {
      if (this.#token !== null) socket.send(JSON.stringify({ type: "hello", token: this.#token }));
    });
    socket.addEventListener("message", ({ data }) => {
      if (socket === this.#socket) this.#hear(data);
    });
    socket.addEventListener("close", ({ code }) => {
      if (socket === this.#socket) this.#lost(code);
    });
  }

  /** Sends a command; says whether there is a connection to send it over. */
  send(command) {
    if (this.state !== "open") return false;
    this.#socket.send(JSON.stringify(command));
    return true;
  }

  #hear(data) {
    this.#lastHeard = Date.now();
    this.#asked = 0;
    const said = JSON.parse(data);
    for (const event of Array.isArray(said) ? said : [said]) {
      if (event.type === "welcome") {
        this.#attempts = 0;
        this.#set("open");
      }
      this.dispatchEvent(new CustomEvent("event", { detail: event }));
    }
  }

  #lost(code) {
    this.#socket = null;
    if (code === TOKEN_ENDED) {
      this.#set("ended");
      return;
    }
    const isCrowded = [POLICY_VIOLATION, TRY_AGAIN_LATER, TOO_MANY].includes(code);
    const base = isCrowded ? CROWDED_DELAY : FIRST_DELAY * 2 ** this.#attempts;
    // Jitter: when a server comes back, its guests are not to arrive all in one moment.
    const delay = Math.min(base, LONGEST_DELAY) * (0.5 + Math.random());
    this.#attempts += 1;
    this.nextAttempt = Date.now() + delay;
    this.#timer = setTimeout(() => this.open(), delay);
    this.#set("waiting");
  }

  /** Tries at once what would be tried later, or makes sure that the connection lives. */
  #wake() {
    if (this.state === "waiting") this.open();
    else this.#ask();
  }

  #ask() {
    if (this.state !== "open" || this.#asked) return;
    this.#asked = Date.now();
    this.send({ type: "ping" });
  }

  #watch() {
    const now = Date.now();
    if (this.state === "open" && now - this.#lastHeard > SILENCE) this.#ask();
    const isTrying = this.state === "connecting" || this.state === "open";
    const since = this.state === "connecting" ? this.#lastHeard : this.#asked;
    if (isTrying && since && now - since > PATIENCE) {
      // Nobody answers. A close handshake would wait for the same dead peer: it is not waited for.
      this.#socket.close();
      this.#lost(0);
    }
  }

  #set(state) {
    if (this.state === state && state !== "waiting") return;
    this.state = state;
    this.dispatchEvent(new Event("change"));
  }
}
