/** Messages become frames (RFC 6455, 5 and 6; RFC 7692, 7.2.1): whole or in fragments, compressed, in order. Knows no closing. */

import { MESSAGE_KIND_CHANGED, MESSAGE_UNFINISHED, usageError } from "../errors.ts";
import type { DeflateAgreement } from "./deflate/agreement.ts";
import { Deflater, deflateAtOnce } from "./deflate/deflater.ts";
import type { EngineConfig } from "./engine-config.ts";
import { FIN, Opcode, RSV1 } from "./frame-header.ts";
import { FrameOutput } from "./frame-output.ts";
import { mask, rotateKey } from "./mask.ts";
import type { Message } from "./message.ts";
import type { Platform } from "./platform.ts";
import type { Prepared } from "./prepared-batch.ts";
import { PreparedBatch } from "./prepared-batch.ts";
import type { PreparedMessage } from "./prepared-message.ts";
import { SendOrder } from "./send-order.ts";
import { joinSurrogates, slicesOf } from "./text-pieces.ts";

/** Who hears that output has come of a large message that was compressed off the event loop. */
export interface OutboundListener {
  output?(): void;
}

/** The sending half of a connection. */
export class Outbound {
  readonly #config: EngineConfig;
  readonly #platform: Platform;
  readonly #masked: boolean;
  readonly #listener: OutboundListener;
  readonly #output: FrameOutput;
  #fragments: FragmentState | null = null;
  /** From the first message on that is compressed. */
  #deflater: Deflater | null = null;
  /** From the first message on that others have to wait for. */
  #order: SendOrder | null = null;
  #abandonDeflate: (() => void) | undefined;

  constructor(config: EngineConfig, listener: OutboundListener) {
    this.#config = config;
    this.#platform = config.platform;
    this.#masked = config.role === "client";
    this.#listener = listener;
    this.#output = new FrameOutput(config);
  }

  /** Whether another one could take its place: nothing waits, and nothing is remembered. */
  get atRest(): boolean {
    return this.size === 0 && this.#fragments === null && !this.compressing && (this.#deflater?.atRest ?? true);
  }

  /** Bytes that wait: those ready to go out, and those of messages that are not compressed yet. */
  get size(): number {
    return this.#order === null ? this.#output.size : this.#output.size + this.#order.size;
  }

  /** Whether messages wait while a large one is compressed off the event loop. */
  get compressing(): boolean {
    return this.#order?.waits ?? false;
  }

  /** Resolves when no message waits for that any more. Never rejects. */
  compressed(): Promise<void> {
    return this.#order?.settled() ?? Promise.resolve();
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
    if (this.compressing) this.#inOrder(data.length, () => this.#message(data, compress));
    else this.#message(data, compress);
  }

