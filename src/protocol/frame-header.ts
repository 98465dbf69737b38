/** Frame headers (RFC 6455, 5.2): parse, check and encode. Knows no payload. */

import type { ProtocolError } from "../errors.ts";
import {
  CONTROL_FRAGMENTED,
  CONTROL_TOO_LONG,
  LENGTH_NOT_MINIMAL,
  LENGTH_OVERFLOW,
  MASK_MISSING,
  MASK_UNEXPECTED,
  OPCODE_RESERVED,
  protocolError,
  RSV_UNEXPECTED,
} from "../errors.ts";

/** The opcodes of RFC 6455, 5.2. Bit 3 marks the control frames. */
export const Opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** The first bit of a frame: no fragment of the message follows. */
export const FIN = 0x80;

/** RSV1, "per-message compressed" (RFC 7692, 6), among the three RSV bits. */
export const RSV1 = 4;

/** The longest header: 2 bytes, 8 of length, 4 of mask. */
export const MAX_HEADER = 14;

/** The longest payload of a control frame. RFC 6455, 5.5: "MUST have a payload length of 125 bytes or less". */
export const MAX_CONTROL_PAYLOAD = 125;

/** The server and the client of one connection: a client masks what it sends, a server does not (RFC 6455, 5.1). */
export type Role = "server" | "client";

/** One parsed header. Mutable, and used again for each frame, so that parsing makes no garbage. */
export class FrameHeader {
  fin = false;
  /** RSV1 = 4, RSV2 = 2, RSV3 = 1. */
  rsv = 0;
  opcode = 0;
  masked = false;
  /** The masking key as it lies in memory, read as a little-endian 32-bit integer. */
  key = 0;
  /** The length of the payload. Above 2^53 it is rounded, and far above any limit. */
  length = 0;
  /** How many bytes the extended length took: 0, 2 or 8. */
  lengthBytes = 0;
}

/**
 * Parses the header at `bytes[at]` into `header`. Gives its size, or 0 when `bytes` ends before the header does.
 * Hot path (bench: `protocol`).
 */
export function parseFrameHeader(header: FrameHeader, bytes: Uint8Array, at: number, end: number): number {
  if (end - at < 2) return 0;
  const first = bytes[at]!;
  const second = bytes[at + 1]!;
  const masked = second >= 0x80;
  let length = second & 0x7f;
  let next = at + 2;
  let lengthBytes = 0;
  if (length >= 126) {
    lengthBytes = length === 126 ? 2 : 8;
    if (end - next < lengthBytes) return 0;
    length = lengthBytes === 2 ? bytes[next]! * 0x100 + bytes[next + 1]! : readLength64(bytes, next);
    next += lengthBytes;
  }
  if (masked) {
    if (end - next < 4) return 0;
    header.key = bytes[next]! | (bytes[next + 1]! << 8) | (bytes[next + 2]! << 16) | (bytes[next + 3]! << 24);
    next += 4;
  }
  header.fin = first >= FIN;
  header.rsv = (first >> 4) & 7;
  header.opcode = first & 0x0f;
  header.masked = masked;
  header.length = length;
  header.lengthBytes = lengthBytes;
  return next - at;
}

/**
 * The rules that one header can break by itself, whatever came before.
 * `role` is ours; `compression` tells whether permessage-deflate was negotiated.
 */
export function checkFrameHeader(header: FrameHeader, role: Role, compression: boolean): ProtocolError | undefined {
  const { opcode, rsv, length, lengthBytes } = header;
  if (rsv !== 0) {
    // RFC 6455, 5.2: "MUST be 0 unless an extension is negotiated that defines meanings for non-zero values."
    // RFC 7692, 6.1: RSV1 marks the first frame of a message; control frames and continuations never carry it.
    const compressed = rsv === RSV1 && compression && (opcode === Opcode.text || opcode === Opcode.binary);
    if (!compressed) return protocolError(RSV_UNEXPECTED, rsv.toString(2).padStart(3, "0"));
  }
  if (opcode > Opcode.binary) {
    if (opcode < Opcode.close || opcode > Opcode.pong) return protocolError(OPCODE_RESERVED, opcode);
    // RFC 6455, 5.5: "All control frames MUST have a payload length of 125 bytes or less and MUST NOT be fragmented."
    if (!header.fin) return protocolError(CONTROL_FRAGMENTED);
    if (length > MAX_CONTROL_PAYLOAD) return protocolError(CONTROL_TOO_LONG, length);
  }
  // RFC 6455, 5.1: "The server MUST close the connection upon receiving a frame that is not masked."
  // "A client MUST close a connection if it detects a masked frame."
  if (role === "server" && !header.masked) return protocolError(MASK_MISSING);
  if (role === "client" && header.masked) return protocolError(MASK_UNEXPECTED);
  if (lengthBytes !== 0) {
    // RFC 6455, 5.2: "the minimal number of bytes MUST be used to encode the length"
    if (length < (lengthBytes === 2 ? 126 : 0x10000)) return protocolError(LENGTH_NOT_MINIMAL, length, lengthBytes);
    // RFC 6455, 5.2: of the 64-bit length, "the most significant bit MUST be 0"
    if (length === Number.POSITIVE_INFINITY) return protocolError(LENGTH_OVERFLOW);
  }
  return undefined;
}

/** How many bytes the header of a frame with this payload takes. */
export function frameHeaderSize(length: number, masked: boolean): number {
  return (length < 126 ? 2 : length < 0x10000 ? 4 : 10) + (masked ? 4 : 0);
}

/**
 * Writes the header at `bytes[at]`, the masking key left out; gives the position after it.
 * `first` is the first byte (FIN, RSV, opcode); `mask` is the mask bit of the second.
 */
export function writeFrameHeader(bytes: Uint8Array, at: number, first: number, length: number, mask: 0 | 0x80): number {
  bytes[at] = first;
  if (length < 126) {
    bytes[at + 1] = mask | length;
    return at + 2;
  }
  if (length < 0x10000) {
    bytes[at + 1] = mask | 126;
    bytes[at + 2] = length >>> 8;
    bytes[at + 3] = length & 0xff;
    return at + 4;
  }
  bytes[at + 1] = mask | 127;
  const high = Math.floor(length / 2 ** 32);
  for (let i = 0; i < 4; i++) {
    bytes[at + 2 + i] = high >>> (24 - 8 * i);
    bytes[at + 6 + i] = length >>> (24 - 8 * i);
  }
  return at + 10;
}

/** `Infinity` stands for a length with its most significant bit set. */
function readLength64(bytes: Uint8Array, at: number): number {
  if (bytes[at]! >= 0x80) return Number.POSITIVE_INFINITY;
  let length = 0;
  for (let i = 0; i < 8; i++) length = length * 0x100 + bytes[at + i]!;
  return length;
}
