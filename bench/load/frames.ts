/** Frames in bulk: what clients send, made beforehand, and messages out of what was recorded. */

import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import { clientFrame } from "../support/raw-client.ts";
import type { Payload } from "./payloads.ts";

export const TEXT = 0x81;
export const BINARY = 0x82;
export const CLOSE = 0x88;
export const PING = 0x89;
export const PONG = 0x8a;
/** The bit of a first byte that says: compressed. */
export const COMPRESSED = 0x40;

/** A message as a client sends it. */
export function messageFrame(payload: Payload, deflate: boolean): Buffer {
  const first = typeof payload === "string" ? TEXT : BINARY;
  const bytes = Buffer.from(payload as string);
  return deflate ? clientFrame(first | COMPRESSED, deflated(bytes)) : clientFrame(first, bytes);
}

/** A message as a server sends it. */
export function serverFrame(payload: Payload): Buffer {
  const bytes = Buffer.from(payload as string);
  const { length } = bytes;
  const header = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  header[0] = typeof payload === "string" ? TEXT : BINARY;
  header[1] = length < 126 ? length : length < 65_536 ? 126 : 127;
  if (header.length === 4) header.writeUInt16BE(length, 2);
  if (header.length === 10) header.writeUInt32BE(length, 6);
  return Buffer.concat([header, bytes]);
}

/** Where a frame is in bytes that hold its whole header; `null` if they do not. Sizes above 4 GiB there are none. */
export function frameAt(
  bytes: Buffer,
  at: number,
  end: number,
): { readonly start: number; readonly end: number } | null {
  const short = at + 1 < end ? bytes[at + 1]! : 127;
  const header = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (at + header > end) return null;
  const size = short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : bytes.readUInt32BE(at + 6);
  return { start: at + header, end: at + header + size };
}

/** The messages in so many whole frames; each is a message. */
export function messagesIn(bytes: Buffer): Payload[] {
  const messages: Payload[] = [];
  for (let at = 0; at < bytes.length; ) {
    const frame = frameAt(bytes, at, bytes.length);
    if (frame === null) throw new Error("a recording ends within a frame");
    const payload = payloadOf(bytes[at]!, bytes.subarray(frame.start, frame.end));
    if (payload !== null) messages.push(payload);
    at = frame.end;
  }
  return messages;
}

/** What a frame says; `null` if it is no message. */
export function payloadOf(first: number, payload: Buffer): Payload | null {
  const opcode = first & 0x0f;
  if (opcode !== 1 && opcode !== 2) return null;
  const plain = (first & COMPRESSED) === 0 ? payload : inflateRawSync(Buffer.concat([payload, TAIL]), UNENDED);
  return opcode === 1 ? plain.toString() : plain;
}

function deflated(bytes: Buffer): Buffer {
  const whole = deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
  return whole.subarray(0, whole.length - TAIL.length);
}

const TAIL = Buffer.from([0, 0, 0xff, 0xff]);
const UNENDED = { finishFlush: constants.Z_SYNC_FLUSH };
