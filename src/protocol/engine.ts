/** The engine: one WebSocket connection after the opening handshake (RFC 6455, 5 to 8). Bytes in, messages out, and back. */

import type { ProtocolError } from "../errors.ts";
import { NOT_OPEN, PART_MISSING, usageError } from "../errors.ts";
import { encodeClosePayload, encodeFailure, readClosePayload } from "./close-code.ts";
import { checkControlPayload } from "./control-payload.ts";
import { EngineConfig } from "./engine-config.ts";
import { EngineEnd } from "./engine-end.ts";
import type { EngineOptions } from "./engine-options.ts";
import type { CloseInfo, EngineSink } from "./engine-sink.ts";
import type { EngineState, TransportDuty } from "./engine-state.ts";
import type { FloodGuard } from "./flood-guard.ts";
import { Opcode } from "./frame-header.ts";
import type { InboundListener, ReceiveState } from "./inbound.ts";
import { Inbound } from "./inbound.ts";
import type { Message } from "./message.ts";
import { checkMessage } from "./message.ts";
import { Outbound } from "./outbound.ts";
import type { Prepared, PreparedBatch } from "./prepared-batch.ts";

/**
 * One connection. It does no I/O: put in what came with `receive`, and carry what `take` gives to the transport.
 *
 * @example
 * const sink = { message: (data) => engine.send(data), close: ({ code }) => console.log(code) };
 * const engine = new Engine({ role: "server", platform: nodePlatform, sink });
 * tcp.on("data", (chunk) => {
 *   engine.receive(chunk);
 *   for (const bytes of engine.take()) tcp.write(bytes);
 *   if (engine.transport === "end") tcp.end();
 * });
 * tcp.on("close", () => engine.abort());
 */
export class Engine {
  readonly #config: EngineConfig;
  readonly #sink: EngineSink;
  readonly #inbound: Inbound<Engine>;
  readonly #outbound: Outbound;
  readonly #end = new EngineEnd();

  static readonly #listener: InboundListener<Engine> = {
    inboundOnControl: (engine, opcode, payload) => engine.#inboundOnControl(opcode, payload),
    inboundOnFail: (engine, error) => engine.#inboundOnEnd(error),
    inboundOnReady: (engine) => (engine.#end.inboundEnds ? engine.abort() : engine.#sink.ready?.()),
  };

  /** Throws a `UsageError` for a bad limit, or for compression on a platform without zlib. */
  constructor(options: EngineOptions);
  /** One of many alike; `flood` was left by one that rests. */
  constructor(config: EngineConfig, sink: EngineSink, flood?: FloodGuard);
  constructor(options: EngineOptions | EngineConfig, sink?: EngineSink, flood?: FloodGuard) {
    const config = options instanceof EngineConfig ? options : new EngineConfig(options);
    this.#config = config;
    this.#sink = sink ?? (options as EngineOptions).sink;
    this.#outbound = new Outbound(config, this.#sink);
    this.#inbound = new Inbound({ config, sink: this.#sink, owner: this, flood }, Engine.#listener);
  }

  /** Where the connection stands. */
  get state(): EngineState {
    return this.#end.state;
  }

  /** Whether it is open and nothing is under way or remembered, but by `flood`: another engine could go on in its place. */
  get atRest(): boolean {
    return this.#end.isFarOff && this.#inbound.atRest && this.#outbound.atRest;
  }

  /** Counts the frames of the peer that carry nothing, once there was one. */
  get flood(): FloodGuard | undefined {
    return this.#inbound.flood;
  }

  /** What is to be done with the transport, once the output has been carried out. */
  get transport(): TransportDuty {
    // A Close frame that waits behind a large message has not been carried out.
    return this.#outbound.compressing ? "keep" : this.#end.transport;
  }

  /** Bytes that wait: for `take`, or for a large message before them to be compressed. */
  get outputSize(): number {
    return this.#outbound.size;
  }

  /** Whether a message was begun with `sendFragment` and not ended. */
  get sendingFragments(): boolean {
    return this.#outbound.unfinished;
  }

  /** Whether messages wait, unframed, while a large one is compressed off the event loop. */
  get compressing(): boolean {
    return this.#outbound.compressing;
  }

