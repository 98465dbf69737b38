/** What waits to go out: in order, in few pieces, and never changed once it was taken. */

import { expect, test } from "vitest";
import { Output, reuseTaken } from "../../src/protocol/output.ts";
import { hex, join, toHex } from "../support/hex.ts";
import { TestPlatform } from "../support/test-platform.ts";

function write(output: Output, bytes: Uint8Array, reserved = bytes.length): void {
  const memory = output.reserve(reserved);
  memory.set(bytes, output.position);
  output.wrote(output.position + bytes.length);
}

function takeHex(output: Output): string {
  return toHex(join(...output.take()));
}

test("nothing is nothing", () => {
  const output = new Output(new TestPlatform());

  expect(output.size).toBe(0);
  expect(output.take()).toEqual([]);
});

test("small writes leave as one piece", () => {
  const output = new Output(new TestPlatform());

  write(output, hex("01"));
  write(output, hex("0203"), 100);
  write(output, hex("04"));

  expect(output.size).toBe(4);
  const pieces = output.take();
  expect(pieces.map(toHex)).toEqual(["01020304"]);
  expect(output.size).toBe(0);
  expect(output.take()).toEqual([]);
});

test("what is added as it is stays in order, and is not copied", () => {
  const output = new Output(new TestPlatform());
  const large = new Uint8Array(10_000).fill(7);

  write(output, hex("01"));
  output.append(large);
  write(output, hex("02"));
  write(output, hex("03"));

  expect(output.size).toBe(10_003);
  const pieces = output.take();
  expect(pieces.map((piece) => piece.length)).toEqual([1, 10_000, 2]);
  expect(pieces[1]).toBe(large);
});

test("two connections that write in turn keep their bytes apart", () => {
  const platform = new TestPlatform();
  const [one, two] = [new Output(platform), new Output(platform)];

  for (let i = 0; i < 50; i++) {
    write(one, Uint8Array.of(i), 20);
    write(two, Uint8Array.of(200 - i), 20);
  }

  expect(takeHex(one)).toBe(toHex(Uint8Array.from({ length: 50 }, (_, i) => i)));
  expect(takeHex(two)).toBe(toHex(Uint8Array.from({ length: 50 }, (_, i) => 200 - i)));
});

test("what was taken never changes, however much is written after it", () => {
  const output = new Output(new TestPlatform());
  const taken: { pieces: readonly Uint8Array[]; asTaken: string }[] = [];

  for (let i = 0; i < 400; i++) {
    write(output, new Uint8Array(1 + ((i * 37) % 300)).fill(i), 300);
    if (i % 3 !== 0) continue;
    const pieces = output.take();
    taken.push({ pieces, asTaken: toHex(join(...pieces)) });
  }

  expect(taken.map(({ pieces }) => toHex(join(...pieces)))).toEqual(taken.map(({ asTaken }) => asTaken));
});

test("a write larger than the shared memory gets memory of its own", () => {
  const output = new Output(new TestPlatform());
  const large = new Uint8Array(100_000).map((_, at) => at & 255);

  write(output, hex("01"));
  write(output, large);
  write(output, hex("02"));

  expect(takeHex(output)).toBe(`01${toHex(large)}02`);
});

test("small writes of many connections share memory: little of it is asked for", () => {
  const platform = new TestPlatform();
  const outputs = Array.from({ length: 1000 }, () => new Output(platform));

  for (const output of outputs) write(output, new Uint8Array(10));

  expect(platform.allocated).toBeLessThanOrEqual(65_536);
});

test("room that was reserved and not used is used by the next", () => {
  const platform = new TestPlatform();
  const output = new Output(platform);

  for (let i = 0; i < 100; i++) {
    output.reserve(3000);
    output.wrote(output.position);
  }

  expect(output.take()).toEqual([]);
  expect(platform.allocated).toBeLessThanOrEqual(65_536);
});

test("memory whose bytes nobody holds any more is written to again, and only that", () => {
  const platform = new TestPlatform();
  const [one, two] = [new Output(platform), new Output(platform)];

  write(one, hex("01"));
  const [first] = one.take();
  reuseTaken();
  write(one, hex("02"));
  const [second] = one.take();
  // Something is behind it now.
  write(two, hex("03"));
  reuseTaken();
  write(one, hex("04"));

  expect(second!.byteOffset).toBe(first!.byteOffset);
  expect([toHex(second!), takeHex(two), takeHex(one)]).toEqual(["02", "03", "04"]);
});

test("what waits is not written over when another output, which took no memory, has let go", () => {
  const platform = new TestPlatform();
  const [waits, takes] = [new Output(platform), new Output(platform)];

  write(waits, hex("01"));
  waits.append(hex("aa"));
  takes.append(hex("bb"));
  takes.take();
  reuseTaken();
  write(takes, hex("02"));

  expect([takeHex(waits), takeHex(takes)]).toEqual(["01aa", "02"]);
});
