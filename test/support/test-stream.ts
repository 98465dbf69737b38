/** A Node stream whose other end is the test: `push` is what the peer sends, `written` what it got. */

import { Duplex } from "node:stream";
import { readFrames } from "./frames.ts";
import { join, toHex } from "./hex.ts";

/** Half-open, as Node's HTTP sockets are; counts its writes. */
export class TestStream extends Duplex {
  readonly written: Uint8Array[] = [];
  writes = 0;
  ended = false;
  /** While it is there, writes wait for it. */
  #blocked: (() => void)[] | null = null;

  constructor() {
    super({ allowHalfOpen: true });
  }

  override _read(): void {}

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    this.#take([chunk], done);
  }

  override _writev(chunks: { chunk: Uint8Array }[], done: () => void): void {
    this.#take(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  override _final(done: () => void): void {
    this.ended = true;
    done();
  }

  block(): void {
    this.#blocked = [];
  }

  unblock(): void {
    const waiting = this.#blocked ?? [];
    this.#blocked = null;
    for (const done of waiting) done();
  }

  get frames() {
    return readFrames(join(...this.written)).map(({ opcode, payload }) => `${opcode} ${toHex(payload)}`);
  }

  #take(chunks: Uint8Array[], done: () => void): void {
    this.writes++;
    this.written.push(...chunks);
    if (this.#blocked === null) done();
    else this.#blocked.push(done);
  }
}