  /**
   * Takes bytes from the transport. They are the engine's from now on, and change. Unless the answer is `more`, read
   * no further until `sink.ready`; what comes all the same is kept. After the end, bytes are ignored.
   */
  receive(chunk: Uint8Array): ReceiveState {
    const state = this.#inbound.receive(chunk);
    // `end` was called inside a callback, and what had come by then has been given now.
    if (!this.#end.inboundEnds || this.#end.waitsFor(this.#inbound)) return state;
    this.abort();
    return "ended";
  }

  /**
   * The peer has ended the transport: nothing more will come. What had come is given first, if it waits for a pause or
   * for inflation to end; then, without a Close frame, that is a 1006.
   */
  end(): void {
    if (this.#end.state === "closed") return;
    this.#end.inboundEnds = true;
    // A callback that threw may have left something unread that nothing holds back.
    this.#inbound.readOn();
    if (!this.#end.waitsFor(this.#inbound)) this.abort();
  }

  /** The transport is gone, through `cause` if one is known: 1006 at once, unless the connection was closed already. */
  abort(cause?: unknown): void {
    this.#outbound.abandon();
    if (this.#end.state === "closed") return;
    this.#finish(this.#end.toAborted(this.#config.platform.text, cause), "end");
  }

  /** Resolves when the connection is over for us, with what `sink.close` is told. Never rejects. */
  get closed(): Promise<CloseInfo> {
    return this.#end.closed;
  }

  /** Resolves when no message waits for compression any more, or the connection is over. Never rejects. */
  compressed(): Promise<void> {
    return this.#outbound.compressed();
  }

  /** Takes the bytes that are to go out, in order. They are shared: for a `receive` here, copy them by `new Uint8Array(bytes)`. */
  take(): readonly Uint8Array[] {
    return this.#outbound.take();
  }

  /** Stops giving messages after the one at hand, parts after the part at hand. Also inside `sink.message`, and in the middle of a chunk. */
  pause(): void {
    this.#inbound.pause();
  }

  /** Goes on giving messages, first those that have come already; then calls `sink.ready`. A Close frame waits no more. */
  resume(): void {
    this.#releaseClose();
    this.#inbound.resume();
  }

  /**
   * Whether messages are to come in parts, to `sink.part`, as soon as their bytes do. Takes effect between two messages:
   * set it before the first, or inside `sink.message` and `sink.part`. Throws a `UsageError` if the sink has no `part`.
   */
  get inParts(): boolean {
    return this.#inbound.inParts;
  }

  set inParts(inParts: boolean) {
    if (inParts && this.#sink.part === undefined) throw usageError(PART_MISSING);
    this.#inbound.inParts = inParts;
  }

  /**
   * Sends a message: a string as text, bytes as binary. Bytes may be handed on without a copy: do not change them until
   * they are out. `compress: false` spares what is compressed already. Throws a `UsageError` unless the state is `open`.
   */
  send(data: Message, options: { readonly compress?: boolean } = COMPRESS): void {
    this.#mustBeOpen("send");
    checkMessage("send", data);
    this.#outbound.message(data, options.compress !== false);
    this.#sink.output?.();
  }

  /**
   * Sends one fragment of a message; the message ends with `last`. The first decides whether it is text or binary, and
   * whether it is compressed. Until it has ended, only control frames can be sent. Throws as `send` does.
   */
  sendFragment(data: Message, last: boolean, options: { readonly compress?: boolean } = COMPRESS): void {
    this.#mustBeOpen("sendFragment");
    checkMessage("sendFragment", data);
    this.#outbound.fragment(data, last, options.compress !== false);
    this.#sink.output?.();
  }

  /** Sends a message, or several, that were made ready for many. Throws as `send` does. */
  sendPrepared(message: Prepared, options: { readonly compress?: boolean } = COMPRESS): void {
    this.#mustBeOpen("sendPrepared");
    this.#outbound.prepared(message, options.compress !== false);
    this.#sink.output?.();
  }

  /** Sends several past `take`: gives their bytes, for the transport. `undefined`: not open, or others wait; nothing was sent. */
  sendAtOnce(batch: PreparedBatch): readonly Uint8Array[] | undefined {
    return this.#end.state === "open" ? this.#outbound.framesAtOnce(batch) : undefined;
  }

  /** Sends a ping, with up to 125 bytes that come back in the pong. Throws as `send` does. */
  ping(payload: Uint8Array = EMPTY): void {
    this.#sendControl("ping", payload);
  }

  /** Sends a pong that nobody asked for: a one-way heartbeat (RFC 6455, 5.5.3). Throws as `send` does. */
  pong(payload: Uint8Array = EMPTY): void {
    this.#sendControl("pong", payload);
  }

  /**
   * Answers a ping; for `autoPong: false`. RFC 6455, 5.5.2: it "MUST … unless it already received a Close frame." After
   * a Close frame of ours, 5.5.1 forbids "data frames" only.
   */
  answerPing(payload: Uint8Array): void {
    if (this.#end.state === "closed") return;
    this.#outbound.control(Opcode.pong, payload);
    this.#sink.output?.();
  }

  /**
   * Begins the closing handshake, behind all messages; what the peer still sends keeps coming until its Close frame.
   * A reason is cut to 123 bytes at a character. Does nothing when it is closing or closed already. Throws a
   * `UsageError` for a code that must not be sent.
   */
  close(code?: number, reason = ""): void {
    const { role, platform } = this.#config;
    const payload = encodeClosePayload(role, code, reason, platform.text);
    if (this.#end.state !== "open") return;
    this.#end.state = "closing";
    this.#outbound.close(payload);
    this.#sink.output?.();
    this.#releaseClose();
  }

  #sendControl(call: "ping" | "pong", payload: Uint8Array): void {
    this.#mustBeOpen(call);
    checkControlPayload(call, payload);
    this.#outbound.control(Opcode[call], payload);
    this.#sink.output?.();
  }

  #mustBeOpen(call: string): void {
    if (this.#end.state !== "open") throw usageError(NOT_OPEN, call, this.#end.state);
  }

  #inboundOnControl(opcode: number, payload: Uint8Array): void {
    if (opcode === Opcode.close) return this.#inboundOnEnd(payload);
    if (opcode === Opcode.pong) return this.#sink.pong?.(payload);
    try {
      if (this.#config.autoPong) this.answerPing(payload);
    } finally {
      this.#sink.ping?.(payload);
    }
  }

  #inboundOnEnd(end: Uint8Array | ProtocolError): void {
    const waits = this.#end.state === "open" && this.#sink.holdClose?.() === true;
    this.#end.held = end;
    if (waits) this.#inbound.pause();
    else this.#releaseClose();
  }

  #releaseClose(): void {
    const { held } = this.#end;
    this.#end.held = undefined;
    if (held instanceof Error) this.#fail(held);
    else if (held !== undefined) this.#receiveClose(held);
  }

  #receiveClose(payload: Uint8Array): void {
    const close = readClosePayload(payload, this.#config.platform.text);
    if (close instanceof Error) return this.#fail(close);
    // RFC 6455, 5.5.1: "the endpoint MUST send a Close frame in response", typically with the code that it received.
    // It "MAY delay" it: what had been sent before is sent first, even if it is still being compressed.
    if (this.#end.state === "open") this.#outbound.close(payload.length > 2 ? payload.subarray(0, 2) : payload);
    this.#finish({ ...close, wasClean: true }, this.#config.role === "server" ? "end" : "await-end");
  }

  /** RFC 6455, 7.1.7, "_Fail the WebSocket Connection_": one Close frame with the code, then silence. */
  #fail(error: ProtocolError): void {
    // A Close frame of ours that still waits for a large message to be compressed has not been sent either.
    if (this.#end.state === "open" || this.#outbound.compressing) {
      this.#outbound.abandon();
      this.#outbound.control(Opcode.close, encodeFailure(error));
    }
    this.#finish({ code: error.closeCode, reason: "", wasClean: false, error }, "end");
  }

  #finish(info: CloseInfo, transport: TransportDuty): void {
    this.#end.finish(info, transport);
    this.#inbound.end();
    try {
      if (this.#outbound.size > 0) this.#sink.output?.();
    } finally {
      this.#sink.close(info);
    }
  }
}

const EMPTY: Uint8Array = new Uint8Array(0);
const COMPRESS = { compress: true };
