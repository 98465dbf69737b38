/** Real clients for the tests of the host: bare TCP and TLS, HTTP/2, and the package `ws`. */

import { readFileSync } from "node:fs";
import type { ClientHttp2Session, IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http2";
import { connect as connectHttp2 } from "node:http2";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { onTestFinished } from "vitest";
import type { ClientOptions } from "ws";
import { WebSocket } from "ws";
import { Inbox } from "../../support/inbox.ts";
import { within } from "../../support/within.ts";

/** A certificate for localhost and its key. For tests only: anybody can read them here. */
export const CERT = readFileSync(new URL("../../support/tls/cert.pem", import.meta.url), "utf8");
export const KEY = readFileSync(new URL("../../support/tls/key.pem", import.meta.url), "utf8");

/** The head of an opening handshake, with the key of RFC 6455, 1.3. */
export function upgradeHead(target = "/", extra: readonly string[] = []): string {
  const fields = ["Host: localhost", "Upgrade: websocket", "Connection: Upgrade", `Sec-WebSocket-Key: ${NONCE}`];
  return [`GET ${target} HTTP/1.1`, ...fields, "Sec-WebSocket-Version: 13", ...extra, "", ""].join("\r\n");
}

const NONCE = "dGhlIHNhbXBsZSBub25jZQ==";

/** A TCP connection that keeps all it is sent. */
export class RawClient {
  readonly socket: Socket;
  /** Pieces as TCP brought them. */
  readonly chunks = new Inbox<string>();
  /** All that came, at the end of the connection. */
  readonly all: Promise<string>;
  /** What has come so far, a character for a byte. */
  text = "";

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding("latin1");
    socket.on("error", () => {});
    socket.on("data", (chunk: string) => {
      this.text += chunk;
      this.chunks.push(chunk);
    });
    this.all = new Promise((resolve) => socket.on("close", () => resolve(this.text)));
    onTestFinished(() => void socket.destroy());
  }

  write(text: string | Uint8Array): void {
    this.socket.write(text);
  }

  /** All that came, once the other side has ended the connection. */
  ended(what = "end of the connection", milliseconds = 5_000): Promise<string> {
    return within(this.all, what, milliseconds);
  }
}

/** Connects. `allowHalfOpen`: keeps its own side open when the other side has ended. */
export function tcp(port: number, allowHalfOpen = false): RawClient {
  return new RawClient(connect({ port, host: "127.0.0.1", allowHalfOpen }));
}

/** The same over TLS; any certificate will do. */
export function tls(where: number | string, protocols: string[] = ["http/1.1"]): RawClient {
  const place = typeof where === "number" ? { port: where, host: "127.0.0.1" } : { path: where };
  const options = { servername: "localhost", rejectUnauthorized: false, ALPNProtocols: protocols };
  return new RawClient(connectTls({ ...place, ...options }));
}

/** A WebSocket of the package `ws`, and what it was sent. */
export class WsClient {
  readonly socket: WebSocket;
  readonly messages = new Inbox<string>();
  /** The close code, or the status of a refusal. */
  readonly end: Promise<number>;

  constructor(url: string, options: ClientOptions = {}, protocols: string[] = []) {
    this.socket = new WebSocket(url, protocols, { rejectUnauthorized: false, ...options });
    this.socket.on("message", (data) => this.messages.push(String(data)));
    this.end = new Promise((resolve) => {
      this.socket.on("close", (code) => resolve(code));
      this.socket.on("unexpected-response", (_request, response) => resolve(response.statusCode ?? 0));
    });
    this.socket.on("error", () => {});
    onTestFinished(() => this.socket.terminate());
  }

  next(): Promise<string> {
    return this.messages.next("message", 5_000);
  }

  ended(): Promise<number> {
    return within(this.end, "end of the WebSocket", 5_000);
  }
}

/**
 * An HTTP/2 session whose settings have come. The server ends it: in Node 20, a client that destroys a session with an open
 * stream, after another was refused, never comes back from the call.
 */
export async function http2(url: string): Promise<ClientHttp2Session> {
  const session = connectHttp2(url, { rejectUnauthorized: false });
  session.on("error", () => {});
  await within(new Promise((resolve) => session.once("remoteSettings", resolve)), "HTTP/2 settings", 5_000);
  return session;
}

/** An extended CONNECT for a WebSocket (RFC 8441, 5.1). */
export function http2Upgrade(path: string, extra: OutgoingHttpHeaders = {}): OutgoingHttpHeaders {
  const pseudo = { ":method": "CONNECT", ":protocol": "websocket", ":scheme": "https", ":path": path };
  return { ...pseudo, ":authority": "example.com", "sec-websocket-version": "13", ...extra };
}

/** Sends a request, and gives the response's headers and whole body, or what has come when `until` is in it. */
export function http2Request(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
  until?: string,
): Promise<{ headers: IncomingHttpHeaders; body: string }> {
  const stream = session.request(headers, { endStream: headers[":method"] !== "CONNECT" });
  let answer: IncomingHttpHeaders = {};
  let body = "";
  stream.setEncoding("latin1");
  stream.on("error", () => {});
  stream.on("response", (received) => {
    answer = received;
  });
  const whole = new Promise<{ headers: IncomingHttpHeaders; body: string }>((resolve) => {
    stream.on("data", (chunk: string) => {
      body += chunk;
      if (until !== undefined && body.includes(until)) resolve({ headers: answer, body });
    });
    stream.on("close", () => resolve({ headers: answer, body }));
  });
  return within(whole, "answer over HTTP/2", 5_000);
}
