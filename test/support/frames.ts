/** Frames written and read the plain way, as a second opinion beside the engine's own code. Knows no messages. */

import { join, toHex } from "./hex.ts";

/** One frame as its fields. */
export interface PlainFrame {
  /** @default true */
  readonly fin?: boolean;
  /** RSV1 = 4, RSV2 = 2, RSV3 = 1. @default 0 */
  readonly rsv?: number;
  readonly opcode: number;
  /** @default empty */
  readonly payload?: Uint8Array;
  /** The four bytes of the masking key; without it, the frame is not masked. */
  readonly key?: Uint8Array | undefined;
  /** How many bytes of extended length to write, right or wrong. @default the shortest form */
  readonly lengthBytes?: 0 | 2 | 8 | undefined;
}

/** The frame as bytes. */
export function frame({ fin = true, rsv = 0, opcode, payload = EMPTY, key, lengthBytes }: PlainFrame): Uint8Array {
  const size = payload.length;
  const extended = lengthBytes ?? (size < 126 ? 0 : size < 0x10000 ? 2 : 8);
  const mask = key === undefined ? 0 : 0x80;
  const header = [(fin ? 0x80 : 0) | (rsv << 4) | opcode, mask | (extended === 0 ? size : extended === 2 ? 126 : 127)];
  for (let at = extended - 1; at >= 0; at--) header.push(Math.floor(size / 256 ** at) % 256);
  if (key === undefined) return join(Uint8Array.from(header), payload);
  return join(
    Uint8Array.from(header),
    key,
    payload.map((byte, at) => byte ^ key[at % 4]!),
  );
}

/** A frame that was read: nothing left out, and the payload unmasked. */
export interface ReadFrame {
  readonly fin: boolean;
  readonly rsv: number;
  readonly opcode: number;
  readonly masked: boolean;
  readonly payload: Uint8Array;
}

/** All frames in the bytes; throws when they do not end with a whole frame. */
export function readFrames(bytes: Uint8Array): ReadFrame[] {
  const frames: ReadFrame[] = [];
  let at = 0;
  const take = (size: number) => {
    if (at + size > bytes.length) throw new Error(`cut frame in ${toHex(bytes)}`);
    at += size;
    return bytes.subarray(at - size, at);
  };
  while (at < bytes.length) {
    const [first, second] = take(2) as unknown as [number, number];
    const short = second & 0x7f;
    const size = short < 126 ? short : take(short === 126 ? 2 : 8).reduce((sum, byte) => sum * 256 + byte, 0);
    const masked = second >= 0x80;
    const key = masked ? take(4) : undefined;
    const payload = take(size).map((byte, i) => (key === undefined ? byte : byte ^ key[i % 4]!));
    frames.push({ fin: first >= 0x80, rsv: (first >> 4) & 7, opcode: first & 0x0f, masked, payload });
  }
  return frames;
}

const EMPTY = new Uint8Array(0);
