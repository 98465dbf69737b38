/** Bytes become frames, and frames messages (RFC 6455, 5): the receiving half of a connection. Knows no closing. */

import type { ProtocolError } from "../errors.ts";
import {
  CONTINUATION_UNEXPECTED,
  FRAME_TOO_BIG,
  MESSAGE_INTERRUPTED,
  MESSAGE_TOO_BIG,
  protocolError,
  TOO_MANY_FRAGMENTS,
} from "../errors.ts";
import { CompressedMessages } from "./compressed-messages.ts";
import type { DeflateAgreement } from "./deflate/agreement.ts";
import { FloodGuard } from "./flood-guard.ts";
import type { Role } from "./frame-header.ts";
import {
  checkFrameHeader,
  FrameHeader,
  MAX_CONTROL_PAYLOAD,
  MAX_HEADER,
  Opcode,
  parseFrameHeader,
  RSV1,
} from "./frame-header.ts";
import type { Limits } from "./limits.ts";
import { mask, rotateKey } from "./mask.ts";
import type { MessageSink } from "./message-builder.ts";
import { MessageBuilder } from "./message-builder.ts";
import type { Platform } from "./platform.ts";

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
  readonly #limits: Limits;
  readonly #listener: InboundListener;
  readonly #builder: MessageBuilder;
  readonly #compressed: CompressedMessages | null;
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
  #control: Uint8Array | null = null;
  #controlSize = 0;

  /** The message being read: its opcode, or 0; its size so far, as on the wire; its frames. */
  #message = 0;
  #messageIsCompressed = false;
  #messageSize = 0;
  #fragments = 0;

  constructor({ role, platform, limits, deflate, sink, listener }: InboundOptions) {
    this.#role = role;
    this.#limits = limits;
    this.#listener = listener;
    this.#builder = new MessageBuilder(sink, platform);
    this.#flood = new FloodGuard(platform, limits.controlFramesPerSecond);
    this.#compressed =
      deflate !== null && platform.zlib !== null
        ? new CompressedMessages({
            platform,
            zlib: platform.zlib,
            deflate,
            limit: limits.messageSize,
            builder: this.#builder,
          })
        : null;
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
    if (this.#state === "more" && !this.#reading) this.#read();
    return this.#state;
  }

  /** Stops after the message at hand; what comes is kept. */
  pause(): void {
    this.#pausing = true;
    if (this.#state === "more") this.#state = "paused";
    this.#compressed?.setPaused(true);
  }

  /** Goes on with what was kept. */
  resume(): void {
    this.#pausing = false;
    this.#compressed?.setPaused(false);
    if (this.#state === "paused") this.#goOn();
  }

  /** Whether messages are given in parts. */
  set inParts(inParts: boolean) {
    this.#builder.inParts = inParts;
  }

  /** Reads nothing any more, and lets go of everything. */
  end(): void {
    this.#state = "ended";
    this.#chunk = EMPTY;
    this.#at = 0;
    this.#backlog = null;
    this.#builder.drop();
    this.#compressed?.drop();
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

  /** A header has been read. Hot path (bench: `protocol`). */
  #begin(): void {
    const { opcode, fin, length, key, masked } = header;
    const error = checkFrameHeader(header, this.#role, this.#compressed !== null) ?? this.#checkMessage();
    if (error !== undefined) return this.#fail(error);
    const end = this.#at + length;
    const isWhole = fin && end <= this.#chunk.length && (opcode === Opcode.text || opcode === Opcode.binary);
    if (isWhole && !this.#messageIsCompressed) {
      const from = this.#at;
      if (masked) mask(this.#chunk, from, end, key);
      this.#at = end;
      this.#message = 0;
      const wrong = this.#builder.whole(opcode, this.#chunk, from, end);
      if (wrong !== undefined) this.#fail(wrong);
      return;
    }
    this.#opcode = opcode;
    this.#fin = fin;
    this.#key = masked ? key : 0;
    this.#remaining = length;
    if (length === 0) this.#readPayload();
  }

  /** The rules and limits that a frame can break where it stands. */
  #checkMessage(): ProtocolError | undefined {
    const { opcode, length, fin, rsv } = header;
    if (opcode >= Opcode.close) return this.#flood.count();
    const { frameSize, messageSize, fragments } = this.#limits;
    if (opcode === Opcode.continuation) {
      // RFC 6455, 5.4: a continuation continues a message; "fragments of one message MUST NOT be interleaved"
      if (this.#message === 0) return protocolError(CONTINUATION_UNEXPECTED);
      if (++this.#fragments > fragments) return protocolError(TOO_MANY_FRAGMENTS, fragments);
    } else {
      if (this.#message !== 0) return protocolError(MESSAGE_INTERRUPTED);
      this.#message = opcode;
      this.#messageIsCompressed = rsv === RSV1;
      this.#messageSize = 0;
      this.#fragments = 1;
    }
    if (length > frameSize) return protocolError(FRAME_TOO_BIG, length, frameSize);
    this.#messageSize += length;
    if (this.#messageIsCompressed) {
      const most = this.#compressed!.mostCompressed;
      if (this.#messageSize > most) return protocolError(MESSAGE_TOO_BIG, this.#messageSize, messageSize);
    } else if (this.#messageSize > messageSize) {
      return protocolError(MESSAGE_TOO_BIG, this.#messageSize, messageSize);
    }
    return length === 0 && !fin ? this.#flood.count() : undefined;
  }

  /** Takes what has come of the payload. */
  #readPayload(): void {
    const from = this.#at;
    const to = Math.min(from + this.#remaining, this.#chunk.length);
    if (this.#key !== 0) {
      mask(this.#chunk, from, to, this.#key);
      this.#key = rotateKey(this.#key, to - from);
    }
    this.#at = to;
    this.#remaining -= to - from;
    if (this.#opcode >= Opcode.close) this.#addControl(from, to);
    else this.#addData(from, to);
  }

  #addControl(from: number, to: number): void {
    if (this.#control === null && this.#remaining === 0) {
      return this.#listener.inboundOnControl(this.#opcode, new Uint8Array(this.#chunk.subarray(from, to)));
    }
    this.#control ??= new Uint8Array(MAX_CONTROL_PAYLOAD);
    this.#control.set(this.#chunk.subarray(from, to), this.#controlSize);
    this.#controlSize += to - from;
    if (this.#remaining > 0) return;
    const payload = this.#control.slice(0, this.#controlSize);
    this.#control = null;
    this.#controlSize = 0;
    this.#listener.inboundOnControl(this.#opcode, payload);
  }

  #addData(from: number, to: number): void {
    const opcode = this.#message;
    const last = this.#fin && this.#remaining === 0;
    const piece = { bytes: this.#chunk, from, to, announced: this.#remaining, last };
    const isCompressed = this.#messageIsCompressed;
    if (last) {
      this.#message = 0;
      this.#messageIsCompressed = false;
    }
    const result = isCompressed
      ? this.#compressed!.add(opcode, piece, (error) => this.#compressedOnDone(error))
      : this.#builder.add(opcode, piece);
    if (result === "suspended") this.#state = "suspended";
    else if (result !== undefined) this.#fail(result);
  }

  #compressedOnDone(error: ProtocolError | undefined): void {
    if (this.#state === "ended") return;
    if (error !== undefined) return this.#fail(error);
    if (this.#pausing) this.#state = "paused";
    else this.#goOn();
  }

  #fail(error: ProtocolError): void {
    this.#listener.inboundOnFail(error);
  }
}

const EMPTY: Uint8Array = new Uint8Array(0);

/** Headers are parsed one at a time, and used at once: one object serves all connections. */
const header = new FrameHeader();
