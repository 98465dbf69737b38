/** `npm run bench:zlib`: what Node's zlib costs for a small message, in one call and through a stream. By CPU time. */

import type { DeflateRaw, InflateRaw } from "node:zlib";
import { constants, createDeflateRaw, createInflateRaw, deflateRawSync, inflateRawSync } from "node:zlib";

const rows = Array.from({ length: 40 }, (_, i) => ({ id: i * 7919, user: `user${i}`, price: (i * 13.37).toFixed(2) }));
const message = Buffer.from(JSON.stringify(rows).slice(0, 1024));
const history = Buffer.alloc(32_768, message);
const flushed = { level: 3, chunkSize: 2048, finishFlush: constants.Z_SYNC_FLUSH };
const compressed = Buffer.concat([deflateRawSync(message, flushed), Buffer.from([1, 0, 0, 0xff, 0xff])]);

await report("deflate 1 KiB of JSON, one call", 5000, () => deflateRawSync(message, flushed));
for (const size of [4096, 8192, 32_768]) {
  const dictionary = history.subarray(0, size);
  await report(`  with a dictionary of ${size / 1024} KiB`, 2000, () =>
    deflateRawSync(message, { ...flushed, dictionary }),
  );
}
const deflate = createDeflateRaw({ level: 3 });
await report("deflate 1 KiB of JSON, through a stream", 1000, () => through(deflate, message));
await report("inflate it again, one call", 5000, () => inflateRawSync(compressed, { chunkSize: 2048 }));
await report("  with a dictionary of 32 KiB", 2000, () =>
  inflateRawSync(compressed, { chunkSize: 2048, dictionary: history }),
);
const inflate = createInflateRaw();
await report("inflate it again, through a stream", 1000, () => through(inflate, compressed.subarray(0, -5)));

/** One message through a stream that lives on, as a library does that keeps it: reset, write, flush, take what comes. */
function through(stream: DeflateRaw | InflateRaw, data: Buffer): Promise<void> {
  return new Promise((resolve) => {
    stream.on("data", () => {});
    stream.write(data);
    stream.flush(constants.Z_SYNC_FLUSH, () => {
      stream.removeAllListeners("data");
      stream.reset();
      resolve();
    });
  });
}

/** The median of nine samples, in microseconds of the whole process. */
async function report(title: string, turns: number, work: () => unknown): Promise<void> {
  const samples: number[] = [];
  for (let sample = 0; sample < 9; sample++) {
    const before = process.cpuUsage();
    for (let turn = 0; turn < turns; turn++) await work();
    const { user, system } = process.cpuUsage(before);
    samples.push((user + system) / turns);
  }
  console.log(
    `${title.padEnd(42)} ${samples
      .sort((a, b) => a - b)[4]!
      .toFixed(1)
      .padStart(7)} us`,
  );
}
