/** A client that comes, may say something, and goes: over a bare socket, with a check of all that comes back. */

import type { Socket } from "node:net";
import { connect } from "node:net";
import type { DialectName } from "../load/dialect.ts";
import { CLOSE, frameAt, PING, PONG, payloadOf, TEXT } from "../load/frames.ts";
import type { Payload } from "../load/payloads.ts";
import { clientFrame, upgradeRequest } from "../support/raw-client.ts";

/** Whom to visit. */
export interface Target {
  readonly port: number;
  readonly dialect: DialectName;
  /** Offers permessage-deflate without takeover on either side. */
  readonly deflate: boolean;
}

/** The other side did not take what was offered. */
export class NotAgreedError extends Error {
  override readonly name = "NotAgreedError";
}

/** One connection. It answers pings, so that nobody takes it for dead. */
export class Visit {
  readonly #socket: Socket;
  readonly #target: Target;
  #state: "upgrading" | "greeting" | "open" | "leaving" | "left" = "upgrading";
  #heard: Buffer = NOTHING;
  #expected: Payload | undefined;
  #wasClosed = false;
  #resolve: () => void = () => {};
  #reject: (error: Error) => void = () => {};

  private constructor(target: Target, localAddress: string | undefined) {
    this.#target = target;
    const { port } = target;
    const socket = connect({ port, host: "127.0.0.1", noDelay: true, ...(localAddress && { localAddress }) });
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#onClose());
    socket.on("data", (chunk) => this.#onData(chunk));
    this.#socket = socket;
  }

  /** Resolves when the connection is open, and for Socket.IO when its own greeting is done. */
  static enter(target: Target, localAddress: string | undefined): Promise<Visit> {
    const visit = new Visit(target, localAddress);
    visit.#socket.write(requestOf(target));
    return new Promise((resolve, reject) => {
      visit.#resolve = () => resolve(visit);
      visit.#reject = reject;
    });
  }

  /** Nobody has ended it. */
  get isOpen(): boolean {
    return this.#state === "open";
  }

  /** Sends a message; resolves when the one that is expected has come, and rejects if another one does. */
  talk(frame: Buffer, expected: Payload): Promise<void> {
    this.#expected = expected;
    this.#socket.write(frame);
    return this.#next();
  }

  /** Resolves when the server has answered with a close frame and has closed. */
  leave(): Promise<void> {
    this.#state = "leaving";
    this.#socket.write(GOODBYE);
    return this.#next();
  }

  /** Goes without a word: by a reset, which leaves no port in TIME_WAIT. */
  vanish(): void {
    this.#state = "left";
    this.#socket.resetAndDestroy();
  }

  #next(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  #onData(chunk: Buffer): void {
    this.#heard = this.#heard.length === 0 ? chunk : Buffer.concat([this.#heard, chunk]);
    if (this.#state === "upgrading" && !this.#readHead()) return;
    let at = 0;
    for (let frame = frameAt(this.#heard, at, this.#heard.length); frame !== null; ) {
      if (frame.end > this.#heard.length) break;
      this.#onFrame(this.#heard[at]!, this.#heard.subarray(frame.start, frame.end));
      at = frame.end;
      frame = frameAt(this.#heard, at, this.#heard.length);
    }
    this.#heard = at === this.#heard.length ? NOTHING : this.#heard.subarray(at);
  }

  /** Whether the head has come, and is right. */
  #readHead(): boolean {
    const end = this.#heard.indexOf("\r\n\r\n");
    if (end === -1) return false;
    const fault = faultOf(this.#heard.toString("latin1", 0, end + 2), this.#target.deflate);
    this.#heard = this.#heard.subarray(end + 4);
    if (fault !== undefined) {
      this.#fail(fault);
      return false;
    }
    if (this.#target.dialect === "socket.io") {
      this.#state = "greeting";
      this.#socket.write(HELLO);
    } else {
      this.#state = "open";
      this.#resolve();
    }
    return true;
  }

  #onFrame(first: number, bytes: Buffer): void {
    if (first === PING) this.#socket.write(clientFrame(PONG, bytes));
    if (first === CLOSE) this.#wasClosed = true;
    const payload = payloadOf(first, bytes);
    if (payload === null) return;
    if (this.#state === "greeting") {
      // Packets of its own come before that.
      if (typeof payload !== "string" || !payload.startsWith('40{"sid"')) return;
      this.#state = "open";
      this.#resolve();
      return;
    }
    if (payload === this.#expected) this.#resolve();
    else this.#fail(new Error(`${this.#expected ?? "nothing"} was to come, and ${payload} did`));
    this.#expected = undefined;
  }

  #onClose(): void {
    if (this.#state === "leaving" && this.#wasClosed) this.#resolve();
    else if (this.#state !== "left") this.#fail(new Error(`closed while ${this.#state}`));
    this.#state = "left";
  }

  #fail(error: Error): void {
    this.#state = "left";
    this.#reject(error);
    this.#socket.destroy();
  }
}

/** Each has some 28,000 ports: `127.7.2.5`. Undefined where the system has but one. */
export function localAddress(at: number): string | undefined {
  return process.platform === "linux" ? `127.7.${Math.floor(at / 250) % 250}.${2 + (at % 250)}` : undefined;
}

const NOTHING: Buffer = Buffer.alloc(0);
const GOODBYE = clientFrame(CLOSE, Buffer.from([0x03, 0xe8]));
/** Socket.IO's wish to join its main namespace. */
const HELLO = clientFrame(TEXT, Buffer.from("40"));
const OFFER = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

function requestOf({ dialect, deflate }: Target): string {
  const path = dialect === "socket.io" ? "/socket.io/?EIO=4&transport=websocket" : "/";
  return upgradeRequest(path, deflate ? [`Sec-WebSocket-Extensions: ${OFFER}`] : []);
}

/** What is wrong with the head of an answer. */
function faultOf(head: string, deflate: boolean): Error | undefined {
  if (!head.startsWith("HTTP/1.1 101 ")) return new Error(`answered ${head.slice(0, head.indexOf("\r\n"))}`);
  if (!/^Sec-WebSocket-Accept: *s3pPLMBiTxaQ9kYGzzhZRbK\+xOo= *\r$/im.test(head))
    return new Error("a wrong accept key");
  const agreed = /^Sec-WebSocket-Extensions:(.*)\r$/im.exec(head)?.[1] ?? "";
  const isAgreed = agreed.includes("permessage-deflate") && agreed.includes("server_no_context_takeover");
  if (deflate && !isAgreed) return new NotAgreedError("compression without takeover is not agreed to");
  return undefined;
}
