/** Node's streams as the byte streams that engines run over: net, tls, http2, or any other Duplex. */

import { Socket } from "node:net";
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
    const stream: Heard = this.#stream;
    stream[kListener] = listener;
    // Before the listener: then the first bytes come in a later turn, when the caller holds what it makes of us.
    if (this.#head !== undefined && this.#head.length > 0) stream.unshift(this.#head);
    stream.on("data", onData);
    stream.on("end", onEnd);
    stream.on("drain", onDrain);
    stream.on("error", onError);
    // One that is closed already tells nobody any more.
    if (stream.closed || stream.destroyed) setImmediate(() => onClose.call(stream));
    else stream.on("close", onClose);
  }

  get bufferedAmount(): number {
    return this.#stream.writableLength;
  }

  /** The kernel has a copy then, or TLS does; another Duplex may hand on what it was given. */
  get letsGo(): boolean {
    return this.#stream instanceof Socket;
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

/** Who hears of a stream. So its listeners are the same functions for all streams: an idle connection has none of its own. */
const kListener = Symbol("listener");

type Heard = Duplex & { [kListener]?: ByteStreamListener | undefined };

function onData(this: Heard, chunk: Uint8Array): void {
  this[kListener]!.streamOnData(chunk);
}

function onEnd(this: Heard): void {
  this[kListener]!.streamOnEnd();
}

function onDrain(this: Heard): void {
  this[kListener]!.streamOnDrain();
}

function onError(this: Heard, error: Error): void {
  // With the error: `onClose` finds it then, also where somebody else has told of it.
  this.destroy(error);
}

function onClose(this: Heard): void {
  const listener = this[kListener]!;
  // Node's handle keeps its socket until V8 next marks the whole heap: what hangs on that would be moved twice first.
  this[kListener] = undefined;
  listener.streamOnClose(this.errored ?? undefined);
}

const NOTHING = new Uint8Array(0);
