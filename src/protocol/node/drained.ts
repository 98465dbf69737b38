/** Waits until a Node stream can take more: the other half of `sendStream`. */

import type { Writable } from "node:stream";
import { setImmediate } from "node:timers";

/** Resolves in a later turn, once `stream` takes more without queueing, or has been closed. Never rejects. */
export function drained(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    // What the engine has just been given reaches the stream at the end of this turn.
    setImmediate(() => {
      if (!stream.writableNeedDrain || stream.destroyed) return resolve();
      const settle = () => {
        stream.off("drain", settle);
        stream.off("close", settle);
        resolve();
      };
      stream.on("drain", settle);
      stream.on("close", settle);
    });
  });
}
