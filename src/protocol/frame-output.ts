/** Frames on their way out (RFC 6455, 5.2 and 5.3): header and payload, masked by a client, in as few pieces as pay. */

import type { EngineConfig } from "./engine-config.ts";
import { frameHeaderSize, MAX_HEADER, writeFrameHeader } from "./frame-header.ts";
import { copyMasked, mask } from "./mask.ts";
import { Output } from "./output.ts";
import type { Platform } from "./platform.ts";

/** The output of one connection, frame by frame. `first` is a frame's first byte: FIN, RSV, opcode. */
export class FrameOutput extends Output {
  readonly #platform: Platform;
  readonly #masked: boolean;

  constructor({ platform, role }: EngineConfig) {
    super(platform);
    this.#platform = platform;
    this.#masked = role === "client";
  }

  /** Writes text straight into the output. Most text is ASCII: then its length is known before it is written. */
  text(first: number, text: string): void {
    const most = text.length * 3 + MAX_HEADER;
    if (most > BY_COPY) return this.#ownFrame(first, this.#platform.text.encode(text));
    const bytes = this.reserve(most);
    const at = this.position;
    const guess = at + frameHeaderSize(text.length, this.#masked);
    const size = this.#platform.text.write(text, bytes, guess);
    const start = at + frameHeaderSize(size, this.#masked);
    if (start !== guess) bytes.copyWithin(start, guess, guess + size);
    const key = this.#masked ? this.#platform.maskKey() : 0;
    this.#writeHeader(bytes, first, size, key);
    if (key !== 0) mask(bytes, start, start + size, key);
    this.wrote(start + size);
  }

  /** Bytes that are not copied if they are many: they must not change until they have been sent. */
  frame(first: number, payload: Uint8Array): void {
    const size = payload.length;
    const headerSize = frameHeaderSize(size, this.#masked);
    const key = this.#masked ? this.#platform.maskKey() : 0;
    if (size <= BY_COPY) {
      const bytes = this.reserve(headerSize + size);
      const start = this.#writeHeader(bytes, first, size, key);
      copyMasked(payload, bytes, start, key);
      this.wrote(start + size);
    } else if (this.#masked) {
      const bytes = this.#platform.allocate(headerSize + size);
      copyMasked(payload, bytes, writeHeader(bytes, 0, { first, size, key }), key);
      this.append(bytes);
    } else {
      this.header(first, size, 0);
      this.append(payload);
    }
  }

  /** A header whose payload, masked with this key, is appended next. */
  header(first: number, size: number, key: number): void {
    const bytes = this.reserve(MAX_HEADER);
    this.wrote(this.#writeHeader(bytes, first, size, key));
  }

  /** A frame of a payload that nobody else holds: a client masks it where it is. */
  #ownFrame(first: number, payload: Uint8Array): void {
    const size = payload.length;
    // A key of 0 masks nothing: that of a server, and one in four milliards of a client's.
    const key = this.#masked ? this.#platform.maskKey() : 0;
    if (size <= BY_COPY || key === 0) return this.frame(first, payload);
    mask(payload, 0, size, key);
    this.header(first, size, key);
    this.append(payload);
  }

  #writeHeader(bytes: Uint8Array, first: number, size: number, key: number): number {
    if (!this.#masked) return writeFrameHeader(bytes, this.position, first, size, 0);
    return writeHeader(bytes, this.position, { first, size, key });
  }
}

/** Writes a client's header, with the masking key; gives the position after it. */
function writeHeader(
  bytes: Uint8Array,
  at: number,
  { first, size, key }: { first: number; size: number; key: number },
): number {
  const next = writeFrameHeader(bytes, at, first, size, 0x80);
  bytes[next] = key;
  bytes[next + 1] = key >>> 8;
  bytes[next + 2] = key >>> 16;
  bytes[next + 3] = key >>> 24;
  return next + 4;
}

/** Up to this size a payload is copied behind its header: cheaper than one more piece to write. Measured. */
const BY_COPY = 4096;
