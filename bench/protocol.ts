/** `npm run bench:protocol`: our engine against ws's Receiver and Sender, in one process, in turns, by CPU time. */

import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { constants, deflateRawSync } from "node:zlib";
import type { Message } from "../src/protocol/index.ts";
import { mask } from "../src/protocol/mask.ts";
import type { Contender, Task } from "./contenders.ts";
import { antiphon, loadWs } from "./contenders.ts";

const ROUNDS = Number(process.env["BENCH_ROUNDS"] ?? 9);
const CHUNK = 65_536;
/** Bytes of messages in one sample: long enough for the clock, short enough for the collector. */
const SAMPLE = 16 * 1024 * 1024;

interface Row {
  readonly direction: "receive" | "send";
  readonly task: Task;
  readonly size: number;
  readonly count: number;
  /** Microseconds of CPU per message, by contender: the medians. */
  readonly cpu: Record<string, number>;
}

const contenders: readonly Contender[] = [antiphon, loadWs(false), loadWs(true)];
const filter = process.argv.slice(2).find((argument) => !argument.startsWith("--")) ?? "";
const rows: Row[] = [];

for (const { direction, task, size } of scenarios()) {
  const title = titleOf(direction, task, size);
  if (!title.includes(filter)) continue;
  const row = await measure(direction, task, size);
  rows.push(row);
  print(title, row);
}
if (filter === "" || "mask".includes(filter)) printMask();
const json = process.argv.find((argument) => argument.startsWith("--json="))?.slice("--json=".length);
if (json !== undefined) writeFileSync(json, `${JSON.stringify(rows, null, 2)}\n`);

function* scenarios(): Generator<Pick<Row, "direction" | "task" | "size">> {
  for (const direction of ["receive", "send"] as const) {
    for (const role of ["server", "client"] as const) {
      for (const kind of ["binary", "text"] as const) {
        for (const size of [64, 1024, 65_536, 1_048_576])
          yield { direction, task: { role, kind, compression: "off" }, size };
      }
    }
  }
  for (const direction of ["receive", "send"] as const) {
    for (const compression of ["alone", "takeover"] as const) {
      yield { direction, task: { role: "server", kind: "text", compression }, size: 1024 };
    }
  }
}

