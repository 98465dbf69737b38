/** Frames as a raw peer writes them, right or wrong on purpose (RFC 6455, 5.2). Shares no code with src/. */

import { createHash } from "node:crypto";

/** The opcodes of RFC 6455, 5.2. */
export const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** One frame. What a correct peer would work out by itself can be set to something wrong. */
export interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
  readonly fin: boolean;
  /** RSV1 = 4, RSV2 = 2, RSV3 = 1. */
  readonly rsv: number;
  /** How many bytes the extended length takes: 0, 2 or 8. @default the fewest that hold it */
  readonly lengthBytes?: 0 | 2 | 8;
  /** The length that the header tells. @default the payload's */
  readonly announced?: bigint;
  /** Whether the frame is masked. @default as the peer's role demands */
  readonly masked?: boolean;
  /** The four bytes of the mask. @default a key of its own for each frame */
  readonly key?: Uint8Array;
}

/** Text is written as a string, bytes as they are. */
export type Payload = string | Uint8Array;

export const text = (payload: Payload): Frame => frame(OPCODES.text, payload);
export const binary = (payload: Payload): Frame => frame(OPCODES.binary, payload);
export const ping = (payload: Payload = ""): Frame => frame(OPCODES.ping, payload);
export const pong = (payload: Payload = ""): Frame => frame(OPCODES.pong, payload);

/** The first fragment of a text message. */
export const textPart = (payload: Payload): Frame => unfinished(text(payload));
/** The first fragment of a binary message. */
export const binaryPart = (payload: Payload): Frame => unfinished(binary(payload));
/** A fragment in the middle. */
export const more = (payload: Payload): Frame => unfinished(last(payload));
/** The last fragment. */
export const last = (payload: Payload): Frame => frame(OPCODES.continuation, payload);

/** A Close frame: nothing, a code, or a code and a reason. */
export function close(code?: number, reason: Payload = ""): Frame {
  if (code === undefined) return frame(OPCODES.close, reason);
  return frame(OPCODES.close, Buffer.concat([Buffer.of(code >> 8, code & 0xff), toBuffer(reason)]));
}

export function frame(opcode: number, payload: Payload): Frame {
  return { opcode, payload: toBuffer(payload), fin: true, rsv: 0 };
}

/** The same frame without FIN. */
export const unfinished = (one: Frame): Frame => ({ ...one, fin: false });
/** The same frame with reserved bits. */
export const withRsv = (rsv: number, one: Frame): Frame => ({ ...one, rsv });
/** The same frame as the first of a compressed message: its payload is compressed already. */
export const compressed = (one: Frame): Frame => withRsv(4, one);

/** A message cut into fragments of `size` bytes, the last one shorter. */
export function fragments(message: Frame, size: number): Frame[] {
  const { payload } = message;
  const count = Math.max(1, Math.ceil(payload.length / size));
  return Array.from({ length: count }, (_, index) => ({
    ...message,
    opcode: index === 0 ? message.opcode : OPCODES.continuation,
    rsv: index === 0 ? message.rsv : 0,
    fin: index === count - 1,
    payload: payload.subarray(index * size, (index + 1) * size),
  }));
}

/** `length` bytes: the pattern again and again. */
export function repeat(pattern: Payload, length: number): Buffer {
  return Buffer.alloc(length, toBuffer(pattern));
}

/** The frame as bytes. A client masks; a server does not (RFC 6455, 5.1). */
export function encodeFrame(one: Frame, role: "client" | "server"): Buffer {
  const masked = one.masked ?? role === "client";
  const announced = one.announced ?? BigInt(one.payload.length);
  const lengthBytes = one.lengthBytes ?? fewestLengthBytes(announced);
  const header = Buffer.alloc(2 + lengthBytes);
  header[0] = (one.fin ? 0x80 : 0) | (one.rsv << 4) | one.opcode;
  header[1] = (masked ? 0x80 : 0) | { 0: Number(announced), 2: 126, 8: 127 }[lengthBytes];
  if (lengthBytes === 2) header.writeUInt16BE(Number(announced), 2);
  if (lengthBytes === 8) header.writeBigUInt64BE(announced, 2);
  if (!masked) return Buffer.concat([header, one.payload]);
  const key = one.key ?? nextKey();
  return Buffer.concat([header, key, maskedWith(key, one.payload)]);
}

/** What a frame is, in a line: two frames are the same if their lines are. */
export function describeFrame({ opcode, payload, fin, rsv }: Frame): string {
  const name =
    Object.keys(OPCODES).find((key) => OPCODES[key as keyof typeof OPCODES] === opcode) ?? `opcode ${opcode}`;
  const marks = `${fin ? "" : ", no FIN"}${rsv === 0 ? "" : `, RSV ${rsv}`}`;
  return `${name}${marks} ${opcode === OPCODES.close ? describeClose(payload) : describePayload(payload)}`;
}

function describeClose(payload: Buffer): string {
  if (payload.length < 2) return describePayload(payload);
  return `${payload.readUInt16BE(0)} ${describePayload(payload.subarray(2))}`;
}

function describePayload(payload: Buffer): string {
  if (payload.length > 200) {
    return `${payload.length} B, sha256 ${createHash("sha256").update(payload).digest("hex").slice(0, 24)}`;
  }
  return /^[ -~]*$/.test(payload.toString("latin1")) ? `"${payload.toString("latin1")}"` : payload.toString("hex");
}

function fewestLengthBytes(length: bigint): 0 | 2 | 8 {
  return length < 126n ? 0 : length < 0x10000n ? 2 : 8;
}

/** Long payloads are masked in words: 16 MiB byte by byte would take longer than the test. */
function maskedWith(key: Uint8Array, payload: Buffer): Buffer {
  const masked = Buffer.from(new Uint8Array(payload).buffer);
  const words = new Uint32Array(masked.buffer, 0, masked.length >> 2);
  const [word] = new Uint32Array(Uint8Array.from(key).buffer);
  for (let i = 0; i < words.length; i++) words[i] = words[i]! ^ word!;
  for (let i = words.length * 4; i < masked.length; i++) masked[i] = masked[i]! ^ key[i % 4]!;
  return masked;
}

/** Not random, so that a failing case sends the same bytes again; each frame another one all the same. */
function nextKey(): Buffer {
  keys = (Math.imul(keys, 0x9e3779b1) + 0x37fa213d) >>> 0;
  const key = Buffer.alloc(4);
  key.writeUInt32BE(keys);
  return key;
}

let keys = 0;

function toBuffer(payload: Payload): Buffer {
  return typeof payload === "string" ? Buffer.from(payload) : Buffer.from(payload);
}
