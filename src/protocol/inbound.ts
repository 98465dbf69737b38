/** Bytes become frames (RFC 6455, 5.2), by pull: the receiving half of a connection. Knows no closing. */

import type { ProtocolError } from "../errors.ts";
import { ControlPayload } from "./control-payload.ts";
import type { DeflateAgreement } from "./deflate/agreement.ts";
import { FloodGuard } from "./flood-guard.ts";
import type { Role } from "./frame-header.ts";
import { checkFrameHeader, FrameHeader, MAX_HEADER, Opcode, parseFrameHeader } from "./frame-header.ts";
import type { Limits } from "./limits.ts";
import { mask, rotateKey } from "./mask.ts";
import type { MessageSink } from "./message.ts";
import { MessageFrames } from "./message-frames.ts";
import type { Platform } from "./platform.ts";
import { throwLater } from "./throw-later.ts";

/**
 * How far `receive` came: `more` bytes are welcome; `paused` by the user; `suspended` while a large message is inflated
 * off the event loop; `ended`, for good.
 */
export type ReceiveState = "more" | "paused" | "suspended" | "ended";

/** Who hears of what is not a message. */
export interface InboundListener {
  inboundOnControl(opcode: number, payload: Uint8Array): void;
  inboundOnFail(error: ProtocolError): void;
  /** After `suspended` or a resume: what had come has been read, and more is welcome. */
  inboundOnReady(): void;
}

/** How one connection receives. */
export interface InboundOptions {
  readonly role: Role;
  readonly platform: Platform;
  readonly limits: Limits;
  readonly deflate: DeflateAgreement | null;
  readonly sink: MessageSink;
  readonly listener: InboundListener;
}

/** Reads by pull: after each message it looks whether it may go on, so that a pause holds in the middle of a chunk. */
export class Inbound {
  readonly #role: Role;
  readonly #maskBit: 0 | 0x80;
  /** The lowest limit on the size of a message in one frame. */
  readonly #shortest: number;
  readonly #listener: InboundListener;
  readonly #messages: MessageFrames;
  readonly #flood: FloodGuard;

  #state: ReceiveState = "more";
  #pausing = false;
  #reading = false;
  /** What has come and not been read: the rest of `#chunk`, then the backlog. */
  #chunk: Uint8Array = EMPTY;
  #at = 0;
  #backlog: Uint8Array[] | null = null;

  /** A header that was cut: its first bytes. */
  #head: Uint8Array | null = null;
  #headSize = 0;

  /** The frame being read, while `#remaining` of its payload is to come. */
  #opcode = 0;
  #fin = false;
  #key = 0;
  #remaining = 0;
  #control: ControlPayload | null = null;

  constructor({ role, platform, limits, deflate, sink, listener }: InboundOptions) {
    this.#role = role;
    this.#maskBit = role === "server" ? 0x80 : 0;
    this.#shortest = Math.min(limits.frameSize, limits.messageSize);
    this.#listener = listener;
    this.#flood = new FloodGuard(platform, limits.controlFramesPerSecond);
    this.#messages = new MessageFrames({ platform, limits, deflate, sink, flood: this.#flood });
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
      this.#messages.beginTurn();
      this.#read();
    }
    return this.#state;
  }

  /** Stops after the message at hand; what comes is kept. */
  pause(): void {
    this.#pausing = true;
    if (this.#state === "more") this.#state = "paused";
    this.#messages.setPaused(true);
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
    this.#messages.setPaused(false);
    if (!isSuspended && this.#state !== "ended") this.#goOn();
  }

  /** Whether messages are given in parts. */
  get inParts(): boolean {
    return this.#messages.inParts;
  }

  set inParts(inParts: boolean) {
    this.#messages.inParts = inParts;
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
    this.#messages.drop();
  }

  #goOn(): void {
    this.#state = "more";
    if (this.#reading) return;
    this.#read();
    if (this.#state === "more") this.#listener.inboundOnReady();
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
    if (this.#headSize > 0) return this.#readCutHeader();
    if (this.#readShortMessage()) return;
    const size = parseFrameHeader(header, this.#chunk, this.#at, this.#chunk.length);
    if (size === 0) {
      this.#headSize = this.#chunk.length - this.#at;
      this.#head ??= new Uint8Array(MAX_HEADER);
      this.#head.set(this.#chunk.subarray(this.#at));
      this.#at = this.#chunk.length;
      return;
    }
    this.#at += size;
    this.#begin();
  }

  /**
   * The common case in one go: a message of up to 64 KiB in one plain frame that has come whole. Anything else is left
   * to the way through `#begin`, its plain twin. Hot path (bench: `protocol`).
   */
  #readShortMessage(): boolean {
    const chunk = this.#chunk;
    const at = this.#at;
    const opcode = chunk[at]! ^ 0x80;
    if ((opcode !== Opcode.text && opcode !== Opcode.binary) || !this.#messages.idle) return false;
    let length = chunk[at + 1]! ^ this.#maskBit;
    let from = at + 2;
    if (length === 126) {
      length = chunk[at + 2]! * 0x100 + chunk[at + 3]!;
      if (length < 126) return false;
      from += 2;
    } else if (length > 126) return false;
    if (this.#maskBit !== 0) from += 4;
    const to = from + length;
    // Past the end of the chunk everything is NaN, and no comparison true.
    if (!(to <= chunk.length) || length > this.#shortest || length === 0) return false;
    if (this.#maskBit !== 0) {
      const key = chunk[from - 4]! | (chunk[from - 3]! << 8) | (chunk[from - 2]! << 16) | (chunk[from - 1]! << 24);
      mask(chunk, from, to, key);
    }
    this.#at = to;
    const error = this.#messages.whole(opcode, chunk, from, to);
    if (error !== undefined) this.#fail(error);
    return true;
  }

  #readCutHeader(): void {
    const head = this.#head!;
    while (this.#at < this.#chunk.length) {
      head[this.#headSize++] = this.#chunk[this.#at++]!;
      if (parseFrameHeader(header, head, 0, this.#headSize) === 0) continue;
      this.#headSize = 0;
      this.#head = null;
      return this.#begin();
    }
  }

  /** A header has been read. */
  #begin(): void {
    const { opcode, fin, length, key, masked } = header;
    const isControl = opcode >= Opcode.close;
    const error =
      checkFrameHeader(header, this.#role, this.#messages.canInflate) ??
      (isControl ? this.#flood.count() : this.#messages.begin(header));
    if (error !== undefined) return this.#fail(error);
    this.#opcode = opcode;
    this.#fin = fin;
    this.#key = masked ? key : 0;
    this.#remaining = length;
    if (length === 0) this.#readPayload();
  }

  /** Takes what has come of the payload. */
  #readPayload(): void {
    const isControl = this.#opcode >= Opcode.close;
    const most = isControl ? this.#remaining : Math.min(this.#remaining, this.#messages.appetite);
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
    if (payload !== null) this.#listener.inboundOnControl(this.#opcode, payload);
  }

  #addData(from: number, to: number, key: number): void {
    const last = this.#fin && this.#remaining === 0;
    const announced = this.#remaining + (this.#fin ? 0 : this.#messages.room);
    const piece = { bytes: this.#chunk, from, to, key, announced, last };
    const result = this.#messages.add(piece, (error) => this.#messagesOnDone(error));
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
    this.#listener.inboundOnFail(error);
  }
}

const EMPTY: Uint8Array = new Uint8Array(0);

/** Headers are parsed one at a time, and used at once: one object serves all connections. */
const header = new FrameHeader();
