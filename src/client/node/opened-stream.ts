/** A stream whose opening handshake is done, between the dial and the wire: nothing is lost there, no error goes unheard. */

import type { Duplex } from "node:stream";
import { NodeStream } from "../../protocol/node/node-stream.ts";
import type { ByteStreamListener } from "../../protocol/run/byte-stream.ts";
import type { Attempt } from "./attempt.ts";

/** It stays the attempt's until `open`. */
export class OpenedStream extends NodeStream {
  readonly #stream: Duplex;
  readonly #attempt: Attempt;

  /** `stream` may be paused; `head` comes before what waits in it. */
  constructor(stream: Duplex, head: Uint8Array | undefined, attempt: Attempt) {
    super(stream, head);
    this.#stream = stream;
    this.#attempt = attempt;
  }

  override open(listener: ByteStreamListener): void {
    super.open(listener);
    this.#attempt.letGo();
    this.#stream.resume();
  }
}
