/** SHA-1 (FIPS 180-4, 6.1) for the opening handshake: no secret depends on it, and no runtime has it in one call. */

/** The 20 bytes of the SHA-1 hash. */
export function sha1(message: Uint8Array): Uint8Array {
  const padded = pad(message);
  const blocks = new DataView(padded.buffer);
  const hash = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  const schedule = new Uint32Array(80);
  for (let at = 0; at < padded.length; at += 64) {
    for (let t = 0; t < 16; t++) schedule[t] = blocks.getUint32(at + 4 * t);
    mixBlock(hash, schedule);
  }
  const digest = new DataView(new ArrayBuffer(20));
  for (let i = 0; i < 5; i++) digest.setUint32(4 * i, hash[i]);
  return new Uint8Array(digest.buffer);
}

/** FIPS 180-4, 5.1.1: the bit 1, zeros, and the length in bits as 64 bits, up to a multiple of 64 bytes. */
function pad(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const padded = new Uint8Array(Math.ceil((message.length + 9) / 64) * 64);
  padded.set(message);
  padded[message.length] = 0x80;
  const end = new DataView(padded.buffer, padded.length - 8);
  end.setUint32(0, Math.floor(message.length / 0x2000_0000));
  end.setUint32(4, message.length << 3);
  return padded;
}

/** FIPS 180-4, 6.1.2: one block into the hash. The first 16 words of the schedule are the block. */
function mixBlock(hash: Uint32Array, schedule: Uint32Array): void {
  for (let t = 16; t < 80; t++) {
    schedule[t] = rotateLeft(schedule[t - 3] ^ schedule[t - 8] ^ schedule[t - 14] ^ schedule[t - 16], 1);
  }
  let [a, b, c, d, e] = hash;
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
