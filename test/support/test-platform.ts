/** A platform for tests: masking keys that are known, a clock that is moved, and every byte of memory counted. */

import { nodeTextCodec, nodeZlib } from "../../src/protocol/node/index.ts";
import type { Platform, TextCodec } from "../../src/protocol/platform.ts";
import type { Zlib } from "../../src/protocol/zlib.ts";

/** Node's, but for what is random, passes or is counted. Two of them make the same keys. */
export class TestPlatform implements Platform {
  readonly text: TextCodec = nodeTextCodec;
  readonly zlib: Zlib;
  /** What `now` says. */
  time = 0;
  /** Bytes that were asked for, in all and at most at once. */
  allocated = 0;
  largest = 0;
  /** Bytes that came out of inflating. */
  inflated = 0;
  #key = 0x9d2c5680;

  constructor(zlib: Zlib = nodeZlib) {
    this.zlib = countInflated(zlib, (size) => {
      this.inflated += size;
    });
  }

  maskKey(): number {
    this.#key = (Math.imul(this.#key, 1664525) + 1013904223) | 0;
    return this.#key;
  }

  now(): number {
    return this.time;
  }

  endOfTurn(work: () => void): void {
    process.nextTick(work);
  }

  defer(work: () => void): void {
    setImmediate(work);
  }

  allocate(size: number): Uint8Array<ArrayBuffer> {
    this.allocated += size;
    this.largest = Math.max(this.largest, size);
    // What memory holds before it is written must not matter.
    return new Uint8Array(size).fill(0xa5);
  }

  allocateShared(size: number): Uint8Array<ArrayBuffer> {
    return this.allocate(size);
  }
}

function countInflated(zlib: Zlib, count: (size: number) => void): Zlib {
  return {
    deflate: zlib.deflate,
    openDeflate: zlib.openDeflate,
    inflate(input, options) {
      const result = zlib.inflate(input, options);
      if (result.type === "ended") count(result.output.length);
      return result;
    },
    openInflate(options, onOutput) {
      return zlib.openInflate(options, (bytes) => {
        count(bytes.length);
        onOutput(bytes);
      });
    },
  };
}
