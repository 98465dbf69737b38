/** Messages become frames (RFC 6455, 5 and 6; RFC 7692, 7.2.1): framed, masked, compressed, in order. Knows no closing. */

import { MESSAGE_KIND_CHANGED, MESSAGE_UNFINISHED, usageError } from "../errors.ts";
import type { DeflateAgreement } from "./deflate/agreement.ts";
import { DEFLATE_AT_ONCE, Deflater } from "./deflate/deflater.ts";
import type { Role } from "./frame-header.ts";
import { frameHeaderSize, MAX_HEADER, Opcode, RSV1, writeFrameHeader } from "./frame-header.ts";
import { copyMasked, mask } from "./mask.ts";
import type { Message } from "./message-builder.ts";
import { Output } from "./output.ts";
import type { Platform } from "./platform.ts";
import type { PreparedMessage } from "./prepared-message.ts";

/** How one connection sends. */
export interface OutboundOptions {
  readonly role: Role;
  readonly platform: Platform;
  readonly deflate: DeflateAgreement | null;
  /** Called when output has come of a large message that was compressed off the event loop. */
  readonly onLater: () => void;
}

/** The sending half of a connection. */
export class Outbound {
  readonly #platform: Platform;
  readonly #masked: boolean;
  readonly #agreement: DeflateAgreement | null;
  readonly #deflater: Deflater | null;
  readonly #onLater: () => void;
  readonly #output: Output;
  #fragments: FragmentState | null = null;
  /** While a large message is being compressed: what is to be sent after it. */
  #waiting: (() => void)[] | null = null;
  #abandonDeflate: (() => void) | undefined;

  constructor({ role, platform, deflate, onLater }: OutboundOptions) {
    this.#platform = platform;
    this.#masked = role === "client";
    this.#agreement = deflate;
    this.#deflater = deflate !== null && platform.zlib !== null ? new Deflater(platform.zlib, deflate) : null;
    this.#onLater = onLater;
    this.#output = new Output(platform);
  }

  /** Bytes that are ready to go out. */
  get size(): number {
    return this.#output.size;
  }

  /** Whether messages wait while a large one is compressed off the event loop. */
  get compressing(): boolean {
    return this.#waiting !== null;
  }

  /** Whether a message was begun with `fragment` and not ended. */
  get unfinished(): boolean {
    return this.#fragments !== null;
  }

  /** Takes all bytes that are ready to go out, in order. */
  take(): readonly Uint8Array[] {
    return this.#output.take();
  }

  /** Sends a whole message. Hot path (bench: `protocol`). */
  message(data: Message, compress: boolean): void {
    if (this.#fragments !== null) throw usageError(MESSAGE_UNFINISHED);
    if (this.#waiting !== null) this.#waiting.push(() => this.#message(data, compress));
    else this.#message(data, compress);
  }

  /** Sends a fragment of a message; the first one decides between text and binary, and about compression. */
  fragment(data: Message, last: boolean, compress: boolean): void {
    const opcode = typeof data === "string" ? Opcode.text : Opcode.binary;
    const state = this.#fragments ?? { opcode, compressed: compress && this.#deflater !== null, cut: "" };
    if (state.opcode !== opcode) throw usageError(MESSAGE_KIND_CHANGED);
    const first = this.#fragments === null ? opcode | (state.compressed ? RSV1 << 4 : 0) : Opcode.continuation;
    this.#fragments = last ? null : state;
    const payload = typeof data === "string" ? this.#platform.text.encode(joinSurrogates(state, data, last)) : data;
    this.#inOrder(() => {
      if (state.compressed) this.#deflate(first, payload, last);
      else this.#frame(first | (last ? FIN : 0), payload);
    });
  }

  /** Sends a message that was made ready for many. */
  prepared(message: PreparedMessage, compress: boolean): void {
    if (this.#fragments !== null) throw usageError(MESSAGE_UNFINISHED);
    // A client masks each frame with a key of its own.
    if (this.#masked) this.message(message.data, compress);
    else this.#inOrder(() => this.#prepared(message, compress));
  }

  /** Sends a control frame at once: it may stand between the fragments of a message (RFC 6455, 5.4). */
  control(opcode: number, payload: Uint8Array): void {
    this.#frame(FIN | opcode, payload);
  }

  /** Sends the Close frame, behind all messages. */
  close(payload: Uint8Array): void {
    this.#inOrder(() => this.control(Opcode.close, payload));
  }

  /** Gives up what is being compressed, and all that waits for it. */
  abandon(): void {
    this.#abandonDeflate?.();
    this.#abandonDeflate = undefined;
    this.#waiting = null;
  }

  #message(data: Message, compress: boolean): void {
    if (typeof data === "string") {
      const { threshold } = this.#agreement ?? NO_COMPRESSION;
      if (compress && data.length * 3 >= threshold) this.#compress(FIN | Opcode.text, this.#platform.text.encode(data));
      else this.#textFrame(FIN | Opcode.text, data);
    } else if (compress) this.#compress(FIN | Opcode.binary, data);
    else this.#frame(FIN | Opcode.binary, data);
  }

  #compress(first: number, payload: Uint8Array): void {
    if (this.#deflater === null || payload.length < this.#agreement!.threshold) this.#frame(first, payload);
    else this.#deflate(first | (RSV1 << 4), payload, true);
  }

  #deflate(first: number, payload: Uint8Array, last: boolean): void {
    const start = first | (last ? FIN : 0);
    if (payload.length <= DEFLATE_AT_ONCE) return this.#frame(start, this.#deflater!.deflate(payload, last));
    this.#waiting = [];
    this.#abandonDeflate = this.#deflater!.deflateLater(payload, last, (output) => this.#sendLater(start, output));
  }

