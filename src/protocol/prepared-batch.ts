/** Several prepared messages as one run of frames: what many connections get one behind the other is joined once. */

import type { DeflateAgreement } from "./deflate/agreement.ts";
import type { Platform } from "./platform.ts";
import type { PreparedMessage } from "./prepared-message.ts";

/** What `engine.sendPrepared` takes. */
export type Prepared = PreparedMessage | PreparedBatch;

/**
 * Messages that go out together, to each of many. They count as one send: give it to `engine.sendPrepared`.
 *
 * @example
 * const news = new PreparedBatch([first, second], nodePlatform);
 * for (const engine of engines) engine.sendPrepared(news);
 */
export class PreparedBatch {
  readonly messages: readonly PreparedMessage[];
  /** Bytes of the messages; text counts its characters. */
  readonly size: number;
  readonly #platform: Platform;
  #largest: number | undefined;
  #plain: readonly Uint8Array[] | undefined;
  /** By window, as each message keeps its own. */
  #compressed: Map<number, readonly Uint8Array[]> | undefined;

  /** The messages, in order, all of the same platform. */
  constructor(messages: readonly PreparedMessage[], platform: Platform) {
    this.messages = messages;
    this.#platform = platform;
    let size = 0;
    for (const { data } of messages) size += data.length;
    this.size = size;
  }

  /** Bytes of the largest payload. */
  get largest(): number {
    this.#largest ??= Math.max(...this.messages.map(({ payload }) => payload.length));
    return this.#largest;
  }

  /** The frames as they are without compression, in order, in one piece. */
  get plainFrames(): readonly Uint8Array[] {
    this.#plain ??= this.#join(this.messages.map((message) => message.plainFrame));
    return this.#plain;
  }

  /** The frames for connections with this agreement; `undefined` while one of them is still being compressed. */
  compressedFrames(agreement: DeflateAgreement): readonly Uint8Array[] | undefined {
    const found = this.#compressed?.get(agreement.sendWindowBits);
    if (found !== undefined) return found;
    const frames: Uint8Array[] = [];
    for (const message of this.messages) {
      const frame = message.compressedFrame(agreement, noted);
      if (frame === undefined) return undefined;
      frames.push(frame);
    }
    this.#compressed ??= new Map();
    const joined = this.#join(frames);
    this.#compressed.set(agreement.sendWindowBits, joined);
    return joined;
  }

  #join(frames: readonly Uint8Array[]): readonly Uint8Array[] {
    const joined = frames.length === 1 ? frames[0]! : concatIn(this.#platform, frames);
    return [this.#platform.toWritable?.(joined) ?? joined];
  }
}

function concatIn(platform: Platform, pieces: readonly Uint8Array[]): Uint8Array {
  const joined = platform.allocate(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

/** Whoever wants the frame later asks for it again. */
function noted(): void {}
