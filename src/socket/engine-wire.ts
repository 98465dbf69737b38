/** A wire made of an engine and a byte stream: our own WebSocket, over TCP, TLS, HTTP/2 or memory. */

import type { CloseInfo, EngineSink } from "../protocol/engine-sink.ts";
import type { FloodGuard } from "../protocol/flood-guard.ts";
import type { Message } from "../protocol/message.ts";
import type { PreparedBatch } from "../protocol/prepared-batch.ts";
import { PreparedMessage } from "../protocol/prepared-message.ts";
import type { ByteStream, ByteStreamListener } from "../protocol/run/byte-stream.ts";
import { EngineRunner } from "../protocol/run/engine-runner.ts";
import type { Sleeper } from "../protocol/run/last-awake.ts";
import { LastAwake } from "../protocol/run/last-awake.ts";
import type { RunParts } from "../protocol/run/run-config.ts";
import { RunConfig } from "../protocol/run/run-config.ts";
import { sendStream } from "../protocol/send-stream.ts";
import type { Wire, WireSink, WireStreamOptions } from "./wire.ts";
import { WIRE_HIGH_WATER } from "./wire.ts";

/** What an engine on a stream needs: all but its sink. */
export type EngineWireOptions = Omit<RunParts, "autoPong">;

/**
 * The opening handshake is done; the stream is the wire's from `open` on.
 *
 * Most connections are silent most of the time. So the engine is made when bytes come or go, and let go when all of them
 * are through, nothing has to be remembered, and a hundred others have woken since.
 */
export class EngineWire implements Wire, ByteStreamListener, Sleeper {
  readonly #stream: ByteStream;
  readonly #config: RunConfig;
  #sink: WireSink | undefined;
  /** `undefined`: at rest. */
  #runner: EngineRunner | undefined;
  #flood: FloodGuard | undefined;
  #lastHeard = 0;
  #unsent = 0;
  #awaitsRoom = false;
  #mayRest = true;

  constructor(stream: ByteStream, options: EngineWireOptions) {
    this.#stream = stream;
    this.#config = RunConfig.of(options);
  }

  open(sink: WireSink): void {
    this.#sink = sink;
    this.#heard();
    this.#stream.open(this);
  }

