/** A WebSocket that comes back: later and later, or when the server says. What is said over it, it leaves to the page. */
// @ts-nocheck: this is the browser's world, whose types the project does not load.

const CONNECT_WITHIN = 10_000;
const LONGEST_WAIT = 15_000;

/**
 * Connects, again and again, until `end()`. Tells `onMessage` what came, as JSON, and `onState` where it stands: "connecting",
 * "connected", or "waiting" with the milliseconds to the next attempt.
 */
export class Connection {
  #url;
  #listener;
  #socket;
  #timer;
  #attempt = 0;

  constructor(url, listener) {
    this.#url = url;
    this.#listener = listener;
    this.#connect();
  }

  /** Says whether it is on its way; that it arrived, only an answer can say. */
  send(value) {
    if (this.#socket.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(value));
    return true;
  }

  /** Does not wait any longer, if it waits. */
  retry() {
    if (this.#timer !== undefined) this.#connect();
  }

  end() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#listener = undefined;
    this.#socket.close(1000);
  }

  #connect() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    this.#listener.onState("connecting");
    const deadline = setTimeout(() => socket.close(), CONNECT_WITHIN);
    socket.onopen = () => {
      clearTimeout(deadline);
      this.#attempt = 0;
      this.#listener?.onState("connected");
    };
    socket.onmessage = ({ data }) => this.#listener?.onMessage(JSON.parse(data));
    socket.onclose = ({ reason }) => {
      clearTimeout(deadline);
      if (this.#listener !== undefined) this.#wait(reason);
    };
  }

  #wait(reason) {
    const delay = toldDelay(reason) ?? backoff(this.#attempt++);
    this.#timer = setTimeout(() => this.#connect(), delay);
    this.#listener.onState("waiting", delay);
  }
}

/** A server that goes down says when to come back: `retry-after=<ms>`. */
function toldDelay(reason) {
  const told = /^retry-after=(\d{1,6})$/.exec(reason);
  return told === null ? undefined : Number(told[1]);
}

/** Twice as long each time, and by chance up to half of it less: so that not all clients come back in one moment. */
function backoff(attempt) {
  return Math.min(LONGEST_WAIT, 500 * 2 ** attempt) * (1 - Math.random() / 2);
}
