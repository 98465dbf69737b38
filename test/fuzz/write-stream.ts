/** Writes messages as a peer might that is not ours, with plain zlib, and says what a receiver must make of them. */

import { Buffer } from "node:buffer";
import { constants, deflateRawSync } from "node:zlib";
import type { DeflateAgreement } from "../../src/protocol/deflate/agreement.ts";
import type { Role } from "../../src/protocol/frame-header.ts";
import type { Message } from "../../src/protocol/message.ts";
import { frame } from "../support/frames.ts";
import { join } from "../support/hex.ts";
import type { Recorded } from "../support/recorder.ts";

/** One thing that a peer sends. */
export type StreamItem =
  | { readonly type: "ping" | "pong"; readonly payload: Uint8Array }
  | { readonly type: "close"; readonly code: number | null; readonly reason: string }
  | {
      readonly type: "message";
      readonly data: Message;
      /** Where its payload is cut into fragments, in thousandths. */
      readonly cuts: readonly number[];
      /** Control frames between the fragments: one after each, as long as there are some. */
      readonly between: readonly StreamItem[];
      /** How to compress it, where that was negotiated; `final`: it ends with a BFINAL block. */
      readonly compress: { readonly level: number; readonly final: boolean } | null;
    };

/** What goes out, and what is to come of it at the other end. */
export interface WrittenStream {
  readonly bytes: Uint8Array;
  readonly events: Recorded[];
  /** The control frames that the receiver must answer with, in order. */
  readonly answers: { readonly opcode: number; readonly payload: Uint8Array }[];
}

/** Writes for a receiver in this role; `deflate` is the receiver's side of the agreement. */
export function writeStream(
  items: readonly StreamItem[],
  { role, deflate, key }: { role: Role; deflate: DeflateAgreement | null; key: Uint8Array },
): WrittenStream {
  const frames: Uint8Array[] = [];
  const events: Recorded[] = [];
  const answers: WrittenStream["answers"] = [];
  const compress = compressor(deflate);
  const put = (fields: Parameters<typeof frame>[0]) =>
    frames.push(frame({ ...fields, key: role === "server" ? key : undefined }));

  const write = (item: StreamItem): void => {
    if (item.type === "message") return writeMessage(item);
    if (item.type === "close") return writeClose(item);
    put({ opcode: item.type === "ping" ? 9 : 10, payload: item.payload });
    events.push(item);
    if (item.type === "ping") answers.push({ opcode: 10, payload: item.payload });
  };

  const writeClose = ({ code, reason }: StreamItem & { type: "close" }) => {
    const body = code === null ? new Uint8Array(0) : join(Uint8Array.of(code >> 8, code & 255), Buffer.from(reason));
    put({ opcode: 8, payload: body });
    events.push({ type: "close", code: code ?? 1005, reason: code === null ? "" : reason, wasClean: true });
    answers.push({ opcode: 8, payload: body.subarray(0, 2) });
  };

  const writeMessage = ({ data, cuts, between, ...options }: StreamItem & { type: "message" }) => {
    const plain = Buffer.from(data as string);
    const compressed = options.compress !== null && deflate !== null;
    const payload = compressed ? compress(plain, options.compress!) : plain;
    const places = [0, ...cuts.map((cut) => Math.floor((cut * payload.length) / 1000)), payload.length];
    places.sort((a, b) => a - b);
    for (let i = 1; i < places.length; i++) {
      const first = i === 1;
      const opcode = !first ? 0 : typeof data === "string" ? 1 : 2;
      const piece = payload.subarray(places[i - 1], places[i]);
      put({ opcode, payload: piece, fin: i === places.length - 1, rsv: first && compressed ? 4 : 0 });
      if (i < places.length - 1 && between[i - 1] !== undefined) write(between[i - 1]!);
    }
    events.push({ type: "message", data });
  };

  items.forEach(write);
  return { bytes: join(...frames), events, answers };
}

function compressor(deflate: DeflateAgreement | null) {
  let window: Uint8Array = new Uint8Array(0);
  return (plain: Uint8Array, { level, final }: { level: number; final: boolean }): Uint8Array => {
    const { receiveTakeover, receiveWindowBits } = deflate!;
    const output = deflateRawSync(plain, {
      level,
      // zlib has no raw window of 8 bits; with 9, it refers back 250 bytes at most.
      windowBits: Math.max(9, receiveWindowBits),
      finishFlush: final ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
      ...(window.length > 0 && { dictionary: window }),
    });
    if (receiveTakeover) window = join(window, plain).slice(-(2 ** receiveWindowBits));
    // RFC 7692, 7.2.3.4: behind a block with BFINAL, "00" stands for an empty block whose tail was removed.
    return final ? join(output, Uint8Array.of(0)) : output.subarray(0, -4);
  };
}
