/** A WebSocket client over bare TCP for tests: the handshake is text, frames are bytes, and it ends in any way there is. */

import type { Socket } from "node:net";
import { connect } from "node:net";
import { onTestFinished } from "vitest";
import { Condition } from "./condition.ts";
import type { ReadFrame } from "./frames.ts";
import { frame, readFrames } from "./frames.ts";

/** What an opening handshake may have beside what it has to. */
export interface UpgradeHead {
  /** @default "/ws" */
  readonly target?: string;
  /** @default "localhost" */
  readonly host?: string;
  /** Lines `Name: value`, behind the others. */
  readonly extra?: readonly string[];
  /** @default "13" */
  readonly version?: string;
  /** @default that of RFC 6455, 1.3 */
  readonly key?: string;
}

/** The head of an opening handshake, whole and right unless told otherwise. */
export function upgradeHead({ target = "/ws", host = "localhost", extra = [], ...own }: UpgradeHead = {}): string {
  const { version = "13", key = "dGhlIHNhbXBsZSBub25jZQ==" } = own;
  const fields = [`Host: ${host}`, "Upgrade: websocket", "Connection: Upgrade", `Sec-WebSocket-Key: ${key}`];
  return [`GET ${target} HTTP/1.1`, ...fields, `Sec-WebSocket-Version: ${version}`, ...extra, "", ""].join("\r\n");
}

/** An HTTP response. */
export interface HttpAnswer {
  readonly status: number;
  /** By names in lower case; values of the same name are joined with ", ". */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** What the test says a frame is: text, the code and reason of a Close frame, or an opcode and its bytes. */
export type Said = string | { readonly code: number; readonly reason: string } | ReadFrame;

/** One TCP connection. */
export class RawTcp {
  readonly socket: Socket;
  /** Resolves when the connection is over in both directions. */
  readonly closed: Promise<void>;
  /** Whether the server has sent its FIN, or has reset the connection. */
  serverEnded = false;
  /** What has come and was not read as HTTP or as frames. */
  #unread: Buffer = Buffer.alloc(0);
  readonly #read: Buffer[] = [];
  readonly #came = new Condition();

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#unread = Buffer.concat([this.#unread, chunk]);
      this.#came.changed();
    });
    socket.on("error", () => {});
    for (const end of ["end", "close"]) {
      socket.on(end, () => {
        this.serverEnded = true;
        this.#came.changed();
      });
    }
    this.closed = new Promise((resolve) => socket.on("close", () => resolve()));
    onTestFinished(() => void socket.destroy());
  }

  /** All bytes that have come, a character for a byte. */
  get text(): string {
    return Buffer.concat([...this.#read, this.#unread]).toString("latin1");
  }

  /** Sends characters, a byte for each, or bytes. */
  write(data: string | Uint8Array): void {
    this.socket.write(typeof data === "string" ? Buffer.from(data, "latin1") : data);
  }

  /** Sends a frame, masked as a client has to. */
  frame(opcode: number, payload: Uint8Array | string = ""): void {
    const bytes = typeof payload === "string" ? Buffer.from(payload) : payload;
    this.write(frame({ opcode, payload: bytes, key: MASK }));
  }

  /** Sends a text message. */
  say(text: string): void {
    this.frame(0x1, text);
  }

  /** Sends a Close frame; without a code, an empty one. */
  close(code?: number, reason = ""): void {
    const head = code === undefined ? [] : [code >> 8, code & 0xff];
    this.frame(0x8, Buffer.concat([Uint8Array.from(head), Buffer.from(reason)]));
  }

  /** Sends a FIN, and keeps reading. */
  fin(): void {
    this.socket.end();
  }

  /** Resets the connection. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  /** The next HTTP response, with its body as long as `Content-Length` says. */
  async answer(): Promise<HttpAnswer> {
    const size = await this.#until("HTTP response", () => {
      const end = this.#unread.indexOf("\r\n\r\n");
      return end === -1 ? undefined : end + 4;
    });
    const [startLine = "", ...lines] = this.#take(size).toString("latin1").trimEnd().split("\r\n");
    const headers = new Map<string, string>();
    for (const line of lines) {
      const [, name = "", value = ""] = /^([^:]+): ?(.*)$/.exec(line) ?? [];
      const before = headers.get(name.toLowerCase());
      headers.set(name.toLowerCase(), before === undefined ? value : `${before}, ${value}`);
    }
    const length = Number(headers.get("content-length") ?? 0);
    await this.#until("body of the response", () => (this.#unread.length >= length ? true : undefined));
    const body = this.#take(length).toString("utf8");
    return { status: Number(startLine.split(" ")[1]), headers, body };
  }

  /** The next frame. */
  nextFrame(): Promise<ReadFrame> {
    return this.#until("frame", () => {
      const size = sizeOfFrame(this.#unread);
      return size === undefined ? undefined : readFrames(this.#take(size))[0];
    });
  }

  /** The next frame, in words: the text of a message, the code and reason of a Close frame. */
  async next(): Promise<Said> {
    const came = await this.nextFrame();
    const { opcode, payload } = came;
    if (opcode === 0x1) return Buffer.from(payload).toString();
    if (opcode !== 0x8) return came;
    if (payload.length === 0) return { code: 1005, reason: "" };
    return { code: payload[0]! * 256 + payload[1]!, reason: Buffer.from(payload.subarray(2)).toString() };
  }

  /** All that came behind what was read, once the server has ended the connection. */
  async rest(): Promise<string> {
    await this.#until("end of the connection", () => this.serverEnded || undefined);
    return this.#unread.toString("latin1");
  }

  #take(size: number): Buffer {
    const taken = this.#unread.subarray(0, size);
    this.#unread = this.#unread.subarray(size);
    this.#read.push(taken);
    return taken;
  }

  #until<Value>(what: string, look: () => Value | undefined): Promise<Value> {
    return this.#came.until(what, () => {
      const found = look();
      if (found === undefined && this.serverEnded) throw new Error(`no ${what}, but the end, after ${this.text}`);
      return found;
    });
  }
}

/** Connects to 127.0.0.1; keeps its own side open when the server has ended its own. */
export function rawTcp(port: number): RawTcp {
  return new RawTcp(connect({ port, host: "127.0.0.1", allowHalfOpen: true }));
}

/** Connects and asks for a WebSocket. */
export function rawUpgrade(port: number, head: UpgradeHead | string = {}): RawTcp {
  const client = rawTcp(port);
  client.write(upgradeHead(typeof head === "string" ? { target: head } : head));
  return client;
}

/** Connects, and has a WebSocket; fails if the server does not open it. */
export async function rawOpen(port: number, head: UpgradeHead | string = {}): Promise<RawTcp> {
  const client = rawUpgrade(port, head);
  const { status, body } = await client.answer();
  if (status !== 101) throw new Error(`status ${status}, not 101: ${body}`);
  return client;
}

/** The answer to a handshake. */
export function rawAnswer(port: number, head: UpgradeHead | string = {}): Promise<HttpAnswer> {
  return rawUpgrade(port, head).answer();
}

const MASK = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);

/** The size of the first frame, if all of it has come. */
function sizeOfFrame(bytes: Uint8Array): number | undefined {
  if (bytes.length < 2) return undefined;
  const short = bytes[1]! & 0x7f;
  const head = 2 + (short < 126 ? 0 : short === 126 ? 2 : 8);
  if (bytes.length < head) return undefined;
  const size = short < 126 ? short : bytes.subarray(2, head).reduce((sum, byte) => sum * 256 + byte, 0);
  return bytes.length < head + size ? undefined : head + size;
}
