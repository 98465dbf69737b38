/** What is looked at again and again, since nobody tells of it. Where there is a signal, wait for that instead. */

import { expect } from "vitest";

/** Expects of what `look` gives that it will be so, soon: `await eventually(() => app.sockets.size).toBe(0)`. */
export function eventually<Value>(look: () => Value) {
  return expect.poll(look, { timeout: 4_000, interval: 10 });
}
