/** One client that costs next to nothing: it counts the messages that come, answers pings, and can keep what it got. */

import type { Socket } from "node:net";
import { connect } from "node:net";
import { constants, inflateRawSync } from "node:zlib";
import { clientFrame, upgradeRequest } from "../support/raw-client.ts";

/** Where to connect, and how to speak. */
export interface MemberOptions {
  readonly port: number;
  readonly path: string;
  readonly localAddress?: string | undefined;
  /** Socket.IO's protocol inside of the messages. */
  readonly engineIo: boolean;
  /** Offers permessage-deflate, and takes no message that is not compressed. */
  readonly deflate: boolean;
  /** A message has come. Called once for a chunk, with how many it completed. */
  readonly heard: (messages: number) => void;
  /** It has ended, or got what it should not. */
  readonly failed: (error: Error) => void;
}

const TEXT = 0x81;
const COMPRESSED_TEXT = 0xc1;
const PING = 0x89;
const PONG = 0x8a;
const TAIL = Buffer.from([0, 0, 0xff, 0xff]);
const UNENDED = { finishFlush: constants.Z_SYNC_FLUSH };

/** All of them read into the same memory: a chunk is done with before the next one comes. */
const CHUNK = Buffer.allocUnsafeSlow(65_536);

/** Greets first: the 101, and what Socket.IO says after it; then counts. */
export class Member {
  readonly #options: MemberOptions;
  readonly #socket: Socket;
  /** What a counted message begins with; 0 while greeting, which no frame begins with. */
  #counted = 0;
  #state: "head" | "greeting" | "open" = "head";
  /** Bytes of a message that are still to come. */
  #missing = 0;
  /** The beginning of a frame, or of the head. */
  #rest: Buffer | undefined;
  #record: Buffer[] | undefined;
  #opened: () => void = () => {};

  constructor(options: MemberOptions) {
    const { port, path, localAddress, deflate, failed } = options;
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
    this.#socket.on("error", failed);
    this.#socket.once("close", () => failed(new Error(`${path} was closed`)));
    const fields = deflate ? ["Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"] : [];
    this.#socket.write(upgradeRequest(path, fields));
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

  /** Keeps the texts that come from now on; the function ends that and gives them. */
  record(): () => readonly string[] {
    const record: Buffer[] = [];
    this.#record = record;
    return () => {
      this.#record = undefined;
      return textsIn(Buffer.concat(record));
    };
  }

  /** By a reset, which leaves no port in TIME_WAIT. */
  close(): void {
    this.#socket.removeAllListeners("close");
    this.#socket.resetAndDestroy();
  }

  #read(bytes: Buffer, length: number): void {
    if (this.#state === "head") return this.#readHead(bytes.subarray(0, length));
    this.#record?.push(Buffer.from(bytes.subarray(0, length)));
    if (this.#rest !== undefined) {
      bytes = Buffer.concat([this.#rest, bytes.subarray(0, length)]);
      length = bytes.length;
      this.#rest = undefined;
    }
    let messages = 0;
    let at = this.#missing;
    if (at > length) {
      this.#missing = at - length;
      return;
    }
    if (at > 0) messages++;
    this.#missing = 0;
    while (at < length) {
      const first = bytes[at]!;
      const short = at + 1 < length ? bytes[at + 1]! : 127;
      const header = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (at + header > length) break;
      const size = short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : bytes.readUInt32BE(at + 6);
      const end = at + header + size;
      if (first === this.#counted && size > 1) {
        if (end <= length) messages++;
        else this.#missing = end - length;
      } else {
        if (end > length) break;
        this.#other(first, bytes.subarray(at + header, end));
      }
      at = end;
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
    const { engineIo, deflate, failed } = this.#options;
    if (!head.startsWith("HTTP/1.1 101 ")) return failed(new Error(head.slice(0, head.indexOf("\r\n"))));
    const agreed = /^sec-websocket-extensions:(.*)$/im.exec(head)?.[1] ?? "";
    if (deflate && !/permessage-deflate.*server_no_context_takeover/i.test(agreed)) {
      return failed(new Error(`asked for compression without takeover and got:${agreed}`));
    }
    this.#state = "greeting";
    if (!engineIo) this.#open();
    if (end + 4 < bytes.length) this.#read(bytes.subarray(end + 4), bytes.length - end - 4);
  }

  #open(): void {
    this.#state = "open";
    this.#counted = this.#options.deflate ? COMPRESSED_TEXT : TEXT;
    this.#opened();
  }

  /** A frame that is no message of the bench. */
  #other(first: number, payload: Buffer): void {
    const { engineIo, failed } = this.#options;
    if (first === PING) this.send(clientFrame(PONG, payload));
    else if (first === TEXT && engineIo && payload.toString() === "2") this.send(clientFrame(TEXT, Buffer.from("3")));
    else if (first === TEXT && engineIo && this.#state === "greeting") this.#greet(payload.toString());
    else failed(new Error(`got a frame that begins with 0x${first.toString(16)}: ${payload.toString().slice(0, 80)}`));
  }

  #greet(packet: string): void {
    if (packet.startsWith("0")) this.send(clientFrame(TEXT, Buffer.from("40")));
    else if (packet.startsWith("40")) this.#open();
  }
}

/** The messages in so many whole frames. */
function textsIn(bytes: Buffer): string[] {
  const texts: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const short = bytes[at + 1]!;
    const header = short < 126 ? 2 : short === 126 ? 4 : 10;
    const size = short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : bytes.readUInt32BE(at + 6);
    const payload = bytes.subarray(at + header, at + header + size);
    if (bytes[at] === COMPRESSED_TEXT) texts.push(inflateRawSync(Buffer.concat([payload, TAIL]), UNENDED).toString());
    else if (bytes[at] === TEXT && size > 1) texts.push(payload.toString());
    at += header + size;
  }
  return texts;
}
