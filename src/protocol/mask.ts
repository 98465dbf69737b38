/** Masking of payloads (RFC 6455, 5.3), in place; the same operation both ways. Leaves the choice of keys to others. */

import { maskSimd, SIMD_BLOCK } from "./mask-simd.ts";

/**
 * A masking key is one 32-bit integer here: its lowest byte masks the first byte of the payload.
 * Gives the key for a payload of which `count` bytes have been masked already.
 */
export function rotateKey(key: number, count: number): number {
  const bits = (count & 3) * 8;
  return bits === 0 ? key : (key >>> bits) | (key << (32 - bits));
}

/**
 * Masks or unmasks `bytes[from, to)` in place.
 * Hot path (bench: `protocol`); `maskPlainly` is its plain twin.
 */
export function mask(bytes: Uint8Array, from: number, to: number, key: number): void {
  const size = to - from;
  // A view of words costs as much as 64 bytes one by one: it pays for a long payload, or for many out of one chunk.
  const atWords = size >= WORDS_FROM || (size >= FEW && (bytes === viewed || bytes.length >= MANY * size));
  if (!atWords || !littleEndian) maskPlainly(bytes, from, to, key);
  else if (size < SIMD_FROM) maskWords(bytes, from, to, key);
  else maskBlocks(bytes, from, to, key);
}

/** Copies `source` to `target[at]`, masked on the way. The key 0 masks nothing. */
export function copyMasked(source: Uint8Array, target: Uint8Array, at: number, key: number): void {
  if (key === 0 || source.length < SIMD_FROM || !littleEndian) {
    target.set(source, at);
    if (key !== 0) mask(target, at, at + source.length, key);
    return;
  }
  for (let from = 0; from < source.length; from += SIMD_BLOCK) {
    const block = source.subarray(from, from + SIMD_BLOCK);
    if (maskSimd(block, target, at + from, key)) continue;
    target.set(block, at + from);
    maskWords(target, at + from, at + from + block.length, key);
  }
}

/** RFC 6455, 5.3: "Octet i of the transformed data is the XOR of octet i of the original data with octet i modulo 4 of the masking key". */
export function maskPlainly(bytes: Uint8Array, from: number, to: number, key: number): void {
  const key1 = key >>> 8;
  const key2 = key >>> 16;
  const key3 = key >>> 24;
  let at = from;
  for (; at + 4 <= to; at += 4) {
    bytes[at]! ^= key;
    bytes[at + 1]! ^= key1;
    bytes[at + 2]! ^= key2;
    bytes[at + 3]! ^= key3;
  }
  for (let rest = key; at < to; at++, rest >>>= 8) bytes[at]! ^= rest;
}

/** Measured, all of them. */
const WORDS_FROM = 96;
const FEW = 16;
const MANY = 8;
const SIMD_FROM = 2048;
const littleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/** Four bytes at a time. The payload may lie anywhere: only the key turns with it. */
function maskWords(bytes: Uint8Array, from: number, to: number, key: number): void {
  const words = toWords(bytes);
  // Where the words begin, in `bytes`: up to three bytes before its start.
  const origin = -(bytes.byteOffset & 3);
  const first = (from - origin + 3) >>> 2;
  const last = (to - origin) >>> 2;
  const lead = first * 4 + origin - from;
  for (let at = from, rest = key; at < from + lead; at++, rest >>>= 8) bytes[at]! ^= rest;
  const turned = rotateKey(key, lead);
  let at = first;
  for (; at + 8 <= last; at += 8) {
    words[at]! ^= turned;
    words[at + 1]! ^= turned;
    words[at + 2]! ^= turned;
    words[at + 3]! ^= turned;
    words[at + 4]! ^= turned;
    words[at + 5]! ^= turned;
    words[at + 6]! ^= turned;
    words[at + 7]! ^= turned;
  }
  for (; at < last; at++) words[at]! ^= turned;
  for (let end = last * 4 + origin, rest = turned; end < to; end++, rest >>>= 8) bytes[end]! ^= rest;
}

/** The whole words that lie in `bytes`, or begin before them. A chunk holds many messages: the last view is kept. */
function toWords(bytes: Uint8Array): Int32Array {
  if (bytes !== viewed) {
    const start = bytes.byteOffset & ~3;
    words = new Int32Array(bytes.buffer, start, (bytes.byteOffset + bytes.length - start) >>> 2);
    viewed = bytes;
  }
  return words;
}

let viewed: Uint8Array | undefined;
let words: Int32Array = new Int32Array(0);

/** Sixteen bytes at a time, through the memory of a small WebAssembly routine: two copies, and still the fastest. */
function maskBlocks(bytes: Uint8Array, from: number, to: number, key: number): void {
  // SIMD_BLOCK is a multiple of four, so every block starts with the same key.
  for (let at = from; at < to; at += SIMD_BLOCK) {
    const block = bytes.subarray(at, Math.min(at + SIMD_BLOCK, to));
    if (!maskSimd(block, bytes, at, key)) return maskWords(bytes, at, to, key);
  }
}
