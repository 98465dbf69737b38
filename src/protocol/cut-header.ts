/** A frame header (RFC 6455, 5.2) that was cut where a chunk ended: gathered until it is whole. Knows no payload. */

import type { FrameHeader } from "./frame-header.ts";
import { MAX_HEADER, parseFrameHeader } from "./frame-header.ts";

/** The first bytes of one header. */
export class CutHeader {
  readonly #bytes = new Uint8Array(MAX_HEADER);
  #size: number;

  /** `start`: what has come of it. */
  constructor(start: Uint8Array) {
    this.#bytes.set(start);
    this.#size = start.length;
  }

  /** The next byte; `true` when it was the last, and `header` says what they mean. */
  push(byte: number, header: FrameHeader): boolean {
    this.#bytes[this.#size++] = byte;
    return parseFrameHeader(header, this.#bytes, 0, this.#size) > 0;
  }
}
