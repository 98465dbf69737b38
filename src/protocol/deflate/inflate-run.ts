/** One large compressed message on its way through zlib off the event loop: pushed and given out piece by piece. */

import type { ProtocolError } from "../../errors.ts";
import { DEFLATE_CORRUPT, INFLATED_TOO_BIG, protocolError } from "../../errors.ts";
import { concat } from "../bytes.ts";
import type { PushResult, Zlib, ZlibStream } from "../zlib.ts";
import { History } from "./history.ts";

/**
 * What we put behind every message: the four octets that its sender removed (RFC 7692, 7.2.2), then an empty final
 * block. With it a message must inflate to an end, so that one that was cut short shows. zlib says that it came to an
 * end only when something is left over: that is the last octet.
 */
export const MESSAGE_TAIL: Uint8Array = Uint8Array.of(0x00, 0x00, 0xff, 0xff, 0x01, 0x00, 0x00, 0xff, 0xff, 0x00);

/** A sender may end blocks with BFINAL; each one makes us start zlib anew, so that a message may have only so many. */
export const FINAL_BLOCKS = 256;

/** What a run needs: the history of the connection is `null` without context takeover. */
export interface InflateRunOptions {
  readonly zlib: Zlib;
  readonly history: History | null;
  readonly limit: number;
  readonly onOutput: (bytes: Uint8Array) => void;
}

/** Inflates one message. It stops the moment that the limit is passed, or that the data proves corrupt. */
export class InflateRun {
  readonly #options: InflateRunOptions;
  /** What the next block may refer to: the connection's history, or that of this message alone. */
  readonly #window: History;
  #stream: ZlibStream;
  #streams = 1;
  #size = 0;
  #paused = false;
  #done: ((error?: ProtocolError) => void) | undefined;

  constructor(options: InflateRunOptions) {
    this.#options = options;
    this.#window = options.history ?? new History(15);
    this.#stream = this.#openStream();
  }

  /** Takes the next piece of the payload. `done` comes later, once; the next piece only after it. */
  push(payload: Uint8Array, last: boolean, done: (error?: ProtocolError) => void): void {
    this.#done = done;
    this.#feed(last ? concat([payload, MESSAGE_TAIL]) : payload, last);
  }

  /** Holds the output back, or lets it go on. */
  setPaused(paused: boolean): void {
    this.#paused = paused;
    this.#stream.setPaused(paused);
  }

  /** Ends it early; nothing is called any more. */
  close(): void {
    this.#done = undefined;
    this.#stream.close();
  }

  #feed(input: Uint8Array, last: boolean): void {
    this.#stream.push(input, (result) => this.#streamOnDone(result, input, last));
  }

  #streamOnDone(result: PushResult, input: Uint8Array, last: boolean): void {
    if (result.type === "corrupt" || (result.type === "more" && last))
      return this.#settle(protocolError(DEFLATE_CORRUPT));
    if (result.type === "more") return this.#settle();
    const rest = input.subarray(result.consumed);
    if (last && rest.length <= MESSAGE_TAIL.length) return this.#settle();
    // RFC 7692, 7.2.3.4: a block with BFINAL ended, and more blocks of the message follow, or may.
    if (++this.#streams > FINAL_BLOCKS) return this.#settle(protocolError(DEFLATE_CORRUPT));
    this.#stream.close();
    this.#stream = this.#openStream();
    this.#stream.setPaused(this.#paused);
    this.#feed(rest, last);
  }

  #settle(error?: ProtocolError): void {
    const done = this.#done;
    this.#done = undefined;
    if (error !== undefined) this.#stream.close();
    done?.(error);
  }

  #openStream(): ZlibStream {
    return this.#options.zlib.openInflate({ dictionary: this.#window.dictionary }, (bytes) => {
      this.#size += bytes.length;
      const { limit, onOutput } = this.#options;
      if (this.#size > limit) return this.#settle(protocolError(INFLATED_TOO_BIG, limit));
      this.#window.add(bytes);
      onOutput(bytes);
    });
  }
}
