/** Bytes become frames (RFC 6455, 5.2), by pull: the receiving half of a connection. Knows no closing. */

import { INVALID_UTF8, type ProtocolError, protocolError } from "../errors.ts";
import { ControlPayload } from "./control-payload.ts";
import { CutHeader } from "./cut-header.ts";
import type { EngineConfig } from "./engine-config.ts";
import { FloodGuard } from "./flood-guard.ts";
import { checkFrameHeader, FrameHeader, Opcode, parseFrameHeader } from "./frame-header.ts";
import { rotateKey } from "./mask.ts";
import type { MessageSink } from "./message.ts";
import { MessageFrames } from "./message-frames.ts";
import { shortMessage, takeShortMessage } from "./short-message.ts";
import { throwLater } from "./throw-later.ts";

/**
 * How far `receive` came: `more` bytes are welcome; `paused` by the user; `suspended` while a large message is inflated
 * off the event loop; `ended`, for good.
 */
export type ReceiveState = "more" | "paused" | "suspended" | "ended";

/** Who hears of what is not a message: one for all connections, so that none of them needs functions of its own. */
export interface InboundListener<Owner> {
  inboundOnControl(owner: Owner, opcode: number, payload: Uint8Array): void;
  inboundOnFail(owner: Owner, error: ProtocolError): void;
  /** After `suspended` or a resume: what had come has been read, and more is welcome. */
  inboundOnReady(owner: Owner): void;
}

/** How one connection receives. */
export interface InboundOptions<Owner> {
  readonly config: EngineConfig;
  readonly sink: MessageSink;
  readonly owner: Owner;
  /** What was counted before this. */
  readonly flood: FloodGuard | undefined;
}

/** Reads by pull: after each message it looks whether it may go on, so that a pause holds in the middle of a chunk. */
export class Inbound<Owner> {
  readonly #config: EngineConfig;
  readonly #sink: MessageSink;
  readonly #owner: Owner;
  readonly #listener: InboundListener<Owner>;
  #flood: FloodGuard | undefined;
  #messages: MessageFrames | null = null;
  #inParts = false;
  #state: ReceiveState = "more";
  #pausing = false;
  #reading = false;
  /** What has come and not been read: the rest of `#chunk`, then the backlog. */
  #chunk: Uint8Array = EMPTY;
  #at = 0;
  #backlog: Uint8Array[] | null = null;
  #cut: CutHeader | null = null;
  /** The frame being read, while `#remaining` of its payload is to come. */
  #opcode = 0;
  #fin = false;
  #key = 0;
  #remaining = 0;
  #control: ControlPayload | null = null;

  constructor({ config, sink, owner, flood }: InboundOptions<Owner>, listener: InboundListener<Owner>) {
    this.#config = config;
    this.#sink = sink;
    this.#owner = owner;
    this.#listener = listener;
    this.#flood = flood;
  }

  /** Counts frames that carry nothing, once there was one. */
  get flood(): FloodGuard | undefined {
    return this.#flood;
  }

  /** Whether another one could take its place: all was read, and nothing is remembered but by `flood`. */
  get atRest(): boolean {
    const hasRead = this.#state === "more" && !this.#reading && !this.holds;
    const isBetween = this.#cut === null && this.#remaining === 0;
    return hasRead && isBetween && !this.#inParts && (this.#messages === null || this.#messages.atRest);
  }