  /** Made when it is needed. */
  get #awake(): EngineRunner {
    return this.#runner ?? this.#wake();
  }

  #wake(): EngineRunner {
    const sink = new EngineListener(this, this.#sink!);
    this.#runner = new EngineRunner(this.#stream, { config: this.#config, sink, flood: this.#flood });
    this.#mayRest = false;
    lastAwake.add(this);
    return this.#runner;
  }

  mayRest(): void {
    this.#mayRest = true;
    this.restIfDone();
  }

  /** What was under way may be through, for now. */
  restIfDone(): void {
    if (!this.#mayRest || !this.#runner?.atRest) return;
    this.#flood = this.#runner.engine.flood;
    this.#runner = undefined;
  }

  get bufferedAmount(): number {
    return this.#outputSize + this.#stream.bufferedAmount;
  }

  unsent(): number {
    return this.#outputSize + this.#stream.unsent();
  }

  get #outputSize(): number {
    return this.#runner === undefined ? 0 : this.#runner.engine.outputSize;
  }

  /** When bytes last came, or went out to a peer that is slow to take them. */
  get lastHeard(): number {
    const before = this.#unsent;
    this.#unsent = this.#stream.unsent();
    if (this.#unsent < before) this.#heard();
    return this.#lastHeard;
  }

  #heard(): void {
    // Whole milliseconds: V8 keeps a fraction in an object of its own.
    this.#lastHeard = Math.floor(this.#config.clock.now());
  }

  send(message: Message | PreparedMessage, compress: boolean): boolean {
    const { engine } = this.#awake;
    if (engine.state !== "open") return false;
    if (message instanceof PreparedMessage) engine.sendPrepared(message, compress ? COMPRESS : PLAIN);
    else if (this.#copies && typeof message === "object") engine.send(message.slice(), compress ? COMPRESS : PLAIN);
    else engine.send(message, compress ? COMPRESS : PLAIN);
    return this.#hasRoom();
  }

  /** A client's bytes are masked into a copy, and the caller's again at once; so are those that are compressed later. */
  get #copies(): boolean {
    return this.#config.role === "client" && this.#config.deflate !== null;
  }

  sendBatch(batch: PreparedBatch): boolean {
    const { engine } = this.#awake;
    if (engine.state !== "open") return false;
    engine.sendPrepared(batch);
    return this.#hasRoom();
  }

  get takesAtOnce(): boolean {
    if (this.#stream.bufferedAmount >= WIRE_HIGH_WATER) return false;
    // A large message of its own may be on its way through the compressor.
    return this.#runner === undefined || (this.#runner.isIdle && !this.#runner.engine.compressing);
  }

  /**
   * Hot path (bench: `rooms`). In a room of a thousand every object that has to be fetched shows: so what is the same for
   * all (not masked, and compressed, if at all, each message by itself) and waits for nothing goes past the engine. Its
   * frames are those that the engine would have made.
   */
  sendBatchAtOnce(batch: PreparedBatch): boolean {
    const { role, deflate } = this.#config;
    const isShared = role === "server" && !deflate?.sendTakeover;
    const frames = !isShared ? undefined : deflate ? batch.compressedFrames(deflate) : batch.plainFrames;
    if (frames === undefined) this.#awake.sendAtOnce(batch);
    else this.#stream.write(frames);
    return this.#stream.bufferedAmount < WIRE_HIGH_WATER || this.#hasRoom();
  }

  #hasRoom(): boolean {
    if (this.bufferedAmount < WIRE_HIGH_WATER) return true;
    this.#awaitRoom();
    return false;
  }

  flushed(done: (out: boolean) => void): void {
    const engine = this.#runner?.engine;
    if (engine?.compressing) return void engine.compressed().then(() => this.flushed(done));
    // What this turn has sent reaches the stream at its end, which was asked for before this.
    this.#config.platform.endOfTurn(() => this.#stream.flushed(done));
  }

  ping(payload: Uint8Array): void {
    const { engine } = this.#awake;
    // A control frame overtakes what is still being compressed; the pong to this one says that all before it has come.
    if (engine.compressing) void engine.compressed().then(() => this.ping(payload));
    else if (engine.state === "open") engine.ping(payload);
  }

  pause(): void {
    this.#awake.engine.pause();
  }

  resume(): void {
    this.#runner?.engine.resume();
    this.restIfDone();
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
    return sendStream(this.#awake.engine, chunks, { drained, ...options });
  }

  close(code: number | undefined, reason: string): void {
    this.#awake.engine.close(code, reason);
  }

  terminate(): void {
    this.#stream.destroy();
    if (this.#sink !== undefined) this.#awake.engine.abort();
  }

  streamOnData(chunk: Uint8Array): void {
    this.#heard();
    this.#awake.streamOnData(chunk);
  }

  streamOnDrain(): void {
    this.#heard();
    this.#awake.streamOnDrain();
  }

  streamOnEnd(): void {
    this.#awake.streamOnEnd();
  }

  streamOnClose(error?: unknown): void {
    this.#awake.streamOnClose(error);
    lastAwake.remove(this);
  }

  /** A stream may take more than our high water without being full; then it tells of no drain. */
  #awaitRoom(): void {
    if (this.#awaitsRoom) return;
    this.#awaitsRoom = true;
    this.flushed((out) => {
      this.#awaitsRoom = false;
      if (out) this.#sink!.wireOnRoom();
    });
  }
}

/** Of the whole process: they take some 110 kB. */
const lastAwake = new LastAwake(128);

const COMPRESS = { compress: true };
const PLAIN = { compress: false };

/** What the engine says, in the words of a wire. */
class EngineListener implements EngineSink {
  readonly #wire: EngineWire;
  readonly #sink: WireSink;

  constructor(wire: EngineWire, sink: WireSink) {
    this.#wire = wire;
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
    this.#wire.restIfDone();
  }

  close(info: CloseInfo): void {
    this.#sink.wireOnClose(info);
  }
}
