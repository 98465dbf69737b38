/** One client's connection: a TCP socket with frames read and written by hand, so that a process can hold a thousand. */

import type { Socket } from "node:net";
import { clientFrame, openRaw } from "../../bench/support/raw-client.ts";

/** Who hears of it. */
export interface LineListener {
  lineOnText(text: string): void;
  /** It has ended; `why` tells what the server sent in a Close frame, if it did, or what broke. */
  lineOnEnd(why: string): void;
}

const TEXT = 0x81;
const CLOSE = 0x88;
const PING = 0x89;
const PONG = 0x8a;

/** Open from the start. */
export class Line {
  readonly #socket: Socket;
  readonly #listener: LineListener;
  /** The beginning of a frame. */
  #rest: Buffer | undefined;
  #why = "no Close frame";
  #saidGoodbye = false;

  private constructor(socket: Socket, listener: LineListener) {
    this.#socket = socket;
    this.#listener = listener;
    socket.removeAllListeners("error");
    socket.on("error", (error) => {
      this.#why = error.message;
    });
    socket.once("close", () => listener.lineOnEnd(this.#why));
    socket.on("data", (bytes: Buffer) => this.#read(bytes));
    socket.resume();
  }

  /** Resolves when the handshake is through; rejects when it fails. */
  static async open(port: number, listener: LineListener): Promise<Line> {
    return new Line(await openRaw({ port, path: "/" }), listener);
  }

  send(text: string): void {
    this.#socket.write(clientFrame(TEXT, Buffer.from(text)));
  }

  /** Says goodbye; the server ends the connection. */
  close(): void {
    this.#saidGoodbye = true;
    this.#socket.write(clientFrame(CLOSE, Buffer.from([1000 >>> 8, 1000 & 255])));
  }

  /** As if the machine had lost its power. */
  vanish(): void {
    this.#socket.resetAndDestroy();
  }

  #read(chunk: Buffer): void {
    const bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (at + 2 <= bytes.length) {
      const short = bytes[at + 1]!;
      const header = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (at + header > bytes.length) break;
      const size = short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : bytes.readUInt32BE(at + 6);
      const end = at + header + size;
      if (end > bytes.length) break;
      this.#take(bytes[at]!, bytes.subarray(at + header, end));
      at = end;
    }
    this.#rest = at < bytes.length ? bytes.subarray(at) : undefined;
  }

  #take(first: number, payload: Buffer): void {
    if (first === TEXT) this.#listener.lineOnText(payload.toString());
    else if (first === PING) this.#socket.write(clientFrame(PONG, payload));
    else if (first === CLOSE) {
      this.#why = payload.length < 2 ? "no code" : `${payload.readUInt16BE(0)} ${payload.toString("utf8", 2)}`;
      if (this.#saidGoodbye) this.#socket.end();
      else this.#socket.end(clientFrame(CLOSE, payload));
    }
  }
}
