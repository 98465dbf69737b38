/** Reads what an engine sends, and complains of every frame that RFC 6455 and 7692 do not allow it. */

import type { Frame } from "./frames.ts";
import { describeFrame, OPCODES } from "./frames.ts";

/** What the engine may send on this connection. */
export interface FrameReaderOptions {
  /** The role of the engine that we read from. */
  readonly from: "client" | "server";
  /** Whether permessage-deflate was agreed on. */
  readonly deflate: boolean;
}

/** Bytes in, frames out. Throws, with the rule that the engine broke. */
export class FrameReader {
  /** The masking keys that were used, each once (RFC 6455, 5.3: "a fresh masking key"). */
  readonly keys = new Set<number>();
  /** Bytes of the frames that were read, headers included. */
  bytes = 0;
  readonly #options: FrameReaderOptions;
  #chunks: Buffer[] = [];
  #size = 0;
  #needed = 2;
  #insideMessage = false;
  #closed = false;

  constructor(options: FrameReaderOptions) {
    this.#options = options;
  }

  /** Bytes that belong to a frame which has not come whole. */
  get rest(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  push(chunk: Buffer): Frame[] {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    const frames: Frame[] = [];
    if (this.#size < this.#needed) return frames;
    let bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    for (;;) {
      const next = this.#read(bytes);
      if (next === null) break;
      // RFC 6455, 5.5.1: no data frame follows a Close frame; 5.5.2: a pong may have to.
      if (this.#closed && next.frame.opcode !== OPCODES.pong) {
        throw new Error(`the engine sent bytes behind its Close frame: ${bytes.toString("hex")}`);
      }
      frames.push(next.frame);
      bytes = bytes.subarray(next.size);
      this.#needed = 2;
      if (next.frame.opcode === OPCODES.close) this.#closed = true;
    }
    this.#chunks = [bytes];
    this.#size = bytes.length;
    return frames;
  }

  #read(bytes: Buffer): { frame: Frame; size: number } | null {
    if (bytes.length < 2) return null;
    const masked = bytes[1]! >= 0x80;
    const short = bytes[1]! & 0x7f;
    const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0;
    const headerSize = 2 + lengthBytes + (masked ? 4 : 0);
    if (bytes.length < headerSize) return this.#wait(headerSize);
    const length = { 0: () => short, 2: () => bytes.readUInt16BE(2), 8: () => Number(bytes.readBigUInt64BE(2)) }[
      lengthBytes
    ]();
    if (bytes.length < headerSize + length) return this.#wait(headerSize + length);
    const payload = Buffer.from(bytes.subarray(headerSize, headerSize + length));
    if (masked) this.#unmask(payload, bytes.subarray(headerSize - 4, headerSize));
    const frame = {
      fin: bytes[0]! >= 0x80,
      rsv: (bytes[0]! >> 4) & 7,
      opcode: bytes[0]! & 0x0f,
      payload,
    };
    this.#check(frame, masked, lengthBytes);
    this.bytes += headerSize + length;
    return { frame, size: headerSize + length };
  }

  #wait(size: number): null {
    this.#needed = size;
    return null;
  }

  #unmask(payload: Buffer, key: Buffer): void {
    this.keys.add(key.readUInt32BE(0));
    for (let i = 0; i < payload.length; i++) payload[i] = payload[i]! ^ key[i & 3]!;
  }

  #check(frame: Frame, masked: boolean, lengthBytes: 0 | 2 | 8): void {
    const complain = (rule: string) => {
      throw new Error(`the engine sent what it must not, ${rule}: ${describeFrame(frame)}`);
    };
    const { opcode, payload, fin, rsv } = frame;
    const control = opcode >= 8;
    if (masked !== (this.#options.from === "client")) complain("RFC 6455, 5.1 (masking)");
    if (!(Object.values(OPCODES) as number[]).includes(opcode)) complain("RFC 6455, 5.2 (opcode)");
    if (lengthBytes !== (payload.length < 126 ? 0 : payload.length < 0x10000 ? 2 : 8))
      complain("RFC 6455, 5.2 (length)");
    if (control && (!fin || payload.length > 125)) complain("RFC 6455, 5.5 (control frame)");
    const first = opcode === OPCODES.text || opcode === OPCODES.binary;
    if (rsv !== 0 && !(rsv === 4 && first && this.#options.deflate)) complain("RFC 6455, 5.2 (reserved bits)");
    if (control) return;
    if (first === this.#insideMessage) complain("RFC 6455, 5.4 (fragments)");
    this.#insideMessage = !fin;
  }
}