async function measure(direction: Row["direction"], task: Task, size: number): Promise<Row> {
  const data = makeMessage(task, size);
  const compressed = task.compression !== "off";
  const count = Math.max(16, Math.floor((compressed ? SAMPLE / 8 : SAMPLE) / Math.max(size, 256)));
  const stream = direction === "receive" ? repeat(encode(data, task), count) : Buffer.alloc(0);
  const chunks = makeChunks(stream.length);
  const cpu = new Map<string, number[]>();
  // One round to warm up; then all in turn, each first once, so that what else the machine does, and the garbage that
  // one leaves to the next, meets all alike.
  for (let round = -1; round < ROUNDS; round++) {
    for (const contender of rotated(contenders, round + 1)) {
      fill(chunks, stream);
      const before = process.cpuUsage();
      if (direction === "receive") await contender.receive(task, chunks, count);
      else await contender.send(task, data, count);
      const { user, system } = process.cpuUsage(before);
      if (round >= 0) cpu.set(contender.name, [...(cpu.get(contender.name) ?? []), (user + system) / count]);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return {
    direction,
    task,
    size,
    count,
    cpu: Object.fromEntries(contenders.map(({ name }) => [name, median(cpu.get(name)!)])),
  };
}

function rotated<T>(items: readonly T[], by: number): T[] {
  return items.map((_, i) => items[(i + by) % items.length]!);
}

function makeMessage({ kind, compression }: Task, size: number): Message {
  const text = compression === "off" ? "Antiphon. ".repeat(size).slice(0, size) : makeJson(size);
  return kind === "text" ? text : Buffer.from(text);
}

function makeJson(size: number): string {
  const rows = Array.from({ length: size / 32 }, (_, i) => ({
    id: i * 7919,
    user: `user${i}`,
    price: (i * 13.37).toFixed(2),
    ok: i % 2 === 0,
  }));
  return JSON.stringify(rows).slice(0, size);
}

/** One frame, as the other side would send it; by hand, so that nobody's sender has a part in it. */
function encode(data: Message, { role, kind, compression }: Task): Buffer {
  let payload = Buffer.from(data as string);
  if (compression !== "off") payload = deflateRawSync(payload, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
  const first = 0x80 | (compression === "off" ? 0 : 0x40) | (kind === "text" ? 1 : 2);
  const { length } = payload;
  const masked = role === "server" ? 0x80 : 0;
  const header =
    length < 126
      ? [first, masked | length]
      : length < 65_536
        ? [first, masked | 126, length >> 8, length & 255]
        : [first, masked | 127, 0, 0, 0, 0, length >>> 24, (length >> 16) & 255, (length >> 8) & 255, length & 255];
  const key = [0x37, 0xfa, 0x21, 0x3d];
  const body = masked ? payload.map((byte, i) => byte ^ key[i % 4]!) : payload;
  return Buffer.concat([Buffer.from(header), masked ? Buffer.from(key) : Buffer.alloc(0), body]);
}

function repeat(frame: Buffer, count: number): Buffer {
  return Buffer.alloc(frame.length * count, frame);
}

/** As a socket gives them: 64 KiB each, in a buffer of its own. */
function makeChunks(size: number): Buffer[] {
  return Array.from({ length: Math.ceil(size / CHUNK) }, (_, i) =>
    Buffer.allocUnsafeSlow(Math.min(CHUNK, size - i * CHUNK)),
  );
}

/** The same memory for every sample, since receivers unmask in place: so that nobody pays for garbage but his own. */
function fill(chunks: readonly Buffer[], stream: Buffer): void {
  for (const [i, chunk] of chunks.entries()) stream.copy(chunk, 0, i * CHUNK);
}

function print(title: string, { cpu }: Row): void {
  const ours = cpu["antiphon"]!;
  const cells = Object.entries(cpu).map(([name, value]) => `${name} ${value.toPrecision(3).padStart(7)} us`);
  const ratios = Object.entries(cpu)
    .slice(1)
    .map(([name, value]) => `${(value / ours).toFixed(2).padStart(6)}x ${name}`);
  console.log(`${title.padEnd(44)} ${cells.join("  ")}   ${ratios.join("  ")}`);
}

function titleOf(direction: string, { role, kind, compression }: Task, size: number): string {
  const bytes = size >= 1_048_576 ? "1 MiB" : size >= 65_536 ? "64 KiB" : size >= 1024 ? "1 KiB" : `${size} B`;
  return `${direction} ${role} ${kind} ${bytes}${compression === "off" ? "" : ` deflate ${compression}`}`;
}

function printMask(): void {
  const native = createRequire(import.meta.url)("bufferutil") as { unmask(bytes: Buffer, key: Buffer): void };
  const key = Buffer.from([1, 2, 3, 4]);
  for (const size of [1024, 65_536, 1_048_576]) {
    const bytes = Buffer.allocUnsafeSlow(size);
    const turns = Math.ceil((256 * 1024 * 1024) / size);
    const speeds = [() => mask(bytes, 0, size, 0x04030201), () => native.unmask(bytes, key)].map((work) =>
      median(
        Array.from({ length: ROUNDS }, () => {
          const before = process.cpuUsage();
          for (let turn = 0; turn < turns; turn++) work();
          const { user, system } = process.cpuUsage(before);
          return (size * turns) / (user + system) / 1000;
        }),
      ),
    );
    console.log(`unmask ${size} bytes: ${speeds[0]!.toFixed(1)} GB/s, native ${speeds[1]!.toFixed(1)} GB/s`);
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
