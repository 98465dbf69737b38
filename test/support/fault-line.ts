/** A connection in memory with somebody in the middle: cut after any number of bytes, either way, or held up. */

import type { ByteStreamListener } from "../../src/protocol/run/byte-stream.ts";
import type { MemoryStream, MemoryStreamOptions } from "./memory-streams.ts";
import { memoryStreams } from "./memory-streams.ts";

/** What goes wrong, if anything. */
export interface LineFault {
  /** Cut once so many bytes have gone from the client to the server. */
  readonly up?: number | undefined;
  /** Cut once so many bytes have gone from the server to the client. */
  readonly down?: number | undefined;
  /** `fin`: what has gone through arrives, then a FIN; `reset`: what had not arrived yet is lost, too. @default "fin" */
  readonly how?: "fin" | "reset";
}

/** One connection, its two ends and the middle. */
export class FaultLine {
  /** The client's end, and the server's. */
  readonly ends: readonly [MemoryStream, MemoryStream];
  /** Bytes that have gone through. */
  readonly passed = { up: 0, down: 0 };
  isCut = false;
  #fault: LineFault;
  /** The middle's own ends: towards the client, and towards the server. */
  readonly #near: MemoryStream;
  readonly #far: MemoryStream;

  constructor(fault: LineFault = {}, options: MemoryStreamOptions = {}) {
    const [client, near] = memoryStreams(options);
    const [far, server] = memoryStreams(options);
    this.ends = [client, server];
    this.#fault = fault;
    this.#near = near;
    this.#far = far;
    near.open(this.#carry("up", near, far));
    far.open(this.#carry("down", far, near));
    if (fault.up === 0 || fault.down === 0) this.cut();
  }

  /** Holds up what goes from the client to the server, or back. */
  stall(direction: "up" | "down"): void {
    (direction === "up" ? this.#near : this.#far).pause();
  }

  /** Lets it go on. */
  flow(): void {
    this.#near.resume();
    this.#far.resume();
  }

  /** What has not gone wrong by now does not. */
  heal(): void {
    this.#fault = {};
    this.flow();
  }

  /** Cuts it now. */
  cut(): void {
    this.isCut = true;
    for (const end of [this.#near, this.#far]) {
      if (this.#fault.how === "reset") end.destroy();
      else end.end();
    }
  }

  #carry(direction: "up" | "down", from: MemoryStream, to: MemoryStream): ByteStreamListener {
    return {
      streamOnData: (chunk) => {
        if (this.isCut) return;
        const left = (this.#fault[direction] ?? Number.POSITIVE_INFINITY) - this.passed[direction];
        const part = chunk.subarray(0, left);
        this.passed[direction] += part.length;
        to.write([part.slice()]);
        if (part.length === left) return this.cut();
        if (to.full) from.pause();
      },
      streamOnDrain: () => (direction === "up" ? this.#far : this.#near).resume(),
      streamOnEnd: () => to.end(),
      streamOnClose: () => to.destroy(),
    };
  }
}
