/** A request to open a WebSocket over HTTP/1.1, as Node's `upgrade` event brings it (RFC 6455, 4.2). */

import { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { setImmediate } from "node:timers";
import type { TLSSocket } from "node:tls";
import type { HeaderFields, HeaderSource } from "../../protocol/handshake/headers.ts";
import type { UpgradeRequest } from "../../protocol/handshake/server.ts";
import { encodeResponseHead } from "../../protocol/handshake/write-head.ts";
import { NodeStream } from "../../protocol/node/node-stream.ts";
import type { Handshake, HttpResponse, OpeningResponse } from "../../server/host.ts";
import { EngineWire } from "../../socket/engine-wire.ts";
import type { Wire } from "../../socket/wire.ts";
import { sendLastWords } from "./last-words.ts";
import { PeerWatch } from "./peer-watch.ts";
import { toOriginForm } from "./request-target.ts";

/** What Node's `upgrade` event gives. */
export interface UpgradeEvent {
  readonly request: IncomingMessage;
  readonly stream: Duplex;
  /** Bytes that came behind the head of the request. */
  readonly head: Uint8Array;
}

/** The stream is the handshake's from now on; its errors end it and nothing else. */
export class NodeHandshake implements Handshake {
  readonly upgrade: UpgradeRequest;
  readonly target: string;
  readonly secure: boolean;
  // Not the request itself: for as long as the WebSocket lives, it would keep kilobytes alive.
  readonly rawHeaders: readonly string[];
  readonly #stream: Duplex;
  readonly #head: Uint8Array;
  /** From when it has not been answered in the turn in which it came. */
  #watch: PeerWatch | undefined;
  #isAnswered = false;
  /** From when it may be gone before somebody asks. */
  #peerAddress: string | undefined;

  /** `target`: where the app shall see the request; its own target if left out. */
  constructor({ request, stream, head }: UpgradeEvent, target = toOriginForm(request.url ?? "")) {
    const { method = "", httpVersion, rawHeaders } = request;
    this.upgrade = { method, httpVersion, target: request.url, headers: new RawHeaders(rawHeaders) };
    this.target = target;
    this.secure = (stream as Partial<TLSSocket>).encrypted === true;
    this.rawHeaders = rawHeaders;
    this.#stream = stream;
    this.#head = head;
    // A frame is sent when it is there, and a connection may be silent for as long as it likes: keepalive is ours.
    (stream as Partial<Socket>).setNoDelay?.(true);
    if ((stream as Partial<Socket>).timeout) (stream as Partial<Socket>).setTimeout?.(0);
  }

  /** Asked of the system when somebody wants to know: Node remembers it. */
  get peerAddress(): string {
    return this.#peerAddress ?? (this.#stream as Partial<Socket>).remoteAddress ?? "";
  }

  headerFields(): HeaderFields {
    return toFields(this.rawHeaders);
  }

  /** Watches the peer, unless it was answered: what happens in one turn no peer can come between. */
  watch(): void {
    if (this.#isAnswered || this.#watch !== undefined) return;
    this.#peerAddress = this.peerAddress;
    this.#watch = new PeerWatch(this.#stream, this.#head);
  }

  onGone(listener: () => void): void {
    this.watch();
    this.#watch?.onGone(listener);
  }

  accept(response: OpeningResponse): Wire {
    const stream = this.#stream;
    const { deflate, limits, closeTimeout, platform, clock } = response;
    const head = toHead(response);
    this.#isAnswered = true;
    const early = this.#watch?.handOver() ?? this.#head;
    forgetPeerName(stream);
    if (stream.writable) {
      // The first messages of this turn leave in the same packet.
      stream.cork();
      stream.write(head, "latin1");
      setImmediate(uncork, stream);
    }
    const parts = { role: "server", platform, clock, deflate, limits, closeTimeout } as const;
    return new EngineWire(new NodeStream(stream, early.length > 0 ? early : undefined), parts);
  }

  refuse({ status, headers, body }: HttpResponse): void {
    const content = this.upgrade.method === "HEAD" ? NOTHING : Buffer.from(body);
    const head = encodeResponseHead({
      status,
      headers: [
        ...headers.filter(([name]) => name.toLowerCase() !== "content-length"),
        ["Content-Length", String(Buffer.byteLength(body))],
        // RFC 9110, 6.6.1: "An origin server with a clock … MUST generate a Date header field in all 2xx …, 3xx …, and 4xx"
        ["Date", new Date().toUTCString()],
        ["Connection", "close"],
      ],
    });
    this.#isAnswered = true;
    this.#peerAddress = this.peerAddress;
    this.#watch?.end();
    sendLastWords(this.#stream, Buffer.concat([head, content]));
  }
}

/** Node's list of names and values in turn, to look into; nothing is made of it. */
class RawHeaders implements HeaderSource {
  readonly #raw: readonly string[];

  constructor(raw: readonly string[]) {
    this.#raw = raw;
  }

  /** A dozen are asked for: to look at the lengths of the names is less than to make a table of them. */
  get(name: string): string | null {
    const raw = this.#raw;
    let value: string | null = null;
    for (let at = 0; at < raw.length; at += 2) {
      const other = raw[at]!;
      if (other.length !== name.length || (other !== name && other.toLowerCase() !== name)) continue;
      // A second Host or Sec-WebSocket-Key is seen, which Node's `headers` drops in silence.
      value = value === null ? raw[at + 1]! : `${value}, ${raw[at + 1]}`;
    }
    return value;
  }
}

/** Node's list of names and values in turn as pairs, names in lower case, without the pseudo-headers of HTTP/2. */
export function toFields(rawHeaders: readonly string[]): HeaderFields {
  const fields: [string, string][] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase();
    if (!name.startsWith(":")) fields.push([name, rawHeaders[at + 1]!]);
  }
  return fields;
}

/** As `encodeResponseHead` writes it. Most have nothing but the fields that every answer has, of which each character is known. */
function toHead(response: OpeningResponse): string {
  const { headers } = response;
  const isUsual = headers.length === USUAL.length && headers.every(([name], index) => name === USUAL[index]);
  if (!isUsual) return Buffer.from(encodeResponseHead(response)).toString("latin1");
  const [upgrade, connection, accept] = headers.map(([, value]) => value);
  const start = "HTTP/1.1 101 Switching Protocols\r\n";
  return `${start}Upgrade: ${upgrade}\r\nConnection: ${connection}\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
}

const USUAL = ["Upgrade", "Connection", "Sec-WebSocket-Accept"];

function uncork(stream: Duplex): void {
  stream.uncork();
}

/** Node keeps what it was asked for; who asks again makes it look again. */
function forgetPeerName(stream: Duplex & { _peername?: unknown }): void {
  if (stream._peername !== undefined) stream._peername = undefined;
}

const NOTHING = Buffer.alloc(0);
