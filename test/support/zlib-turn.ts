/** Waits until everything that was given to zlib's threads must be done: for tests that claim that nothing comes of it. */

import { promisify } from "node:util";
import { deflateRaw, deflateRawSync, inflateRaw } from "node:zlib";

const data = new Uint8Array(1_000_000).map((_, at) => (at * at) >> 6);
const compressed = deflateRawSync(data, { level: 1 });

/** As much work for the threads as may be waiting there, several times. */
export async function zlibHadItsTurn(): Promise<void> {
  for (let round = 0; round < 3; round++) {
    await Promise.all([promisify(inflateRaw)(compressed), promisify(deflateRaw)(data, { level: 1 })]);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
