/** One client that costs next to nothing: it looks at the header of every frame that comes, and can keep what it got. */

import type { Socket } from "node:net";
import { connect } from "node:net";
import { clientFrame, upgradeRequest } from "../support/raw-client.ts";
import type { DialectName, Script } from "./dialect.ts";
import { CLOSE, COMPRESSED, frameAt, messagesIn, PING, PONG, payloadOf, TEXT } from "./frames.ts";
import type { Payload } from "./payloads.ts";

/** Where to connect, how to speak, and who hears of it. */
export interface ClientOptions {
  readonly port: number;
  readonly localAddress: string | undefined;
  readonly dialect: DialectName;
  /** Offers permessage-deflate without takeover on either side, and takes no message that is not compressed. */
  readonly deflate: boolean;
  readonly script: Script;
  /** Called once for a chunk, with how many messages it completed. */
  readonly heard: (messages: number) => void;
  /** It has ended, or got what it should not. */
  readonly failed: (error: Error) => void;
}

const PATHS: Readonly<Record<DialectName, string>> = {
  plain: "/bench",
  "socket.io": "/socket.io/?EIO=4&transport=websocket",
};

const OFFER = "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover; server_no_context_takeover";
const GOODBYE = clientFrame(CLOSE, Buffer.from([3, 232]));

/** All of them read into the same memory: a chunk is done with before the next one comes. */
const CHUNK = Buffer.allocUnsafeSlow(262_144);

/** Greets first: the 101, and what Socket.IO says after it; then counts; then may say goodbye. */
export class Client {
  readonly #options: ClientOptions;
  readonly #socket: Socket;
  #state: "head" | "greeting" | "open" | "leaving" | "gone" = "head";
  /** Bytes of a counted message that are still to come. */
  #missing = 0;
  /** The beginning of a frame, or of the head. */
  #rest: Buffer | undefined;
  #record: Buffer[] | undefined;
  #opened: () => void = () => {};
  #left: () => void = () => {};

  constructor(options: ClientOptions) {
    const { port, localAddress, dialect, deflate } = options;
    this.#options = options;
    this.#socket = connect({
      port,
      host: "127.0.0.1",
      noDelay: true,
      ...(localAddress && { localAddress }),
      onread: {
        buffer: CHUNK,
        callback: (length, chunk) => {
          this.#read(chunk as Buffer, length);
          return true;
        },
      },
    });
    this.#socket.on("error", (error) => this.#ended(error));
    this.#socket.once("close", () => this.#ended(new Error("the server ended a connection")));
    this.#socket.write(upgradeRequest(PATHS[dialect], deflate ? [OFFER] : []));
  }

  /** Resolves when it takes part. */
  opened(): Promise<void> {
    return new Promise((resolve) => {
      this.#opened = resolve;
      if (this.#state === "open") resolve();
    });
  }

  send(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Keeps the messages that come from now on; the function ends that and gives them. */
  record(): () => readonly Payload[] {
    const record: Buffer[] = [];
    this.#record = record;
    return () => {
      this.#record = undefined;
      return messagesIn(Buffer.concat(record));
    };
  }

  /** Closes as clients should; resolves when the server has answered. */
  leave(): Promise<void> {
    this.#state = "leaving";
    this.#socket.write(GOODBYE);
    return new Promise((resolve) => {
      this.#left = resolve;
    });
  }

  /** By a reset, which leaves no port in TIME_WAIT. */
  close(): void {
    this.#state = "gone";
    this.#socket.resetAndDestroy();
  }

  #ended(error: Error): void {
    if (this.#state === "leaving") this.#leave();
    else if (this.#state !== "gone") this.#options.failed(error);
  }

  #leave(): void {
    this.close();
    this.#left();
  }

  #read(bytes: Buffer, length: number): void {
    if (this.#state === "head") return this.#readHead(bytes.subarray(0, length));
    this.#record?.push(Buffer.from(bytes.subarray(0, length)));
    if (this.#rest !== undefined) {
      bytes = Buffer.concat([this.#rest, bytes.subarray(0, length)]);
      length = bytes.length;
      this.#rest = undefined;
    }
    let at = this.#missing;
    if (at > length) {
      this.#missing = at - length;
      return;
    }
    let messages = at > 0 ? 1 : 0;
    this.#missing = 0;
    const { counted, size } = this.#options.script;
    const counts = this.#state === "open";
    while (at < length) {
      // The same as `frameAt`, for the many; it would make an object of each.
      const short = at + 1 < length ? bytes[at + 1]! : 127;
      const header = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (at + header > length) break;
      const payload = short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : bytes.readUInt32BE(at + 6);
      if (!counts || bytes[at] !== counted || (size !== 0 && payload !== size)) {
        const frame = frameAt(bytes, at, length)!;
        if (frame.end > length) break;
        this.#other(bytes[at]!, bytes.subarray(frame.start, frame.end));
      } else {
        if (at + header + payload <= length) messages++;
        else this.#missing = at + header + payload - length;
      }
      at += header + payload;
    }
    if (at < length) this.#rest = Buffer.from(bytes.subarray(at, length));
    if (messages > 0) this.#options.heard(messages);
  }

  #readHead(chunk: Buffer): void {
    const bytes = this.#rest === undefined ? Buffer.from(chunk) : Buffer.concat([this.#rest, chunk]);
    const end = bytes.indexOf("\r\n\r\n");
    this.#rest = end === -1 ? bytes : undefined;
    if (end === -1) return;
    const head = bytes.toString("latin1", 0, end);
    const { dialect, deflate, failed } = this.#options;
    if (!head.startsWith("HTTP/1.1 101 ")) return failed(new Error(head.slice(0, head.indexOf("\r\n"))));
    const agreed = /^sec-websocket-extensions:(.*)$/im.exec(head)?.[1] ?? "";
    if (deflate && !/permessage-deflate.*server_no_context_takeover/i.test(agreed)) {
      return failed(new Error(`asked for compression without takeover and got: ${agreed.trim() || "none"}`));
    }
    this.#state = "greeting";
    if (dialect === "plain") this.#open();
    if (end + 4 < bytes.length) this.#read(bytes.subarray(end + 4), bytes.length - end - 4);
  }

  #open(): void {
    this.#state = "open";
    this.#opened();
  }

  /** A frame that does not count. */
  #other(first: number, payload: Buffer): void {
    if (first === PING) return this.send(clientFrame(PONG, payload));
    if (first === CLOSE && this.#state === "leaving") return this.#leave();
    const { dialect, script, failed } = this.#options;
    const text = (first & ~COMPRESSED) === TEXT ? String(payloadOf(first, payload)) : undefined;
    if (text !== undefined && text === script.announced) return;
    if (text !== undefined && dialect === "socket.io") {
      if (text === "2") return this.send(clientFrame(TEXT, Buffer.from("3")));
      if (this.#state === "greeting" && text.startsWith("0")) return this.send(clientFrame(TEXT, Buffer.from("40")));
      if (this.#state === "greeting" && text.startsWith("40")) return this.#open();
    }
    const said = (text ?? payload.toString("latin1")).slice(0, 80);
    failed(new Error(`got a frame of ${payload.length} bytes that begins with 0x${first.toString(16)}: ${said}`));
  }
}
