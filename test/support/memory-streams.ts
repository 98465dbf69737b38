/** A connection in memory: two byte streams, each of which gets what the other writes, copied, in later turns. */

import type { ByteStream, ByteStreamListener } from "../../src/protocol/run/byte-stream.ts";

/** How both ends behave. */
export interface MemoryStreamOptions {
  /** Bytes that wait, from which on a stream is full. @default 16 KiB, as Node's sockets were for long */
  readonly highWaterMark?: number;
  /** The most that arrives in one turn, in one chunk. @default 64 KiB */
  readonly chunk?: number;
}

/** Two ends of one connection. There is no network between them: what the one does not read waits with the other. */
export function memoryStreams(options: MemoryStreamOptions = {}): [MemoryStream, MemoryStream] {
  const streams = [new MemoryStream(options), new MemoryStream(options)] as const;
  streams[0].peer = streams[1];
  streams[1].peer = streams[0];
  return [...streams];
}

/** One end. */
export class MemoryStream implements ByteStream {
  peer!: MemoryStream;
  /** All that was ever written, in pieces. */
  readonly written: Uint8Array[] = [];
  readonly #highWaterMark: number;
  readonly #chunk: number;
  #listener: ByteStreamListener | undefined;
  #waiting: Uint8Array[] = [];
  #size = 0;
  #needsDrain = false;
  #isBlocked = false;
  #isPaused = false;
  #isScheduled = false;
  #state: "open" | "ending" | "ended" | "destroyed" = "open";
  #toldClose = false;
  #toldEnd = false;
  #flushing: ((out: boolean) => void)[] = [];

  constructor({ highWaterMark = 16_384, chunk = 65_536 }: MemoryStreamOptions) {
    this.#highWaterMark = highWaterMark;
    this.#chunk = chunk;
  }

  /** The network stops: what is written waits here, until `unblock`. */
  block(): void {
    this.#isBlocked = true;
  }

  unblock(): void {
    this.#isBlocked = false;
    this.#schedule();
  }

  /** The network breaks: an error for this end; the other one sees it end. */
  fail(error: Error): void {
    this.#destroy(error);
  }

  /** Whether it is over, both ways. */
  get closed(): boolean {
    return this.#toldClose;
  }

  open(listener: ByteStreamListener): void {
    this.#listener = listener;
    this.peer.#schedule();
    if (this.#state === "destroyed") this.#tellClose();
  }

  write(pieces: readonly Uint8Array[]): void {
    if (this.#state !== "open") return;
    this.written.push(...pieces.map((piece) => piece.slice()));
    if (this.peer.#state === "destroyed") return this.#destroy(new Error("write ECONNRESET"));
    this.#waiting.push(...pieces.filter((piece) => piece.length > 0));
    for (const piece of pieces) this.#size += piece.length;
    if (this.#size >= this.#highWaterMark) this.#needsDrain = true;
    this.#schedule();
  }

  get bufferedAmount(): number {
    return this.#size;
  }

  unsent(): number {
    return this.#size;
  }

  get full(): boolean {
    return this.#needsDrain;
  }

  flushed(done: (out: boolean) => void): void {
    if (this.#size === 0) done(this.#state !== "destroyed");
    else this.#flushing.push(done);
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.peer.#schedule();
  }

  end(): void {
    if (this.#state !== "open") return;
    this.#state = "ending";
    this.#schedule();
  }

  destroy(): void {
    this.#destroy();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#deliver();
    });
  }

  /** One turn of the network: a chunk, or the FIN behind all. */
  #deliver(): void {
    const { peer } = this;
    if (this.#isBlocked || peer.#isPaused || peer.#listener === undefined || peer.#state === "destroyed") return;
    if (this.#size > 0) {
      const chunk = this.#take();
      this.#schedule();
      peer.#listener.streamOnData(chunk);
      if (this.#size === 0) this.#drained();
      return;
    }
    if (this.#state === "ending") this.#state = "ended";
    const isOver = this.#state === "ended" || this.#state === "destroyed";
    if (!isOver || peer.#toldEnd) return;
    peer.#toldEnd = true;
    peer.#listener.streamOnEnd();
    for (const end of [this, peer]) end.#closeIfOver();
  }

  /** Copies: what was written is its owner's again, and who reads unmasks in place. */
  #take(): Uint8Array {
    const chunk = new Uint8Array(Math.min(this.#size, this.#chunk));
    for (let at = 0; at < chunk.length; ) {
      const piece = this.#waiting[0]!;
      const part = piece.subarray(0, chunk.length - at);
      chunk.set(part, at);
      at += part.length;
      if (part.length === piece.length) this.#waiting.shift();
      // Only a view: whoever writes to what is not out yet sees it arrive changed, as on any transport.
      else this.#waiting[0] = piece.subarray(part.length);
    }
    this.#size -= chunk.length;
    return chunk;
  }

  #drained(): void {
    const flushing = this.#flushing;
    this.#flushing = [];
    for (const done of flushing) done(true);
    if (!this.#needsDrain || this.#size > 0) return;
    this.#needsDrain = false;
    this.#listener?.streamOnDrain();
  }

  /** After a FIN each way. */
  #closeIfOver(): void {
    if (this.#state === "ended" && this.peer.#state !== "open" && this.#toldEnd) this.#destroy();
  }

  #destroy(error?: Error): void {
    if (this.#state === "destroyed") return;
    this.#state = "destroyed";
    this.#waiting = [];
    this.#size = 0;
    const flushing = this.#flushing;
    this.#flushing = [];
    for (const done of flushing) done(false);
    this.#tellClose(error);
    this.#schedule();
  }

  #tellClose(error?: Error): void {
    setImmediate(() => {
      if (this.#listener === undefined || this.#toldClose) return;
      this.#toldClose = true;
      this.#listener.streamOnClose(error);
    });
  }
}