  /** Sends a fragment of a message; the first one decides between text and binary, and about compression. */
  fragment(data: Message, last: boolean, compress: boolean): void {
    const opcode = typeof data === "string" ? Opcode.text : Opcode.binary;
    const state = this.#fragments ?? { opcode, compressed: compress && this.#config.deflate !== null, cut: "" };
    if (state.opcode !== opcode) throw usageError(MESSAGE_KIND_CHANGED);
    const first = this.#fragments === null ? opcode | (state.compressed ? RSV1 << 4 : 0) : Opcode.continuation;
    this.#fragments = last ? null : state;
    const payload = typeof data === "string" ? this.#platform.text.encode(joinSurrogates(state, data, last)) : data;
    this.#inOrder(payload.length, () => {
      if (state.compressed) this.#deflate(first, payload, last);
      else this.#output.frame(first | (last ? FIN : 0), payload);
    });
  }

  /** Sends a message, or several, that were made ready for many. */
  prepared(message: Prepared, compress: boolean): void {
    if (message instanceof PreparedBatch) return this.#batch(message, compress);
    if (this.#fragments !== null) throw usageError(MESSAGE_UNFINISHED);
    // A client masks each frame with a key of its own.
    if (this.#masked) this.message(message.data, compress);
    else if (this.compressing) this.#inOrder(message.data.length, () => this.#prepared(message, compress));
    else this.#prepared(message, compress);
  }

  /** Sends a control frame at once: it may stand between the fragments of a message (RFC 6455, 5.4). */
  control(opcode: number, payload: Uint8Array): void {
    this.#output.frame(FIN | opcode, payload);
  }

  /** Sends the Close frame, behind all messages. */
  close(payload: Uint8Array): void {
    this.#inOrder(payload.length, () => this.control(Opcode.close, payload));
  }

  /** Gives up what is being compressed, and all that waits for it. */
  abandon(): void {
    this.#abandonDeflate?.();
    this.#abandonDeflate = undefined;
    this.#order?.clear();
  }

  /** Sends now, or behind the message that is being compressed. */
  #inOrder(size: number, send: () => void): void {
    if (this.#order === null) send();
    else this.#order.run(size, send);
  }

  /** From now on everything waits for a message of this size. */
  #hold(size: number): SendOrder {
    this.#order ??= new SendOrder();
    this.#order.hold(size);
    return this.#order;
  }

  #message(data: Message, compress: boolean): void {
    const { deflate } = this.#config;
    if (typeof data !== "string") {
      if (compress && deflate !== null && data.length >= deflate.threshold)
        this.#deflate(COMPRESSED_BINARY, data, true);
      else this.#output.frame(FIN | Opcode.binary, data);
    } else if (compress && deflate !== null && data.length * 3 >= deflate.threshold) {
      this.#compressText(data, deflate);
    } else {
      this.#output.text(FIN | Opcode.text, data);
    }
  }

  /** Text that may be large enough to be compressed: that is known for sure once it is encoded. */
  #compressText(text: string, { threshold, level }: DeflateAgreement): void {
    if (text.length > deflateAtOnce(level) && text.length >= threshold) {
      return this.#deflateLater(COMPRESSED_TEXT, text, true);
    }
    const payload = this.#platform.text.encode(text);
    if (payload.length < threshold) this.#output.frame(FIN | Opcode.text, payload);
    else this.#deflate(COMPRESSED_TEXT, payload, true);
  }

  #deflate(first: number, payload: Uint8Array, last: boolean): void {
    const start = first | (last ? FIN : 0);
    const { level } = this.#config.deflate!;
    if (payload.length <= deflateAtOnce(level)) this.#output.frame(start, this.#compressor.deflate(payload, last));
    else this.#deflateLater(start, payload, last);
  }

  get #compressor(): Deflater {
    this.#deflater ??= new Deflater(this.#platform.zlib!, this.#config.deflate!);
    return this.#deflater;
  }

  /** Compresses a large message, or fragment, off the event loop. What comes of it is masked piece by piece. */
  #deflateLater(first: number, data: Message, last: boolean): void {
    const deflater = this.#compressor;
    const key = this.#masked ? this.#platform.maskKey() : 0;
    const pieces: Uint8Array[] = [];
    let size = 0;
    const take = (piece: Uint8Array) => {
      if (key !== 0) mask(piece, 0, piece.length, rotateKey(key, size));
      size += piece.length;
      pieces.push(piece);
    };
    const order = this.#hold(data.length);
    this.#abandonDeflate = deflater.deflateLater(slicesOf(data, this.#platform.text), take, () => {
      this.#abandonDeflate = undefined;
      if (last) size -= deflater.endMessage(pieces);
      this.#output.header(first, size, key);
      for (const piece of pieces) this.#output.append(piece);
      order.release();
      this.#listener.output?.();
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
    if (this.#masked || this.#fragments !== null || this.compressing) return undefined;
    const { deflate } = this.#config;
    if (deflate === null || !compress) return batch.plainFrames;
    const frames = batch.compressedFrames(deflate);
    // What goes out compressed is in the peer's window then, and not in ours.
    if (frames !== undefined && batch.largest >= deflate.threshold) this.#deflater?.skipMessage();
    return frames;
  }

  #prepared(message: PreparedMessage, compress: boolean): void {
    const { deflate } = this.#config;
    if (deflate === null || !compress) return this.#output.append(message.plainFrame);
    let abandoned = false;
    const frame = message.compressedFrame(deflate, (late) => {
      if (abandoned) return;
      this.#abandonDeflate = undefined;
      this.#output.append(late);
      this.#order!.release();
      this.#listener.output?.();
    });
    // A message that goes out compressed is in the peer's window then, and not in ours.
    if (message.payload.length >= deflate.threshold) this.#deflater?.skipMessage();
    if (frame !== undefined) return this.#output.append(frame);
    this.#hold(message.payload.length);
    this.#abandonDeflate = () => {
      abandoned = true;
    };
  }
}

const COMPRESSED_TEXT = FIN | (RSV1 << 4) | Opcode.text;
const COMPRESSED_BINARY = FIN | (RSV1 << 4) | Opcode.binary;

interface FragmentState {
  readonly opcode: number;
  readonly compressed: boolean;
  /** The first half of a character that the caller cut in two. */
  cut: string;
}
