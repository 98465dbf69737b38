/** Runs an engine over a Node stream: carries its bytes both ways and ends the stream as the RFC wants it. */

import type { Duplex } from "node:stream";
import { TIMEOUT_INVALID, usageError } from "../../errors.ts";
import { Engine } from "../engine.ts";
import type { EngineOptions } from "../engine-options.ts";
import type { CloseInfo, EngineSink } from "../engine-sink.ts";
import type { Message } from "../message.ts";
import { nodePlatform } from "./platform.ts";

/** An engine's options, and how to run it. */
export interface RunEngineOptions extends Omit<EngineOptions, "platform"> {
  /** Bytes that came behind the head of the opening handshake: Node's `head`. @default none */
  readonly head?: Uint8Array;
  /**
   * Milliseconds for the closing handshake, and for the peer to end TCP; then the stream is destroyed. `Infinity` waits
   * for ever. @default 10 000
   */
  readonly closeTimeout?: number;
}

/**
 * Makes an engine on Node's platform and runs it over `stream`, whose opening handshake is done. What a turn of the
 * event loop sends leaves together. The stream is ours from now on; its errors end the connection with 1006. Make a
 * client's socket with `allowHalfOpen: true`, so that what is on its way out still goes out after the server's FIN.
 * A peer that does not read makes `stream.writableLength` grow: whoever sends looks at it, and at `engine.outputSize`.
 * `sink.output` is called when output has been handed to the stream. Throws a `UsageError` for a bad limit or timeout.
 *
 * @example
 * server.on("upgrade", (request, stream, head) => {
 *   // … readUpgrade, acceptUpgrade, write the answer …
 *   const engine = runEngine(stream, { role: "server", head, sink: {
 *     message: (data) => engine.send(data),
 *     close: ({ code }) => console.log("closed with", code),
 *   } });
 * });
 */
export function runEngine(stream: Duplex, options: RunEngineOptions): Engine {
  return new Runner(stream, options).engine;
}

class Runner implements EngineSink {
  readonly engine: Engine;
  readonly #stream: Duplex;
  readonly #sink: EngineSink;
  readonly #closeTimeout: number;
  readonly #autoPong: boolean;
  /** Only if the user's sink takes parts: the engine looks. */
  readonly part?: (data: Message, last: boolean) => void;
  #flush: "idle" | "inside-receive" | "scheduled" = "idle";
  #owedPong: Uint8Array | undefined;
  #peerEnded = false;
  #error: unknown;
  #timer: NodeJS.Timeout | undefined;

  constructor(stream: Duplex, { head, closeTimeout = 10_000, sink, autoPong = true, ...options }: RunEngineOptions) {
    const isTime = closeTimeout >= 0 && (closeTimeout <= LONGEST_TIMEOUT || closeTimeout === Number.POSITIVE_INFINITY);
    if (!isTime) throw usageError(TIMEOUT_INVALID, "closeTimeout", String(closeTimeout));
    this.#stream = stream;
    this.#sink = sink;
    this.#closeTimeout = closeTimeout;
    this.#autoPong = autoPong;
    if (sink.part !== undefined) this.part = (data, last) => sink.part?.(data, last);
    this.engine = new Engine({ ...options, autoPong: false, platform: nodePlatform, sink: this });
    // Before the listener: then the first message comes in a later turn, when the caller holds the engine.
    if (head !== undefined && head.length > 0) stream.unshift(head);
    stream.on("data", (chunk: Uint8Array) => this.#streamOnData(chunk));
    stream.on("end", () => this.#streamOnEnd());
    stream.on("drain", () => this.#answerPing());
    stream.on("error", (error) => {
      this.#error = error;
      stream.destroy();
    });
    stream.on("close", () => this.#streamOnClose());
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

  close(info: CloseInfo): void {
    this.output();
    this.#sink.close(info);
  }

  ready(): void {
    this.#stream.resume();
    this.#sink.ready?.();
  }

  output(): void {
    if (this.#flush !== "idle") return;
    this.#flush = "scheduled";
    queueMicrotask(() => this.#carryOut());
  }

  #streamOnData(chunk: Uint8Array): void {
    const scheduled = this.#flush === "scheduled";
    if (!scheduled) this.#flush = "inside-receive";
    try {
      const state = this.engine.receive(chunk);
      if (state === "paused" || state === "suspended") this.#stream.pause();
    } finally {
      if (!scheduled) this.#carryOut();
    }
  }

  /** Writes what the turn has brought, then does what the state of the connection asks for. */
  #carryOut(): void {
    this.#flush = "idle";
    const stream = this.#stream;
    const pieces = this.engine.take();
    if (stream.writable && pieces.length > 0) {
      if (pieces.length > 1) stream.cork();
      for (const piece of pieces) stream.write(piece);
      if (pieces.length > 1) stream.uncork();
    }
    try {
      this.#endIfOver();
    } finally {
      this.#sink.output?.();
    }
  }

  #endIfOver(): void {
    const stream = this.#stream;
    if (this.engine.state === "open" || stream.destroyed) return;
    if (this.#closeTimeout !== Number.POSITIVE_INFINITY) {
      this.#timer ??= setTimeout(() => stream.destroy(), this.#closeTimeout);
    }
    const { transport } = this.engine;
    const isOver = transport === "end" || (transport === "await-end" && this.#peerEnded);
    if (isOver && stream.writable) stream.end();
    // What the peer still sends is read and ignored: unread bytes would make TCP reset the connection under our last frame.
    if (this.engine.state === "closed") stream.resume();
  }

  #answerPing(): void {
    if (!this.#autoPong || this.#owedPong === undefined || this.#stream.writableNeedDrain) return;
    const payload = this.#owedPong;
    this.#owedPong = undefined;
    this.engine.answerPing(payload);
  }

  /** A FIN without a Close frame is the end for us, and so is one that follows the closing handshake. */
  #streamOnEnd(): void {
    this.#peerEnded = true;
    this.engine.end();
    this.#carryOut();
  }

  #streamOnClose(): void {
    clearTimeout(this.#timer);
    // After a FIN, what had come before it may still wait to be read.
    if (this.#peerEnded && this.engine.state === "open") this.engine.end();
    else this.engine.abort(this.#error);
  }
}

/** Node's timers take no more. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;