  /** Takes a chunk, which is ours from now on: it is unmasked where it lies. */
  receive(chunk: Uint8Array): ReceiveState {
    if (this.#state === "ended" || chunk.length === 0) return this.#state;
    if (this.#at < this.#chunk.length || this.#state !== "more" || this.#reading) {
      this.#backlog ??= [];
      this.#backlog.push(chunk);
    } else {
      this.#chunk = chunk;
      this.#at = 0;
    }
    if (this.#state === "more" && !this.#reading) {
      this.#messages?.beginTurn();
      this.#read();
    }
    return this.#state;
  }

  /** Stops after the message at hand; what comes is kept. */
  pause(): void {
    this.#pausing = true;
    if (this.#state === "more") this.#state = "paused";
    this.#messages?.setPaused(true);
  }

  /** Reads what may be read and has not been: a callback that threw left it. */
  readOn(): void {
    if (this.#state === "more" && !this.#reading) this.#read();
  }

  /** Goes on with what was kept. */
  resume(): void {
    this.#pausing = false;
    // While suspended, what is being inflated goes on, and we do when it is done.
    const isSuspended = this.#state === "suspended";
    this.#messages?.setPaused(false);
    if (!isSuspended && this.#state !== "ended") this.#goOn();
  }

  /** Whether messages are given in parts. */
  get inParts(): boolean {
    return this.#inParts;
  }

  set inParts(inParts: boolean) {
    this.#inParts = inParts;
    if (this.#messages !== null) this.#messages.inParts = inParts;
  }

  /** Whether something that came has not been given yet. */
  get holds(): boolean {
    return this.#state === "suspended" || this.#at < this.#chunk.length || (this.#backlog?.length ?? 0) > 0;
  }

  /** Reads nothing any more, and lets go of everything. */
  end(): void {
    this.#state = "ended";
    this.#chunk = EMPTY;
    this.#at = 0;
    this.#backlog = null;
    this.#messages?.drop();
  }

  #goOn(): void {
    this.#state = "more";
    if (this.#reading) return;
    this.#read();
    if (this.#state === "more") this.#listener.inboundOnReady(this.#owner);
  }

  /** Reads as far as it can. A callback that throws leaves everything in order: the next call goes on behind its message. */
  #read(): void {
    this.#reading = true;
    try {
      do {
        while (this.#at < this.#chunk.length && this.#state === "more") {
          if (this.#remaining > 0) this.#readPayload();
          else this.#readHeader();
        }
      } while (this.#state === "more" && this.#takeChunk());
    } finally {
      this.#reading = false;
      // Nothing of a chunk that was read is kept alive.
      if (this.#at >= this.#chunk.length) this.#chunk = EMPTY;
    }
  }

  #takeChunk(): boolean {
    const next = this.#backlog?.shift();
    if (next === undefined) return false;
    this.#chunk = next;
    this.#at = 0;
    return true;
  }

  #readHeader(): void {
    if (this.#cut !== null) return this.#readCutHeader();
    if (this.#readShortMessage()) return;
    const size = parseFrameHeader(header, this.#chunk, this.#at, this.#chunk.length);
    if (size === 0) {
      this.#cut = new CutHeader(this.#chunk.subarray(this.#at));
      this.#at = this.#chunk.length;
      return;
    }
    this.#at += size;
    this.#begin();
  }

  /** Hot path (bench: `protocol`). */
  #readShortMessage(): boolean {
    if (this.#messages !== null && !this.#messages.idle) return false;
    const data = takeShortMessage(this.#chunk, this.#at, this.#config);
    if (data === undefined) return false;
    this.#at = shortMessage.end;
    if (data === null) this.#fail(protocolError(INVALID_UTF8));
    else if (this.#inParts) this.#sink.part?.(data, true);
    else this.#sink.message(data);
    return true;
  }

  #readCutHeader(): void {
    while (this.#at < this.#chunk.length) {
      if (!this.#cut!.push(this.#chunk[this.#at++]!, header)) continue;
      this.#cut = null;
      return this.#begin();
    }
  }

  /** A header has been read. */
  #begin(): void {
    const { opcode, fin, length, key, masked } = header;
    const isControl = opcode >= Opcode.close;
    const { role, deflate } = this.#config;
    const error =
      checkFrameHeader(header, role, deflate !== null) ??
      (isControl ? undefined : this.#frames.begin(header)) ??
      (isControl || length === 0 ? this.#count() : undefined);
    if (error !== undefined) return this.#fail(error);
    this.#opcode = opcode;
    this.#fin = fin;
    this.#key = masked ? key : 0;
    this.#remaining = length;
    if (length === 0) this.#readPayload();
  }

  /** The message at hand, or the next one. */
  get #frames(): MessageFrames {
    if (this.#messages === null) {
      this.#messages = new MessageFrames(this.#config, this.#sink);
      this.#messages.inParts = this.#inParts;
    }
    return this.#messages;
  }

  #count(): ProtocolError | undefined {
    const { platform, limits } = this.#config;
    this.#flood ??= new FloodGuard();
    return this.#flood.count(platform.now(), limits.controlFramesPerSecond);
  }

  /** Takes what has come of the payload. */
  #readPayload(): void {
    const isControl = this.#opcode >= Opcode.close;
    const most = isControl ? this.#remaining : Math.min(this.#remaining, this.#frames.appetite);
    const from = this.#at;
    const to = Math.min(from + most, this.#chunk.length);
    const key = this.#key;
    this.#key = rotateKey(key, to - from);
    this.#at = to;
    this.#remaining -= to - from;
    if (isControl) this.#addControl(from, to, key);
    else this.#addData(from, to, key);
  }

  #addControl(from: number, to: number, key: number): void {
    this.#control ??= new ControlPayload();
    const payload = this.#control.add(this.#chunk, from, to, { key, remaining: this.#remaining });
    if (payload === null) return;
    this.#control = null;
    this.#listener.inboundOnControl(this.#owner, this.#opcode, payload);
  }

  #addData(from: number, to: number, key: number): void {
    const last = this.#fin && this.#remaining === 0;
    const announced = this.#remaining + (this.#fin ? 0 : this.#frames.room);
    const piece = { bytes: this.#chunk, from, to, key, announced, last };
    const result = this.#frames.add(piece, (error) => this.#messagesOnDone(error));
    if (result === "suspended") this.#state = "suspended";
    else if (result !== undefined) this.#fail(result);
  }

  #messagesOnDone(error: ProtocolError | undefined): void {
    if (this.#state === "ended") return;
    this.#state = this.#pausing ? "paused" : "more";
    if (error !== undefined) return this.#fail(error);
    while (this.#state === "more") {
      try {
        return this.#goOn();
      } catch (thrown) {
        // Nobody called us who could go on behind the message whose callback has thrown.
        throwLater(thrown);
      }
    }
  }

  #fail(error: ProtocolError): void {
    this.#listener.inboundOnFail(this.#owner, error);
  }
}

const EMPTY: Uint8Array = new Uint8Array(0);

/** Headers are parsed one at a time, and used at once: one object serves all connections. */
const header = new FrameHeader();