  #prepared(message: PreparedMessage, compress: boolean): void {
    if (this.#deflater === null || !compress) return this.#output.append(message.plainFrame);
    const frame = message.compressedFrame(this.#agreement!, (late) => {
      if (this.#waiting === null) return;
      this.#output.append(late);
      this.#release();
    });
    if (frame === undefined) this.#waiting = [];
    else this.#output.append(frame);
    // A message that went out compressed is in the peer's window now, and not in ours.
    if (message.payload.length >= this.#agreement!.threshold) this.#deflater.skipMessage();
  }

  #sendLater(first: number, payload: Uint8Array): void {
    this.#abandonDeflate = undefined;
    this.#frame(first, payload);
    this.#release();
  }

  /** Sends what waited, up to the next large message. */
  #release(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      next();
      if (this.#waiting !== null) {
        this.#waiting = waiting;
        break;
      }
    }
    this.#onLater();
  }

  #inOrder(send: () => void): void {
    if (this.#waiting !== null) this.#waiting.push(send);
    else send();
  }

  /** Writes text straight into the output. Most text is ASCII: then its length is known before it is written. */
  #textFrame(first: number, text: string): void {
    const most = text.length * 3 + MAX_HEADER;
    if (most > BY_COPY) return this.#frame(first, this.#platform.text.encode(text));
    const bytes = this.#output.reserve(most);
    const at = this.#output.position;
    const guess = at + frameHeaderSize(text.length, this.#masked);
    const size = this.#platform.text.write(text, bytes, guess);
    const start = at + frameHeaderSize(size, this.#masked);
    if (start !== guess) bytes.copyWithin(start, guess, guess + size);
    const key = this.#writeHeader(bytes, at, first, size);
    if (key !== 0) mask(bytes, start, start + size, key);
    this.#output.wrote(start + size);
  }

  #frame(first: number, payload: Uint8Array): void {
    const size = payload.length;
    const headerSize = frameHeaderSize(size, this.#masked);
    if (size <= BY_COPY) {
      const bytes = this.#output.reserve(headerSize + size);
      const at = this.#output.position;
      const key = this.#writeHeader(bytes, at, first, size);
      copyMasked(payload, bytes, at + headerSize, key);
      this.#output.wrote(at + headerSize + size);
    } else if (this.#masked) {
      const bytes = this.#platform.allocate(headerSize + size);
      const key = this.#writeHeader(bytes, 0, first, size);
      copyMasked(payload, bytes, headerSize, key);
      this.#output.append(bytes);
    } else {
      const bytes = this.#output.reserve(headerSize);
      this.#output.wrote(writeFrameHeader(bytes, this.#output.position, first, size, 0));
      this.#output.append(payload);
    }
  }

  /** Writes the header, for a client with a new masking key. Gives the key; 0 masks nothing. */
  #writeHeader(bytes: Uint8Array, at: number, first: number, size: number): number {
    if (!this.#masked) {
      writeFrameHeader(bytes, at, first, size, 0);
      return 0;
    }
    const key = this.#platform.maskKey();
    const next = writeFrameHeader(bytes, at, first, size, 0x80);
    bytes[next] = key;
    bytes[next + 1] = key >>> 8;
    bytes[next + 2] = key >>> 16;
    bytes[next + 3] = key >>> 24;
    return key;
  }
}

const FIN = 0x80;
const NO_COMPRESSION = { threshold: Number.POSITIVE_INFINITY };

/** Up to this size a payload is copied behind its header: cheaper than one more piece to write. Measured. */
const BY_COPY = 4096;

interface FragmentState {
  readonly opcode: number;
  readonly compressed: boolean;
  /** The first half of a character that the caller cut in two. */
  cut: string;
}

/** Strings may be cut between the two units of a character; UTF-8 may not. */
function joinSurrogates(state: FragmentState, text: string, last: boolean): string {
  const whole = state.cut + text;
  const unit = whole.charCodeAt(whole.length - 1);
  const split = !last && unit >= 0xd800 && unit < 0xdc00;
  state.cut = split ? whole.slice(-1) : "";
  return split ? whole.slice(0, -1) : whole;
}
