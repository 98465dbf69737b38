/** How much memory something holds while it runs: what is left of it when the garbage is gone. */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Compares live memory (objects, strings, buffers) with that at its making; remembers the most. */
export class MemoryWatch {
  /** The most bytes above the start that a `look` has seen. */
  mostHeld = 0;
  readonly #start = liveBytes();

  /** Takes some milliseconds. */
  look(): void {
    this.mostHeld = Math.max(this.mostHeld, liveBytes() - this.#start);
  }
}

function liveBytes(): number {
  collectGarbage();
  // The buffers of the first round are swept beside us, and counted off at the latest in the next.
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** V8 lets nobody call its collector without this flag. */
setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;
