/** The payload of a control frame: gathered if it comes in pieces, checked before it goes. Knows no opcodes. */

import { CONTROL_PAYLOAD_TOO_LONG, usageError } from "../errors.ts";
import { MAX_CONTROL_PAYLOAD } from "./frame-header.ts";
import { mask } from "./mask.ts";
import { checkBytes } from "./message.ts";

/** One payload of at most 125 bytes after the other. */
export class ControlPayload {
  #bytes: Uint8Array | null = null;
  #size = 0;

  /** Unmasks `chunk[from, to)`; gives the whole payload, a copy, once `remaining` is 0. */
  add(
    chunk: Uint8Array,
    from: number,
    to: number,
    { key, remaining }: { key: number; remaining: number },
  ): Uint8Array | null {
    mask(chunk, from, to, key);
    const piece = chunk.subarray(from, to);
    if (this.#bytes === null && remaining === 0) return new Uint8Array(piece);
    this.#bytes ??= new Uint8Array(MAX_CONTROL_PAYLOAD);
    this.#bytes.set(piece, this.#size);
    this.#size += piece.length;
    if (remaining > 0) return null;
    const payload = this.#bytes.slice(0, this.#size);
    this.#bytes = null;
    this.#size = 0;
    return payload;
  }
}

/** Throws a `UsageError` for what no control frame can carry. */
export function checkControlPayload(call: string, payload: Uint8Array): void {
  checkBytes(call, payload);
  if (payload.length > MAX_CONTROL_PAYLOAD) throw usageError(CONTROL_PAYLOAD_TOO_LONG, call, payload.length);
}
