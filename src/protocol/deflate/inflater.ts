/** The receiving half of permessage-deflate (RFC 7692, 7.2.2): compressed messages in, plain ones out. Knows no frames. */

import type { ProtocolError } from "../../errors.ts";
import { DEFLATE_CORRUPT, INFLATED_TOO_BIG, protocolError } from "../../errors.ts";
import { concat } from "../bytes.ts";
import type { Zlib } from "../zlib.ts";
import type { DeflateAgreement } from "./agreement.ts";
import { History } from "./history.ts";
import { InflateRun, MESSAGE_TAIL } from "./inflate-run.ts";

/** Compressed messages up to this size are inflated at once, if they give no more than `INFLATE_AT_ONCE`. */
export const COMPRESSED_AT_ONCE = 65_536;

/** What is inflated at once: 256 KiB take zlib about a millisecond. What turns out to be larger goes off the event loop. */
export const INFLATE_AT_ONCE = 262_144;

/** Messages with more blocks that have BFINAL go off the event loop: each one is a call of zlib by itself. */
const FINAL_BLOCKS_AT_ONCE = 64;

/** Inflates the messages of one connection. */
export class Inflater {
  /** How many calls of zlib the last message took. */
  calls = 0;
  readonly #zlib: Zlib;
  readonly #history: History | null;

  constructor(zlib: Zlib, agreement: DeflateAgreement) {
    this.#zlib = zlib;
    this.#history = agreement.receiveTakeover ? new History(agreement.receiveWindowBits) : null;
  }

  /** Whether the next message needs nothing of those before. */
  get atRest(): boolean {
    return this.#history === null;
  }

  /** Inflates a whole message in this turn; `"large"` when it is too much for that: then `open` does it. */
  inflate(payload: Uint8Array, limit: number): Uint8Array | "large" | ProtocolError {
    this.calls = 0;
    if (payload.length > COMPRESSED_AT_ONCE) return "large";
    // Our choice: a message of no octets at all is empty. It should have been one octet, 00 (RFC 7692, 7.2.3.6).
    if (payload.length === 0) return payload;
    const most = Math.min(limit, INFLATE_AT_ONCE);
    const pieces: Uint8Array[] = [];
    let size = 0;
    let input = concat([payload, MESSAGE_TAIL]);
    let window = this.#history;
    while (this.calls++ < FINAL_BLOCKS_AT_ONCE) {
      const result = this.#zlib.inflate(input, { dictionary: window?.dictionary, limit: most - size });
      if (result.type === "limit") return most < limit ? "large" : protocolError(INFLATED_TOO_BIG, limit);
      if (result.type === "corrupt") return protocolError(DEFLATE_CORRUPT);
      pieces.push(result.output);
      size += result.output.length;
      input = input.subarray(result.consumed);
      if (input.length <= MESSAGE_TAIL.length) return this.#remember(concat(pieces));
      // RFC 7692, 7.2.3.4: what follows a block with BFINAL belongs to the message all the same, and may refer back.
      if (pieces.length === 1) window = new History(15, window?.dictionary);
      window?.add(result.output);
    }
    return "large";
  }

  /** Begins to inflate a message off the event loop; what it gives goes to `onOutput`. */
  open(limit: number, onOutput: (bytes: Uint8Array) => void): InflateRun {
    return new InflateRun({ zlib: this.#zlib, history: this.#history, limit, onOutput });
  }

  #remember(output: Uint8Array): Uint8Array {
    this.#history?.add(output);
    return output;
  }
}
