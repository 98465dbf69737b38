/** Runs an engine over a byte stream: carries its bytes both ways, once a turn, and ends the stream as the RFC wants it. */

import { Engine } from "../engine.ts";
import type { CloseInfo, EngineSink } from "../engine-sink.ts";
import type { FloodGuard } from "../flood-guard.ts";
import type { Message } from "../message.ts";
import { reuseTaken } from "../output.ts";
import type { PreparedBatch } from "../prepared-batch.ts";
import type { ByteStream, ByteStreamListener } from "./byte-stream.ts";
import type { RunConfig } from "./run-config.ts";

/** What an engine is run with. */
export interface EngineRunnerOptions {
  readonly config: RunConfig;
  readonly sink: EngineSink;
  /** What an engine left that came to rest on this stream. */
  readonly flood?: FloodGuard | undefined;
}

/** One engine on one stream, which tells the runner what comes. */
export class EngineRunner implements EngineSink, ByteStreamListener {
  readonly engine: Engine;
  readonly stream: ByteStream;
  readonly #sink: EngineSink;
  readonly #config: RunConfig;
  /** Only if the user's sink takes parts: the engine looks. */
  readonly part?: (data: Message, last: boolean) => void;
  #flush: "idle" | "held" | "scheduled" = "idle";
  #owedPong: Uint8Array | undefined;
  #transport: "open" | "peer-ended" | "closed" = "open";
  /** Neither side has begun to end it. */
  #isOpen = true;
  #cancelDeadline: (() => void) | undefined;
  #unsent = 0;

  constructor(stream: ByteStream, { config, sink, flood }: EngineRunnerOptions) {
    this.stream = stream;
    this.#sink = sink;
    this.#config = config;
    if (sink.part !== undefined) this.part = (data, last) => sink.part?.(data, last);
    this.engine = new Engine(config, this, flood);
  }

  /** Whether nothing is under way: another runner of the same options could go on in its place. */
  get atRest(): boolean {
    return this.isIdle && this.#owedPong === undefined && this.#cancelDeadline === undefined && this.engine.atRest;
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
    this.#config.platform.endOfTurn(() => this.#carryOut());
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

  streamOnData(chunk: Uint8Array): void {
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
    if (this.#transport !== "closed" && pieces.length > 0) this.#write(pieces);
    try {
      this.#endIfOver();
    } finally {
      this.#sink.output?.();
    }
  }

  #write(pieces: readonly Uint8Array[]): void {
    const { stream } = this;
    stream.write(pieces);
    if (stream.bufferedAmount === 0 && stream.letsGo === true) reuseTaken();
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
    const { clock, closeTimeout } = this.#config;
    this.#unsent = this.stream.unsent();
    this.#cancelDeadline = clock.after(closeTimeout, () => {
      if (this.stream.unsent() < this.#unsent) this.#startDeadline();
      else this.stream.destroy();
    });
  }

  #answerPing(): void {
    if (!this.#config.answersPings || this.#owedPong === undefined || this.stream.full) return;
    const payload = this.#owedPong;
    this.#owedPong = undefined;
    this.engine.answerPing(payload);
  }
}
