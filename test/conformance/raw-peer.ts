/** One raw end of a WebSocket: writes any frames, reads the engine's strictly, and waits with a deadline. */

import type { Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { FrameReader } from "./frame-reader.ts";
import type { Frame } from "./frames.ts";
import { describeFrame, encodeFrame, fragments, OPCODES } from "./frames.ts";
import type { AgreedDeflate } from "./raw-deflate.ts";
import { RawDeflate } from "./raw-deflate.ts";

/** How the TCP connection stands: `ended` by the engine's FIN, `closed` both ways, or `broken` by an error or a reset. */
export type TcpState = "open" | "ended" | "closed" | "broken";

/** What the opening handshake left. */
export interface RawPeerOptions {
  /** Our role: the engine has the other one. */
  readonly role: "client" | "server";
  readonly deflate: AgreedDeflate | null;
  /** The bytes that came behind the head of the handshake. */
  readonly rest: Buffer;
}

/** How long a wait lasts before it fails, in milliseconds. */
export const DEADLINE = 10_000;

/** The raw peer of one engine. Messages come whole and inflated; control frames as they are. */
export class RawPeer {
  readonly role: "client" | "server";
  /** What has come, in order. */
  readonly received: Frame[] = [];
  readonly reader: FrameReader;
  tcp: TcpState = "open";
  readonly #socket: Socket;
  readonly #deflate: RawDeflate | null;
  #parts: Frame[] = [];
  #trouble: Error | undefined;
  #reading: Promise<void> = Promise.resolve();
  #onChange: () => void = () => {};

  constructor(socket: Socket, { role, deflate, rest }: RawPeerOptions) {
    this.role = role;
    this.#socket = socket;
    this.#deflate = deflate === null ? null : new RawDeflate(role, deflate);
    this.reader = new FrameReader({ from: role === "client" ? "server" : "client", deflate: deflate !== null });
    socket.setNoDelay(true);
    socket.on("error", (error) => this.#fail(error));
    socket.on("end", () => this.#then(() => this.#end("ended")));
    socket.on("close", (hadError) => this.#then(() => this.#end(hadError ? "broken" : "closed")));
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    this.#read(rest);
  }

  /** Sends frames in one write. */
  send(...frames: readonly Frame[]): Promise<void> {
    return this.write(Buffer.concat(frames.map((frame) => this.encode(frame))));
  }

  /** Sends a message compressed, in fragments of `size` bytes. */
  async sendCompressed(message: Frame, size: number): Promise<void> {
    const payload = await this.#deflate!.compress(message.payload);
    await this.send(...fragments({ ...message, rsv: 4, payload }, size));
  }

  encode(frame: Frame): Buffer {
    return encodeFrame(frame, this.role);
  }

  /** Writes bytes, and lets the event loop turn until they have left; errors show in `tcp`. */
  async write(bytes: Uint8Array): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.write(bytes, () => resolve()));
  }

  /** Writes bytes in pieces of `size`, each in a turn of its own: the engine reads them one by one. */
  async writeChopped(bytes: Uint8Array, size: number): Promise<void> {
    for (let at = 0; at < bytes.length; at += size) {
      await this.write(bytes.subarray(at, at + size));
      await turn();
    }
  }

  /** Reads nothing until `resume`: what the engine sends waits in the kernel. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Resets TCP, as the death of a peer does. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  /** Ends our half of TCP. */
  end(): void {
    this.#socket.end();
  }

  /** Drops TCP at once. */
  destroy(): void {
    this.#socket.destroy();
    this.#deflate?.close();
  }

  /** Waits until so many frames have come, a Close frame has, or TCP has ended. */
  receive(count: number): Promise<void> {
    return this.#until(`${count} frames`, () => this.received.length >= count || this.closeFrame !== undefined);
  }

  /** Waits until the engine has ended its half of TCP. */
  async receiveEnd(): Promise<void> {
    await this.#until("the end of TCP from the engine", () => this.tcp !== "open");
  }

  /** Waits until TCP has ended both ways. */
  async receiveClosed(): Promise<void> {
    await this.#until("TCP to be closed both ways", () => this.tcp === "closed" || this.tcp === "broken");
  }

  /** The engine's Close frame, when it has come. */
  get closeFrame(): Frame | undefined {
    const latest = this.received.at(-1);
    return latest?.opcode === OPCODES.close ? latest : undefined;
  }

  /** Lets the event loop turn a few times: what the engine does of itself, it has done by then. */
  async quiet(): Promise<void> {
    for (let i = 0; i < 8; i++) await turn();
    await this.#reading;
    if (this.#trouble !== undefined) throw this.#trouble;
  }

  /** What has come, in a line each, and how TCP stands. */
  describe(): string {
    const frames = this.received.slice(-20).map((frame) => `  ${describeFrame(frame)}`);
    const rest = this.reader.rest.length === 0 ? "" : `\n  and ${this.reader.rest.length} B of an unfinished frame`;
    return `${this.received.length} frames had come, TCP is ${this.tcp}\n${frames.join("\n")}${rest}`;
  }

  async #until(what: string, isSo: () => boolean): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        const over = () => reject(new Error(`waited ${DEADLINE} ms for ${what}; ${this.describe()}`));
        timer = setTimeout(over, DEADLINE);
        this.#onChange = () => {
          if (this.#trouble !== undefined) reject(this.#trouble);
          else if (isSo() || this.tcp === "closed" || this.tcp === "broken") resolve();
        };
        this.#onChange();
      });
      if (!isSo()) throw new Error(`TCP ended while waiting for ${what}; ${this.describe()}`);
    } finally {
      clearTimeout(timer);
      this.#onChange = () => {};
    }
  }

  #read(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#then(async () => {
      for (const frame of this.reader.push(chunk)) await this.#take(frame);
      this.#onChange();
    });
  }

  async #take(frame: Frame): Promise<void> {
    if (frame.opcode >= OPCODES.close) return void this.received.push(frame);
    this.#parts.push(frame);
    if (!frame.fin) return;
    const [first] = this.#parts;
    const joined = Buffer.concat(this.#parts.map(({ payload }) => payload));
    this.#parts = [];
    const payload = first!.rsv === 0 ? joined : await this.#deflate!.inflate(joined);
    this.received.push({ opcode: first!.opcode, fin: true, rsv: 0, payload });
  }

  /** What comes is worked off in order, though inflating takes a while. */
  #then(act: () => void | Promise<void>): void {
    this.#reading = this.#reading.then(act).catch((error: Error) => this.#fail(error));
  }

  #end(state: TcpState): void {
    if (this.tcp !== "broken") this.tcp = state;
    this.#onChange();
  }

  #fail(error: Error): void {
    this.#trouble ??= new Error(`${error.message}; ${this.describe()}`, { cause: error });
    this.tcp = "broken";
    this.#onChange();
  }
}
