/** Topics as names of safe characters, for channels, subjects and keys: any string, one name each. */

import { createHash } from "node:crypto";

/** The longest name there is, in characters. */
export const LONGEST_TOPIC_NAME = 200;

/**
 * The name of a topic: `r:lobby` is `r=3Alobby`. Letters, digits, `_`, `-` and `=` only, never empty, at most
 * `LONGEST_TOPIC_NAME` characters; distinct for distinct strings, also for those that are no Unicode (lone surrogates).
 *
 * Letters, digits, `_` and `-` stand for themselves; of all else each byte of UTF-8 is `=` and two hexadecimal digits.
 * What gets too long ends in `==` and a SHA-256.
 */
export function topicName(topic: string): string {
  // `=` alone is no escape, so no other topic has this name.
  if (topic === "") return "=";
  const name = topic.replace(UNSAFE, toEscapes);
  return name.length <= LONGEST_TOPIC_NAME ? name : shorten(name);
}

/** By code point: a surrogate is met alone only where it has no other half. */
const UNSAFE = /[^A-Za-z0-9_-]/gu;

const HASH_LENGTH = 43;

function shorten(name: string): string {
  // Two `=` together are in no name that was not shortened. The hash is of the name, which is ASCII; so nothing is lost on the way.
  const hash = createHash("sha256").update(name, "latin1").digest("base64url");
  const start = name.slice(0, LONGEST_TOPIC_NAME - HASH_LENGTH - 2).replace(/=.?$/, "");
  return `${start}==${hash}`;
}

function toEscapes(character: string): string {
  return toBytes(character.codePointAt(0)!)
    .map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, "0")}`)
    .join("");
}

/** UTF-8 that also knows surrogates, in three bytes; TextEncoder would make U+FFFD of each. */
function toBytes(code: number): number[] {
  if (code < 0x80) return [code];
  if (code < 0x800) return [0xc0 | (code >> 6), last(code)];
  if (code < 0x10000) return [0xe0 | (code >> 12), last(code >> 6), last(code)];
  return [0xf0 | (code >> 18), last(code >> 12), last(code >> 6), last(code)];
}

function last(code: number): number {
  return 0x80 | (code & 0x3f);
}
