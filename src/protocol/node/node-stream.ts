/** Node's streams as the byte streams that engines run over: net, tls, http2, or any other Duplex. */

import type { Duplex } from "node:stream";
import { setImmediate } from "node:timers";
import type { ByteStream, ByteStreamListener } from "../run/byte-stream.ts";

/** A `Duplex` whose opening handshake is done. It is ours from `open` on; its errors end it. */
export class NodeStream implements ByteStream {
  readonly #stream: Duplex;
  readonly #head: Uint8Array | undefined;

  /** `head`: bytes that came behind the head of the opening handshake, and come first. */
  constructor(stream: Duplex, head?: Uint8Array) {
    this.#stream = stream;
    this.#head = head;
  }

  open(listener: ByteStreamListener): void {
    const stream = this.#stream;
    let cause: unknown;
    // Before the listener: then the first bytes come in a later turn, when the caller holds what it makes of us.
    if (this.#head !== undefined && this.#head.length > 0) stream.unshift(this.#head);
    stream.on("data", (chunk: Uint8Array) => listener.streamOnData(chunk));
    stream.on("end", () => listener.streamOnEnd());
    stream.on("drain", () => listener.streamOnDrain());
    stream.on("error", (error) => {
      cause = error;
      stream.destroy();
    });
    // One that is closed already tells nobody any more.
    if (stream.closed || stream.destroyed) setImmediate(() => listener.streamOnClose(stream.errored ?? undefined));
    else stream.on("close", () => listener.streamOnClose(cause));
  }

  get bufferedAmount(): number {
    return this.#stream.writableLength;
  }

  unsent(): number {
    // What Node's own timeout of sockets looks at. `writableLength` stands still until a piece is out as a whole.
    const { _handle: handle } = this.#stream as { _handle?: { writeQueueSize?: number } | null };
    return this.#stream.writableLength === 0 ? 0 : (handle?.writeQueueSize ?? this.#stream.writableLength);
  }

  get full(): boolean {
    return this.#stream.writableNeedDrain;
  }

  write(pieces: readonly Uint8Array[]): void {
    const stream = this.#stream;
    if (!stream.writable) return;
    if (pieces.length > 1) stream.cork();
    for (const piece of pieces) stream.write(piece);
    if (pieces.length > 1) stream.uncork();
  }

  flushed(done: (out: boolean) => void): void {
    const stream = this.#stream;
    if (stream.writableLength === 0) return done(!stream.destroyed);
    if (stream.writableEnded) return void stream.once("close", () => done(stream.writableFinished));
    // Behind all others; Node also calls it, with an error, when the stream ends before.
    stream.write(NOTHING, (error) => done(!error));
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  end(): void {
    if (this.#stream.writable) this.#stream.end();
  }

  destroy(): void {
    this.#stream.destroy();
  }
}

const NOTHING = new Uint8Array(0);
