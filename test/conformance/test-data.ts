/** What messages are made of in the compression cases: five kinds of data, like Autobahn's files and as large. */

import type { Frame } from "./frames.ts";
import { binary, text } from "./frames.ts";

/** An endless roll of data: each message goes on where the one before has ended. */
export interface TestData {
  readonly name: string;
  /** A message of `size` characters of text, or bytes. */
  readonly message: (index: number, size: number) => Frame;
}

const SIZE = 256 * 1024;

/** Numbers that look random and are the same each time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const WORDS =
  "habe nun ach philosophie juristerei und medizin leider auch theologie durchaus studiert mit heißem bemühn " +
  "da steh ich armer tor bin so klug als wie zuvor große höhe über jähe straße κόσμε 世界";

/** JSON records in UTF-8. */
export const JSON_DATA = textData("JSON", () => {
  const random = numbers(1);
  const record = (id: number) =>
    JSON.stringify({
      id,
      name: phrase(random, 2),
      score: random() * 1e4,
      tags: phrase(random, 3).split(" "),
      ok: id % 3 === 0,
    });
  return grow((index) => `${record(index)},\n`);
});

/** The five kinds, in the order of Autobahn's 12.1 to 12.5. */
export const TEST_DATA: readonly TestData[] = [
  JSON_DATA,
  binaryData("a bitmap", () => {
    const random = numbers(2);
    return Buffer.from(Array.from({ length: SIZE }, (_, at) => shade(at % 512, at >> 9) + random() * 12));
  }),
  binaryData("German prose", () => {
    const random = numbers(3);
    return Buffer.from(grow(() => `${phrase(random, 9)},\r\n`));
  }),
  textData("HTML", () => {
    const random = numbers(4);
    return grow(
      (index) => `<li class="item"><a href="/page/${index}?q=${phrase(random, 1)}">${phrase(random, 4)}</a></li>\n`,
    );
  }),
  binaryData("a PDF, packed already", () => {
    const random = numbers(5);
    return Buffer.from(Array.from({ length: SIZE }, (_, at) => (at % 4096 < 64 ? 0x20 + (at % 32) : random() * 256)));
  }),
];

function textData(name: string, make: () => string): TestData {
  const data = once(make);
  return {
    name,
    message: (index, size) => text(roll(index, size, data().length, (from, to) => data().slice(from, to)).join("")),
  };
}

function binaryData(name: string, make: () => Buffer): TestData {
  const data = once(make);
  const cut = (from: number, to: number) => data().subarray(from, to);
  return { name, message: (index, size) => binary(Buffer.concat(roll(index, size, data().length, cut))) };
}

/** The pieces of message `index`: one, or two where the data ends and begins again. */
function roll<Piece>(index: number, size: number, length: number, cut: (from: number, to: number) => Piece): Piece[] {
  const from = (index * size) % length;
  const to = from + size;
  return to <= length ? [cut(from, to)] : [cut(from, length), cut(0, to - length)];
}

function once<Data>(make: () => Data): () => Data {
  let data: Data | undefined;
  return () => {
    data ??= make();
    return data;
  };
}

function grow(line: (index: number) => string): string {
  let grown = "";
  for (let index = 0; grown.length < SIZE; index++) grown += line(index);
  return grown;
}

function phrase(random: () => number, count: number): string {
  const words = WORDS.split(" ");
  return Array.from({ length: count }, () => words[Math.floor(random() * words.length)]).join(" ");
}

function shade(x: number, y: number): number {
  return 120 + 60 * Math.sin(x / 40) * Math.cos(y / 30) + ((x ^ y) & 32);
}
