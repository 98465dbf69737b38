/** SHA-1 (FIPS 180-4, 6.1) for the opening handshake: no secret depends on it, and no runtime has it in one call. */

/** The 20 bytes of the SHA-1 hash. */
export function sha1(message: Uint8Array): Uint8Array {
  const padded = pad(message);
  hash.set(BEGINNING);
  for (let at = 0; at < padded.length; at += 64) {
    for (let t = 0; t < 16; t++) schedule[t] = wordAt(padded, at + 4 * t);
    mixBlock();
  }
  const digest = new Uint8Array(20);
  for (let at = 0; at < 20; at++) digest[at] = hash[at >> 2] >>> (24 - 8 * (at & 3));
  return digest;
}

/** FIPS 180-4, 5.1.1: the bit 1, zeros, and the length in bits as 64 bits, up to a multiple of 64 bytes. */
function pad(message: Uint8Array): Uint8Array {
  const size = Math.ceil((message.length + 9) / 64) * 64;
  const padded = size === ACCEPT_SIZE ? accept.fill(0) : new Uint8Array(size);
  padded.set(message);
  padded[message.length] = 0x80;
  const high = Math.floor(message.length / 0x2000_0000);
  const low = message.length << 3;
  for (let at = 0; at < 4; at++) {
    padded[padded.length - 8 + at] = high >>> (24 - 8 * at);
    padded[padded.length - 4 + at] = low >>> (24 - 8 * at);
  }
  return padded;
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
}

/** FIPS 180-4, 6.1.2: one block into the hash. The first 16 words of the schedule are the block. */
function mixBlock(): void {
  for (let t = 16; t < 80; t++) {
    schedule[t] = rotateLeft(schedule[t - 3] ^ schedule[t - 8] ^ schedule[t - 14] ^ schedule[t - 16], 1);
  }
  let a = hash[0];
  let b = hash[1];
  let c = hash[2];
  let d = hash[3];
  let e = hash[4];
  for (let t = 0; t < 80; t++) {
    const next = (rotateLeft(a, 5) + mixWords(t, b, c, d) + e + schedule[t]) | 0;
    e = d;
    d = c;
    c = rotateLeft(b, 30);
    b = a;
    a = next;
  }
  hash[0] += a;
  hash[1] += b;
  hash[2] += c;
  hash[3] += d;
  hash[4] += e;
}

/** FIPS 180-4, 5.3.1. */
const BEGINNING = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
const hash = new Int32Array(5);

/** A key of 24 characters and the 36 behind it, padded: what is hashed here again and again. */
const ACCEPT_SIZE = 128;
const accept = new Uint8Array(ACCEPT_SIZE);

/** Of the block at hand. Nothing waits in between, so that one of each will do for all. */
const schedule = new Int32Array(80);

/** FIPS 180-4, 4.1.1 and 4.2.1: the function and the constant of step `t`. */
function mixWords(t: number, b: number, c: number, d: number): number {
  if (t < 20) return ((b & c) ^ (~b & d)) + 0x5a827999;
  if (t < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (t < 60) return ((b & c) ^ (b & d) ^ (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
