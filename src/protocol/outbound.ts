/** Messages become frames (RFC 6455, 5 and 6; RFC 7692, 7.2.1): framed, masked, compressed, in order. Knows no closing. */

import { MESSAGE_KIND_CHANGED, MESSAGE_UNFINISHED, usageError } from "../errors.ts";
import type { DeflateAgreement } from "./deflate/agreement.ts";
import { Deflater, deflateAtOnce } from "./deflate/deflater.ts";
import type { Role } from "./frame-header.ts";
import { FIN, frameHeaderSize, MAX_HEADER, Opcode, RSV1, writeFrameHeader } from "./frame-header.ts";
import { copyMasked, mask, rotateKey } from "./mask.ts";
import type { Message } from "./message.ts";
import { Output } from "./output.ts";
import type { Platform } from "./platform.ts";
import type { Prepared } from "./prepared-batch.ts";
import { PreparedBatch } from "./prepared-batch.ts";
import type { PreparedMessage } from "./prepared-message.ts";
import { SendOrder } from "./send-order.ts";
import { joinSurrogates, slicesOf } from "./text-pieces.ts";

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
  /** Payloads up to this size are compressed at once. */
  readonly #atOnce: number;
  readonly #onLater: () => void;
  readonly #output: Output;
  #fragments: FragmentState | null = null;
  readonly #order = new SendOrder();
  #abandonDeflate: (() => void) | undefined;

  constructor({ role, platform, deflate, onLater }: OutboundOptions) {
    this.#platform = platform;
    this.#masked = role === "client";
    this.#agreement = deflate;
    this.#deflater = deflate !== null && platform.zlib !== null ? new Deflater(platform.zlib, deflate) : null;
    this.#atOnce = deflateAtOnce(deflate?.level ?? 0);
    this.#onLater = onLater;
    this.#output = new Output(platform);
  }

  /** Bytes that wait: those ready to go out, and those of messages that are not compressed yet. */
  get size(): number {
    return this.#output.size + this.#order.size;
  }

  /** Whether messages wait while a large one is compressed off the event loop. */
  get compressing(): boolean {
    return this.#order.waits;
  }

  /** Resolves when no message waits for that any more. Never rejects. */
  compressed(): Promise<void> {
    return this.#order.settled();
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
    if (this.#order.waits) this.#order.run(data.length, () => this.#message(data, compress));
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
    this.#order.run(payload.length, () => {
      if (state.compressed) this.#deflate(first, payload, last);
      else this.#frame(first | (last ? FIN : 0), payload);
    });
  }

  /** Sends a message, or several, that were made ready for many. */
  prepared(message: Prepared, compress: boolean): void {
    if (message instanceof PreparedBatch) return this.#batch(message, compress);
    if (this.#fragments !== null) throw usageError(MESSAGE_UNFINISHED);
    // A client masks each frame with a key of its own.
    if (this.#masked) this.message(message.data, compress);
    else this.#order.run(message.data.length, () => this.#prepared(message, compress));
  }

  /** Sends a control frame at once: it may stand between the fragments of a message (RFC 6455, 5.4). */
  control(opcode: number, payload: Uint8Array): void {
    this.#frame(FIN | opcode, payload);
  }

  /** Sends the Close frame, behind all messages. */
  close(payload: Uint8Array): void {
    this.#order.run(payload.length, () => this.control(Opcode.close, payload));
  }

  /** Gives up what is being compressed, and all that waits for it. */
  abandon(): void {
    this.#abandonDeflate?.();
    this.#abandonDeflate = undefined;
    this.#order.clear();
  }

  #message(data: Message, compress: boolean): void {
    if (typeof data === "string") {
      const { threshold } = this.#agreement ?? NO_COMPRESSION;
      const isLarge = data.length > this.#atOnce && data.length >= threshold;
      if (compress && isLarge) this.#deflateLater(FIN | (RSV1 << 4) | Opcode.text, data, true);
      else if (compress && data.length * 3 >= threshold)
        this.#compress(FIN | Opcode.text, this.#platform.text.encode(data));
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
    if (payload.length <= this.#atOnce) this.#frame(start, this.#deflater!.deflate(payload, last));
    else this.#deflateLater(start, payload, last);
  }

  /** Compresses a large message, or fragment, off the event loop. What comes of it is masked piece by piece. */
  #deflateLater(first: number, data: Message, last: boolean): void {
    const deflater = this.#deflater!;
    const key = this.#masked ? this.#platform.maskKey() : 0;
    const pieces: Uint8Array[] = [];
    let size = 0;
    const take = (piece: Uint8Array) => {
      if (key !== 0) mask(piece, 0, piece.length, rotateKey(key, size));
      size += piece.length;
      pieces.push(piece);
    };
    this.#order.hold(data.length);
    this.#abandonDeflate = deflater.deflateLater(slicesOf(data, this.#platform.text), take, () => {
      this.#abandonDeflate = undefined;
      if (last) size -= deflater.endMessage(pieces);
      const bytes = this.#output.reserve(MAX_HEADER);
      this.#output.wrote(this.#writeHeader(bytes, this.#output.position, { first, size, key }));
      for (const piece of pieces) this.#output.append(piece);
      this.#order.release();
      this.#onLater();
    });
  }

  /** Sends several at once, past the output: gives their frames, if nothing stands before them. Hot path (bench: `rooms`). */
  framesAtOnce(batch: PreparedBatch): readonly Uint8Array[] | undefined {
    return this.#output.size === 0 ? this.#framesOf(batch, true) : undefined;
  }

  #batch(batch: PreparedBatch, compress: boolean): void {
    const frames = this.#framesOf(batch, compress);
    if (frames === undefined) for (const message of batch.messages) this.prepared(message, compress);
    else for (const piece of frames) this.#output.append(piece);
  }

  /** One piece for all of the messages, unless something stands in its way. */
  #framesOf(batch: PreparedBatch, compress: boolean): readonly Uint8Array[] | undefined {
    if (this.#masked || this.#fragments !== null || this.#order.waits) return undefined;
    if (this.#deflater === null || !compress) return batch.plainFrames;
    const frames = batch.compressedFrames(this.#agreement!);
    // What goes out compressed is in the peer's window then, and not in ours.
    if (frames !== undefined && batch.largest >= this.#agreement!.threshold) this.#deflater.skipMessage();
    return frames;
  }

  #prepared(message: PreparedMessage, compress: boolean): void {
    if (this.#deflater === null || !compress) return this.#output.append(message.plainFrame);
    let abandoned = false;
    const frame = message.compressedFrame(this.#agreement!, (late) => {
      if (abandoned) return;
      this.#abandonDeflate = undefined;
      this.#output.append(late);
      this.#order.release();
      this.#onLater();
    });
    // A message that goes out compressed is in the peer's window then, and not in ours.
    if (message.payload.length >= this.#agreement!.threshold) this.#deflater.skipMessage();
    if (frame !== undefined) return this.#output.append(frame);
    this.#order.hold(message.payload.length);
    this.#abandonDeflate = () => {
      abandoned = true;
    };
  }

  /** Writes text straight into the output. Most text is ASCII: then its length is known before it is written. */
  #textFrame(first: number, text: string): void {
    const most = text.length * 3 + MAX_HEADER;
    if (most > BY_COPY) return this.#ownFrame(first, this.#platform.text.encode(text));
    const bytes = this.#output.reserve(most);
    const at = this.#output.position;
    const guess = at + frameHeaderSize(text.length, this.#masked);
    const size = this.#platform.text.write(text, bytes, guess);
    const start = at + frameHeaderSize(size, this.#masked);
    if (start !== guess) bytes.copyWithin(start, guess, guess + size);
    const key = this.#masked ? this.#platform.maskKey() : 0;
    this.#writeHeader(bytes, at, { first, size, key });
    if (key !== 0) mask(bytes, start, start + size, key);
    this.#output.wrote(start + size);
  }

  #frame(first: number, payload: Uint8Array): void {
    const size = payload.length;
    const headerSize = frameHeaderSize(size, this.#masked);
    const key = this.#masked ? this.#platform.maskKey() : 0;
    if (size <= BY_COPY) {
      const bytes = this.#output.reserve(headerSize + size);
      const start = this.#writeHeader(bytes, this.#output.position, { first, size, key });
      copyMasked(payload, bytes, start, key);
      this.#output.wrote(start + size);
    } else if (this.#masked) {
      const bytes = this.#platform.allocate(headerSize + size);
      copyMasked(payload, bytes, this.#writeHeader(bytes, 0, { first, size, key }), key);
      this.#output.append(bytes);
    } else {
      const bytes = this.#output.reserve(headerSize);
      this.#output.wrote(writeFrameHeader(bytes, this.#output.position, first, size, 0));
      this.#output.append(payload);
    }
  }

  /** A frame of a payload that nobody else holds: a client masks it where it is. */
  #ownFrame(first: number, payload: Uint8Array): void {
    const size = payload.length;
    // A key of 0 masks nothing: that of a server, and one in four milliards of a client's.
    const key = this.#masked ? this.#platform.maskKey() : 0;
    if (size <= BY_COPY || key === 0) return this.#frame(first, payload);
    mask(payload, 0, size, key);
    const bytes = this.#output.reserve(MAX_HEADER);
    this.#output.wrote(this.#writeHeader(bytes, this.#output.position, { first, size, key }));
    this.#output.append(payload);
  }

  /** Writes the header, a client's with the masking key; gives the position after it. */
  #writeHeader(
    bytes: Uint8Array,
    at: number,
    { first, size, key }: { first: number; size: number; key: number },
  ): number {
    if (!this.#masked) return writeFrameHeader(bytes, at, first, size, 0);
    const next = writeFrameHeader(bytes, at, first, size, 0x80);
    bytes[next] = key;
    bytes[next + 1] = key >>> 8;
    bytes[next + 2] = key >>> 16;
    bytes[next + 3] = key >>> 24;
    return next + 4;
  }
}

const NO_COMPRESSION = { threshold: Number.POSITIVE_INFINITY };

interface FragmentState {
  readonly opcode: number;
  readonly compressed: boolean;
  /** The first half of a character that the caller cut in two. */
  cut: string;
}

/** Up to this size a payload is copied behind its header: cheaper than one more piece to write. Measured. */
const BY_COPY = 4096;
