/** The raw peer's own permessage-deflate (RFC 7692, 7.2), by zlib streams that keep their state as other peers' do. */

import type { DeflateRaw, InflateRaw } from "node:zlib";
import { constants, createDeflateRaw, createInflateRaw } from "node:zlib";

/** What was agreed on, as the answer of the opening handshake has it. */
export interface AgreedDeflate {
  readonly serverTakeover: boolean;
  readonly clientTakeover: boolean;
  readonly serverWindowBits: number;
  readonly clientWindowBits: number;
}

/** Reads the value of `Sec-WebSocket-Extensions` in a server's answer; null when there is none. */
export function readAgreement(answer: string): AgreedDeflate | null {
  if (answer === "") return null;
  const bits = (name: string) => Number(new RegExp(`${name}="?(\\d+)`).exec(answer)?.[1] ?? 15);
  return {
    serverTakeover: !answer.includes("server_no_context_takeover"),
    clientTakeover: !answer.includes("client_no_context_takeover"),
    serverWindowBits: bits("server_max_window_bits"),
    clientWindowBits: bits("client_max_window_bits"),
  };
}

/** Compresses and inflates as one end of a connection. */
export class RawDeflate {
  readonly #sends: { takeover: boolean; windowBits: number };
  readonly #receives: { takeover: boolean; windowBits: number };
  #deflate: DeflateRaw | null = null;
  #inflate: InflateRaw | null = null;

  constructor(role: "client" | "server", agreed: AgreedDeflate) {
    const server = { takeover: agreed.serverTakeover, windowBits: agreed.serverWindowBits };
    const client = { takeover: agreed.clientTakeover, windowBits: agreed.clientWindowBits };
    this.#sends = role === "server" ? server : client;
    this.#receives = role === "server" ? client : server;
  }

  /** RFC 7692, 7.2.1: compressed, flushed, and without the four bytes of the tail. */
  async compress(payload: Uint8Array): Promise<Buffer> {
    const { takeover, windowBits } = this.#sends;
    // zlib has no raw window of 8 bits; with 9 it looks back 250 bytes at most.
    this.#deflate ??= createDeflateRaw({ windowBits: Math.max(9, windowBits), level: 1 });
    const flushed = await pass(this.#deflate, [payload]);
    if (!takeover) this.#deflate = this.#end(this.#deflate);
    return flushed.subarray(0, -4);
  }

  /** RFC 7692, 7.2.2: inflated, with the tail put back. A distance beyond the agreed window is an error. */
  async inflate(payload: Uint8Array): Promise<Buffer> {
    const { takeover, windowBits } = this.#receives;
    // zlib checks distances against the window only for what has left its output buffer: so that is small.
    const chunkSize = windowBits < 15 ? 2 ** windowBits : 65_536;
    this.#inflate ??= createInflateRaw({ windowBits, chunkSize });
    const inflated = await pass(this.#inflate, [payload, Buffer.of(0, 0, 0xff, 0xff)]);
    if (!takeover) this.#inflate = this.#end(this.#inflate);
    return inflated;
  }

  close(): void {
    this.#deflate = this.#end(this.#deflate);
    this.#inflate = this.#end(this.#inflate);
  }

  #end(stream: DeflateRaw | InflateRaw | null): null {
    stream?.destroy();
    return null;
  }
}

/** Puts bytes through a zlib stream, up to a flush, and gives what came out. */
function pass(stream: DeflateRaw | InflateRaw, pieces: readonly Uint8Array[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const output: Buffer[] = [];
    const collect = (chunk: Buffer) => output.push(chunk);
    const settle = (act: () => void) => {
      stream.off("data", collect);
      stream.off("error", fail);
      act();
    };
    const fail = (error: Error) => settle(() => reject(error));
    stream.on("data", collect);
    stream.once("error", fail);
    for (const piece of pieces) stream.write(piece);
    stream.flush(constants.Z_SYNC_FLUSH, () => settle(() => resolve(Buffer.concat(output))));
  });
}
