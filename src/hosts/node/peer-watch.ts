/** Watches a stream until its handshake is answered: keeps the bytes that come early, and notices when the peer leaves. */

import { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";

/**
 * A stream that nobody reads does not see a FIN, so this one is read, up to a bound. A peer that leaves destroys it. Errors
 * of the stream are of no account for as long as it lives: Node has taken its own listeners away.
 */
export class PeerWatch {
  readonly #stream: Duplex;
  readonly #kept: Uint8Array[];
  #size: number;
  #state: "watching" | "over" | "gone" = "watching";
  #listeners: (() => void)[] = [];

  /** `head`: bytes that came behind the head of the request. */
  constructor(stream: Duplex, head: Uint8Array = NOTHING) {
    this.#stream = stream;
    this.#kept = [head];
    this.#size = head.length;
    stream.on("error", destroy);
    stream.on("readable", this.#read);
    stream.on("end", this.#leave);
    stream.on("close", this.#leave);
    // One that is closed already tells nobody any more.
    if (stream.destroyed) void Promise.resolve().then(this.#leave);
  }

  /** Calls `listener` when the peer leaves; soon, if it has. Never once the watch is over. */
  onGone(listener: () => void): void {
    if (this.#state === "gone") void Promise.resolve().then(listener);
    else if (this.#state === "watching") this.#listeners.push(listener);
  }

  /** The same for who hears of errors from now on. */
  handOver(): Uint8Array {
    this.#stream.off("error", destroy);
    return this.end();
  }

  /** Ends the watch. Gives what has come; the rest is still in the stream. */
  end(): Uint8Array {
    if (this.#state === "watching") this.#state = "over";
    this.#listeners = [];
    this.#unlisten();
    const [first = NOTHING, ...more] = this.#kept;
    return more.length === 0 ? first : Buffer.concat(this.#kept);
  }

  readonly #read = (): void => {
    while (this.#size <= MOST_KEPT) {
      const chunk: Uint8Array | null = this.#stream.read();
      if (chunk === null) return;
      this.#kept.push(chunk);
      this.#size += chunk.length;
    }
    // Who sends so much before the answer is not watched any more; TCP holds the rest back.
    this.#stream.off("readable", this.#read);
  };

  // DESIGN.md, section 4, rule 13: a FIN is the end for us.
  readonly #leave = (): void => {
    if (this.#state !== "watching") return;
    this.#state = "gone";
    this.#unlisten();
    this.#stream.destroy();
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const listener of listeners) listener();
  };

  #unlisten(): void {
    this.#stream.off("readable", this.#read);
    this.#stream.off("end", this.#leave);
    this.#stream.off("close", this.#leave);
  }
}

/** One for all: what every connection has of its own counts for each of them. */
function destroy(this: Duplex): void {
  this.destroy();
}

const NOTHING = new Uint8Array(0);

/** A browser sends nothing before the answer; a client that does sends its first message or two. */
const MOST_KEPT = 65_536;
