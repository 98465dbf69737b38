/** A wire made of an engine and a byte stream: our own WebSocket, over TCP, TLS, HTTP/2 or memory. */

import type { EngineOptions } from "../protocol/engine-options.ts";
import type { CloseInfo, EngineSink } from "../protocol/engine-sink.ts";
import type { Message } from "../protocol/message.ts";
import type { PreparedBatch } from "../protocol/prepared-batch.ts";
import { PreparedMessage } from "../protocol/prepared-message.ts";
import type { ByteStream } from "../protocol/run/byte-stream.ts";
import type { Clock } from "../protocol/run/clock.ts";
import { EngineRunner } from "../protocol/run/engine-runner.ts";
import { sendStream } from "../protocol/send-stream.ts";
import type { Wire, WireSink, WireStreamOptions } from "./wire.ts";
import { WIRE_HIGH_WATER } from "./wire.ts";

/** What an engine on a stream needs: all but its sink. */
export interface EngineWireOptions extends Omit<EngineOptions, "sink" | "autoPong"> {
  readonly clock: Clock;
  /** Milliseconds for the closing handshake and for the peer to end TCP. */
  readonly closeTimeout: number;
}

/** The opening handshake is done; the stream is the wire's from `open` on. */
export class EngineWire implements Wire {
  readonly #stream: ByteStream;
  readonly #options: EngineWireOptions;
  /** A client's bytes are masked into a copy, and the caller's again at once; so are those that are compressed later. */
  readonly #copies: boolean;
  /** Whether frames are the same for all: not masked, and compressed, if at all, each message by itself. */
  readonly #isShared: boolean;
  /** From `open` on. */
  #runner!: EngineRunner;
  #sink!: WireSink;
  #awaitsRoom = false;

  constructor(stream: ByteStream, options: EngineWireOptions) {
    this.#stream = stream;
    this.#options = options;
    this.#copies = options.role === "client" && !!options.deflate;
    this.#isShared = options.role === "server" && !options.deflate?.sendTakeover;
  }

  open(sink: WireSink): void {
    this.#sink = sink;
    this.#runner = new EngineRunner(this.#stream, { ...this.#options, sink: new EngineListener(sink) });
    this.#runner.open();
  }

  get bufferedAmount(): number {
    return this.#runner.engine.outputSize + this.#stream.bufferedAmount;
  }

  unsent(): number {
    return this.#runner.engine.outputSize + this.#stream.unsent();
  }

  get lastHeard(): number {
    return this.#runner.lastHeard;
  }

  send(message: Message | PreparedMessage, compress: boolean): boolean {
    const { engine } = this.#runner;
    if (engine.state !== "open") return false;
    if (message instanceof PreparedMessage) engine.sendPrepared(message, compress ? COMPRESS : PLAIN);
    else if (this.#copies && typeof message === "object") engine.send(message.slice(), compress ? COMPRESS : PLAIN);
    else engine.send(message, compress ? COMPRESS : PLAIN);
    return this.#hasRoom();
  }

  sendBatch(batch: PreparedBatch): boolean {
    const { engine } = this.#runner;
    if (engine.state !== "open") return false;
    engine.sendPrepared(batch);
    return this.#hasRoom();
  }

  get takesAtOnce(): boolean {
    const { isIdle, engine } = this.#runner;
    if (!isIdle || this.#stream.bufferedAmount >= WIRE_HIGH_WATER) return false;
    // A large message of its own may be on its way through the compressor.
    return !this.#options.deflate || !engine.compressing;
  }

  /**
   * Hot path (bench: `rooms`). In a room of a thousand every object that has to be fetched shows: so what is the same for
   * all and waits for nothing goes past the engine. Its frames are those that the engine would have made.
   */
  sendBatchAtOnce(batch: PreparedBatch): boolean {
    const { deflate } = this.#options;
    const frames = !this.#isShared ? undefined : deflate ? batch.compressedFrames(deflate) : batch.plainFrames;
    if (frames === undefined) this.#runner.sendAtOnce(batch);
    else this.#stream.write(frames);
    return this.#stream.bufferedAmount < WIRE_HIGH_WATER || this.#hasRoom();
  }

  #hasRoom(): boolean {
    if (this.bufferedAmount < WIRE_HIGH_WATER) return true;
    this.#awaitRoom();
    return false;
  }

  flushed(done: (out: boolean) => void): void {
    const { engine } = this.#runner;
    if (engine.compressing) return void engine.compressed().then(() => this.flushed(done));
    // What this turn has sent reaches the stream at its end, which was asked for before this.
    this.#options.platform.endOfTurn(() => this.#stream.flushed(done));
  }

  ping(payload: Uint8Array): void {
    const { engine } = this.#runner;
    const send = () => {
      if (engine.state === "open") engine.ping(payload);
    };
    // A control frame overtakes what is still being compressed; the pong to this one says that all before it has come.
    if (engine.compressing) void engine.compressed().then(send);
    else send();
  }

  pause(): void {
    this.#runner.engine.pause();
  }

  resume(): void {
    this.#runner.engine.resume();
  }

  sendStream(
    chunks: Iterable<Message> | AsyncIterable<Message>,
    { onMoved, ...options }: WireStreamOptions,
  ): Promise<void> {
    const drained = () =>
      new Promise<void>((resolve) => {
        this.flushed((out) => {
          if (out) onMoved?.();
          resolve();
        });
      });
    return sendStream(this.#runner.engine, chunks, { drained, ...options });
  }

  close(code: number | undefined, reason: string): void {
    this.#runner.engine.close(code, reason);
  }

  terminate(): void {
    this.#stream.destroy();
    this.#runner?.engine.abort();
  }

  /** A stream may take more than our high water without being full; then it tells of no drain. */
  #awaitRoom(): void {
    if (this.#awaitsRoom) return;
    this.#awaitsRoom = true;
    this.flushed((out) => {
      this.#awaitsRoom = false;
      if (out) this.#sink.wireOnRoom();
    });
  }
}

const COMPRESS = { compress: true };
const PLAIN = { compress: false };

/** What the engine says, in the words of a wire. */
class EngineListener implements EngineSink {
  readonly #sink: WireSink;

  constructor(sink: WireSink) {
    this.#sink = sink;
  }

  message(data: Message): void {
    this.#sink.wireOnMessage(data);
  }

  pong(payload: Uint8Array): void {
    this.#sink.wireOnPong(payload);
  }

  holdClose(): boolean {
    return this.#sink.wireOnGoodbye();
  }

  output(): void {
    this.#sink.wireOnRoom();
  }

  close(info: CloseInfo): void {
    this.#sink.wireOnClose(info);
  }
}
