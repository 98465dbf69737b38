/** Messages of any size and alphabet, the same in every run, and a short name for a message to compare it by. */

import { createHash } from "node:crypto";
import type { Message } from "../../src/protocol/index.ts";

/** What a message is made of. `random` is what no compressor makes smaller; `records` is binary that it does. */
export type Kind = "ascii" | "two-byte" | "three-byte" | "emoji" | "records" | "random";

/** Every kind. */
export const KINDS: readonly Kind[] = ["ascii", "two-byte", "three-byte", "emoji", "records", "random"];

/** Around every change of the length encoding (RFC 6455, 5.2), and large. */
export const SIZES: readonly number[] = [0, 1, 125, 126, 65_535, 65_536, 1 << 20, 16 << 20];

/** A message of exactly `size` bytes on the wire; where the last character has no room, ASCII fills it up. */
export function sample(kind: Kind, size: number): Message {
  if (kind === "random") return randomBytes(size);
  if (kind === "records") return Buffer.from(asciiText(size));
  if (kind === "ascii") return asciiText(size);
  const { characters, bytes } = ALPHABETS[kind];
  const count = Math.floor(size / bytes);
  const block = Array.from({ length: Math.min(count, 4096) }, (_, at) => characters[(at * at) % characters.length]);
  const whole = block.join("").repeat(Math.floor(count / 4096) + 1);
  const unitsEach = bytes === 4 ? 2 : 1;
  return whole.slice(0, count * unitsEach) + asciiText(size % bytes);
}

/** Kind, length and hash of a message: equal for equal messages, and short enough to read in a failure. */
export function nameOf(data: Message): string {
  const kind = typeof data === "string" ? "text" : "bytes";
  return `${kind} of ${Buffer.byteLength(data)}: ${createHash("sha1").update(data).digest("hex")}`;
}

const ALPHABETS = {
  "two-byte": { characters: [..."äöüéèñçøåßабвгдежз"], bytes: 2 },
  "three-byte": { characters: [..."日本語漢字世界平和你好吗€…"], bytes: 3 },
  emoji: { characters: [..."😀🎉🚀🐙🌍🎵🦉🍀"], bytes: 4 },
} as const;

/** Records as JSON has them, with numbers that differ. */
function asciiText(size: number): string {
  const records: string[] = [];
  for (let length = 0, id = 0; length < size && length < BLOCK; id++) {
    records.push(`{"id":${id},"name":"member ${(id * 7919) % 1009}","online":${id % 3 === 0}},\n`);
    length += records[id]!.length;
  }
  const block = records.join("");
  return block.repeat(Math.ceil(size / Math.max(block.length, 1)) || 0).slice(0, size);
}

const BLOCK = 1 << 18;

/** Marsaglia's xorshift: without pattern for zlib, the same in every run. */
function randomBytes(size: number): Buffer {
  const words = new Uint32Array(Math.ceil(size / 4));
  let state = 2463534242;
  for (let at = 0; at < words.length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[at] = state;
  }
  return Buffer.from(words.buffer, 0, size);
}
