/** What one attempt to connect has opened: closed whole when it fails or is given up, let go of when it succeeds. */

import type { Duplex } from "node:stream";

/** Owns streams until one of them is a WebSocket's. Aborting the signal closes them all, which ends every wait on them. */
export class Attempt {
  readonly #signal: AbortSignal;
  readonly #streams: Duplex[] = [];
  readonly #onAbort = (): void => this.#close();

  /** Throws the signal's reason if it has aborted already. */
  constructor(signal: AbortSignal) {
    signal.throwIfAborted();
    this.#signal = signal;
    signal.addEventListener("abort", this.#onAbort);
  }

  /** Takes over a stream: its errors never go unheard from now on. */
  hold<Stream extends Duplex>(stream: Stream): Stream {
    stream.on("error", ignore);
    this.#streams.push(stream);
    return stream;
  }

  /** It has failed: everything is closed. Gives what to reject with. */
  fail(error: unknown): unknown {
    this.#signal.removeEventListener("abort", this.#onAbort);
    this.#close();
    return this.#signal.aborted ? this.#signal.reason : error;
  }

  /** It has succeeded, unless it was given up meanwhile: then throws the signal's reason. */
  succeed(): void {
    this.#signal.throwIfAborted();
    this.#signal.removeEventListener("abort", this.#onAbort);
  }

  /** Someone else hears of the streams' errors from now on. */
  letGo(): void {
    for (const stream of this.#streams) stream.off("error", ignore);
  }

  /** The innermost one first: Node 20 has HTTP/2 sessions that never come back from the end of a stream they still carry. */
  #close(): void {
    for (const stream of this.#streams.toReversed()) stream.destroy();
  }
}

/** Whoever waits on the stream hears of its errors. */
function ignore(): void {}
