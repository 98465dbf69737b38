/** A process with a bare TCP server in it that answers with canned bytes, and knows nothing of WebSockets: the floor of what Node.js can do. */

import type { Socket } from "node:net";
import { createServer } from "node:net";
import { CLOSE, messageFrame, serverFrame } from "../load/frames.ts";
import { replies, requests } from "../load/payloads.ts";
import { CANNED_101 } from "./canned-101.ts";
import type { ListenOptions } from "./contract.ts";
import { listenOn } from "./on-http.ts";
import { serve } from "./process.ts";

serve(({ kind, compression, payloads }) => {
  if (compression !== false) throw new Error("canned bytes are not compressed");
  const can = payloads && new Can(payloads);
  const everybody = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    let isOpen = false;
    let taken = 0;
    everybody.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => everybody.delete(socket));
    socket.on("data", (chunk: Buffer) => {
      if (!isOpen) {
        isOpen = true;
        socket.write(CANNED_101);
        return;
      }
      if (can === undefined || (chunk[0] === CLOSE && can.isWhole(taken))) {
        if (chunk[0] === CLOSE) socket.end(GOODBYE);
        return;
      }
      const bytes = can.answer(taken, chunk.length);
      taken += chunk.length;
      if (bytes === null) return;
      if (kind === "room") for (const member of everybody) member.write(bytes);
      else socket.write(bytes);
    });
  });
  return listenOn(server);
});

/** Node.js reads no more than this at once. */
const CHUNK = 65_536;

/** A Close frame with 1000. */
const GOODBYE = Buffer.from([CLOSE, 2, 3, 232]);

/** Answers by the number of bytes alone: requests and replies are of one size each, and come in turn. */
class Can {
  readonly #requestSize: number;
  readonly #replySize: number;
  readonly #count: number;
  readonly #replies: Buffer;

  constructor(payloads: NonNullable<ListenOptions["payloads"]>) {
    const frames = replies(payloads).map(serverFrame);
    this.#requestSize = messageFrame(requests(payloads)[0]!, false).length;
    this.#replySize = frames[0]!.length;
    this.#count = frames.length;
    // So often that the replies to whatever one chunk completes are one piece.
    const most = Math.ceil(CHUNK / this.#requestSize) + 2 * this.#count;
    const times = Math.ceil(most / this.#count);
    this.#replies = Buffer.concat(Array.from({ length: times }, () => frames).flat());
  }

  /** Whether so many bytes are whole requests. */
  isWhole(bytes: number): boolean {
    return bytes % this.#requestSize === 0;
  }

  /** The replies to all requests that these bytes complete. */
  answer(before: number, bytes: number): Buffer | null {
    const done = Math.floor(before / this.#requestSize);
    const complete = Math.floor((before + bytes) / this.#requestSize) - done;
    if (complete === 0) return null;
    const from = (done % this.#count) * this.#replySize;
    return this.#replies.subarray(from, from + complete * this.#replySize);
  }
}
