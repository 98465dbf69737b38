/** A message made ready once for many connections: framed once, and compressed once for all that negotiated alike. */

import type { DeflateAgreement } from "./deflate/agreement.ts";
import { deflateAlone, deflateAloneLater, deflateAtOnce } from "./deflate/deflater.ts";
import { FIN, frameHeaderSize, Opcode, RSV1, writeFrameHeader } from "./frame-header.ts";
import type { Message } from "./message.ts";
import { checkMessage } from "./message.ts";
import type { Platform } from "./platform.ts";
import { throwLater } from "./throw-later.ts";

/**
 * Give it to `engine.sendPrepared` of any number of engines with the same platform. A server sends the same frame to
 * all; a client has to mask, and makes a frame of its own.
 *
 * @example
 * const news = new PreparedMessage("hello, everybody", nodePlatform);
 * for (const engine of engines) engine.sendPrepared(news);
 */
export class PreparedMessage {
  /** The message itself, for whoever frames it in another way. */
  readonly data: Message;
  /** What it is about: where several with one key wait for a slow peer, a queue may keep only the newest. */
  readonly key: string | undefined;
  readonly #platform: Platform;
  #payload: Uint8Array | undefined;
  #plain: Uint8Array | undefined;
  /** By window: what was compressed alone suits every connection with the same window. */
  #compressed: Map<number, Uint8Array | ((frame: Uint8Array) => void)[]> | undefined;

  /** Bytes are not copied: they must not change any more. Throws a `UsageError` for what is neither text nor bytes. */
  constructor(data: Message, platform: Platform, { key }: { readonly key?: string | undefined } = {}) {
    checkMessage("PreparedMessage", data);
    this.data = data;
    this.key = key;
    this.#platform = platform;
  }

  /** The payload: text as UTF-8. */
  get payload(): Uint8Array {
    this.#payload ??= typeof this.data === "string" ? this.#platform.text.encode(this.data) : this.data;
    return this.#payload;
  }

  /** The frame as it is without compression. */
  get plainFrame(): Uint8Array {
    this.#plain ??= this.#frame(this.payload, 0);
    return this.#plain;
  }

  /**
   * The frame for connections with this agreement. `later` is called with it, in a later turn, if it is large and has
   * to be made off the event loop first; then the result is `undefined`.
   */
  compressedFrame(agreement: DeflateAgreement, later: (frame: Uint8Array) => void): Uint8Array | undefined {
    const { zlib } = this.#platform;
    if (zlib === null || this.payload.length < agreement.threshold) return this.plainFrame;
    this.#compressed ??= new Map();
    const found = this.#compressed.get(agreement.sendWindowBits);
    if (found instanceof Uint8Array) return found;
    if (found !== undefined) {
      found.push(later);
      return undefined;
    }
    if (this.payload.length <= deflateAtOnce(agreement.level)) {
      const frame = this.#frame(deflateAlone(zlib, this.payload, agreement), RSV1);
      this.#compressed.set(agreement.sendWindowBits, frame);
      return frame;
    }
    const waiting = [later];
    this.#compressed.set(agreement.sendWindowBits, waiting);
    deflateAloneLater(zlib, this.payload, agreement, (output) => {
      const frame = this.#frame(output, RSV1);
      this.#compressed!.set(agreement.sendWindowBits, frame);
      for (const tell of waiting) {
        // One connection's failure is not that of the next.
        try {
          tell(frame);
        } catch (thrown) {
          throwLater(thrown);
        }
      }
    });
    return undefined;
  }

  #frame(payload: Uint8Array, rsv: number): Uint8Array {
    const opcode = typeof this.data === "string" ? Opcode.text : Opcode.binary;
    const frame = this.#platform.allocate(frameHeaderSize(payload.length, false) + payload.length);
    frame.set(payload, writeFrameHeader(frame, 0, FIN | (rsv << 4) | opcode, payload.length, 0));
    return frame;
  }
}
