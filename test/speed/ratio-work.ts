/** Puts our engine and that of `ws` to the same work by turns, in one process: what slows the machine down slows both. */

import type { Contender, Task } from "../../bench/contenders.ts";
import { antiphon, loadWs } from "../../bench/contenders.ts";
import { answer } from "../../bench/support/child.ts";
import { clientFrame } from "../../bench/support/raw-client.ts";

/** What is put through. */
export interface RatioWork {
  readonly direction: "receive" | "send";
  readonly size: number;
  readonly rounds: number;
}

const BYTES = 4 * 1024 * 1024;
const CHUNK = 65_536;
const ws = loadWs(false);

answer({
  /** How many times our CPU time `ws` has taken: the best round of each, which nothing else has disturbed. */
  async ratio({ direction, size, rounds }: RatioWork) {
    const task: Task = { role: "server", kind: "text", compression: "off" };
    const payload = Buffer.from("Antiphon. ".repeat(size).slice(0, size));
    const count = Math.max(8, Math.floor(BYTES / Math.max(size, 256)));
    const stream = Buffer.concat(Array.from({ length: count }, () => clientFrame(0x81, payload)));
    const work = async (contender: Contender) => {
      // An engine unmasks where the bytes lie, so each gets its own.
      const chunks = direction === "receive" ? cut(Buffer.from(stream)) : [];
      const before = process.cpuUsage();
      if (direction === "receive") await contender.receive(task, chunks, count);
      else await contender.send(task, payload.toString(), count);
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    const best = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let round = 0; round < rounds; round++) {
      for (const [at, contender] of [antiphon, ws].entries()) best[at] = Math.min(best[at]!, await work(contender));
    }
    return best[1]! / best[0]!;
  },
});

function cut(stream: Buffer): Uint8Array[] {
  return Array.from({ length: Math.ceil(stream.length / CHUNK) }, (_, i) =>
    stream.subarray(i * CHUNK, (i + 1) * CHUNK),
  );
}
