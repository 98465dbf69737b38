/** Runs an engine over a byte stream: carries its bytes both ways, once a turn, and ends the stream as the RFC wants it. */

import { Engine } from "../engine.ts";
import type { EngineOptions } from "../engine-options.ts";
import type { CloseInfo, EngineSink } from "../engine-sink.ts";
import type { Message } from "../message.ts";
import type { Platform } from "../platform.ts";
import type { PreparedBatch } from "../prepared-batch.ts";
import type { ByteStream, ByteStreamListener } from "./byte-stream.ts";
import type { Clock } from "./clock.ts";

/** An engine's options, and how to run it. */
export interface EngineRunnerOptions extends EngineOptions {
  readonly clock: Clock;
  /** Milliseconds for the closing handshake and for the peer to end TCP, then the stream is destroyed. `Infinity`: for ever. */
  readonly closeTimeout: number;
}

/** One engine on one stream, which is its own from now on. `open` begins. */
export class EngineRunner implements EngineSink, ByteStreamListener {
  readonly engine: Engine;
  readonly stream: ByteStream;
  readonly #sink: EngineSink;
  readonly #clock: Clock;
  readonly #platform: Platform;
  readonly #closeTimeout: number;
  readonly #autoPong: boolean;
  /** Only if the user's sink takes parts: the engine looks. */
  readonly part?: (data: Message, last: boolean) => void;
  #flush: "idle" | "held" | "scheduled" = "idle";
  #owedPong: Uint8Array | undefined;
  #transport: "open" | "peer-ended" | "closed" = "open";
  /** Neither side has begun to end it. */
  #isOpen = true;
  #cancelDeadline: (() => void) | undefined;
  #lastHeard: number;
  #unsent = 0;

  constructor(stream: ByteStream, { clock, closeTimeout, sink, autoPong = true, ...options }: EngineRunnerOptions) {
    this.stream = stream;
    this.#sink = sink;
    this.#clock = clock;
    this.#platform = options.platform;
    this.#closeTimeout = closeTimeout;
    this.#autoPong = autoPong;
    this.#lastHeard = clock.now();
    if (sink.part !== undefined) this.part = (data, last) => sink.part?.(data, last);
    this.engine = new Engine({ ...options, autoPong: false, sink: this });
  }

  /** Begins to read. */
  open(): void {
    this.stream.open(this);
  }

  message(data: Message): void {
    this.#sink.message(data);
  }

  ping(payload: Uint8Array): void {
    // RFC 6455, 5.5.3: of several pings, an endpoint "MAY elect to send a Pong frame for only the most recently processed".
    // So a peer that pings and does not read makes us keep one pong, not all of them.
    this.#owedPong = payload;
    this.#answerPing();
    this.#sink.ping?.(payload);
  }

  pong(payload: Uint8Array): void {
    this.#sink.pong?.(payload);
  }

  holdClose(): boolean {
    return this.#sink.holdClose?.() ?? false;
  }

  close(info: CloseInfo): void {
    this.#isOpen = false;
    this.output();
    this.#sink.close(info);
  }

  ready(): void {
    this.stream.resume();
    this.#sink.ready?.();
  }

  output(): void {
    if (this.#flush !== "idle") return;
    this.#flush = "scheduled";
    this.#platform.endOfTurn(() => this.#carryOut());
  }

  /** Whether it is open and nothing waits to be carried out: what is written to the stream now stands in the right place. */
  get isIdle(): boolean {
    return this.#flush === "idle" && this.#isOpen;
  }

  /** Sends several messages that were made ready for many, and carries them out in this call. */
  sendAtOnce(batch: PreparedBatch): void {
    const pieces = this.isIdle ? this.engine.sendAtOnce(batch) : undefined;
    if (pieces === undefined) this.engine.sendPrepared(batch);
    else this.stream.write(pieces);
  }

  /** When bytes last came, or went out to a peer that is slow to take them, by the clock: the peer was alive. */
  get lastHeard(): number {
    if (this.#hasMoved()) this.#lastHeard = this.#clock.now();
    return this.#lastHeard;
  }

  streamOnData(chunk: Uint8Array): void {
    this.#lastHeard = this.#clock.now();
    const scheduled = this.#flush === "scheduled";
    if (!scheduled) this.#flush = "held";
    try {
      const state = this.engine.receive(chunk);
      if (state === "paused" || state === "suspended") this.stream.pause();
    } finally {
      if (!scheduled) this.#carryOut();
    }
  }

  streamOnDrain(): void {
    this.#lastHeard = this.#clock.now();
    this.#answerPing();
    this.#sink.output?.();
  }

  /** A FIN without a Close frame is the end for us, and so is one that follows the closing handshake. */
  streamOnEnd(): void {
    this.#transport = "peer-ended";
    this.#isOpen = false;
    this.engine.end();
    this.#carryOut();
  }

  streamOnClose(error?: unknown): void {
    this.#cancelDeadline?.();
    // After a FIN, what had come before it may still wait to be read.
    const mayWait = this.#transport === "peer-ended" && this.engine.state === "open";
    this.#transport = "closed";
    this.#isOpen = false;
    if (mayWait) this.engine.end();
    else this.engine.abort(error);
  }

  /** Writes what the turn has brought, then does what the state of the connection asks for. */
  #carryOut(): void {
    this.#flush = "idle";
    const pieces = this.engine.take();
    if (this.#transport !== "closed" && pieces.length > 0) this.stream.write(pieces);
    try {
      this.#endIfOver();
    } finally {
      this.#sink.output?.();
    }
  }

  #endIfOver(): void {
    if (this.engine.state === "open" || this.#transport === "closed") return;
    this.#isOpen = false;
    if (this.#cancelDeadline === undefined) this.#startDeadline();
    const { transport } = this.engine;
    const isOver = transport === "end" || (transport === "await-end" && this.#transport === "peer-ended");
    if (isOver) this.stream.end();
    // What the peer still sends is read and ignored: unread bytes would make TCP reset the connection under our last frame.
    if (this.engine.state === "closed") this.stream.resume();
  }

  /** A slow peer has its time anew for as long as it takes what was sent before. */
  #startDeadline(): void {
    this.#unsent = this.stream.unsent();
    this.#cancelDeadline = this.#clock.after(this.#closeTimeout, () => {
      if (this.#hasMoved()) this.#startDeadline();
      else this.stream.destroy();
    });
  }

  /** Whether some of what was waiting has left since this was asked last. */
  #hasMoved(): boolean {
    const before = this.#unsent;
    this.#unsent = this.stream.unsent();
    return this.#unsent < before;
  }

  #answerPing(): void {
    if (!this.#autoPong || this.#owedPong === undefined || this.stream.full) return;
    const payload = this.#owedPong;
    this.#owedPong = undefined;
    this.engine.answerPing(payload);
  }
}
