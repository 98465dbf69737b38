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
  readonly peerAddress: string;
  readonly secure: boolean;
  // Not the request itself: for as long as the WebSocket lives, it would keep kilobytes alive.
  readonly #rawHeaders: readonly string[];
  readonly #stream: Duplex;
  readonly #watch: PeerWatch;

  /** `target`: where the app shall see the request; its own target if left out. */
  constructor({ request, stream, head }: UpgradeEvent, target = toOriginForm(request.url ?? "")) {
    const { method = "", httpVersion, rawHeaders } = request;
    this.upgrade = { method, httpVersion, target: request.url, headers: new RawHeaders(rawHeaders) };
    this.target = target;
    this.peerAddress = (stream as Partial<Socket>).remoteAddress ?? "";
    this.secure = (stream as Partial<TLSSocket>).encrypted === true;
    this.#rawHeaders = rawHeaders;
    this.#stream = stream;
    this.#watch = new PeerWatch(stream, head);
    // A frame is sent when it is there, and a connection may be silent for as long as it likes: keepalive is ours.
    (stream as Partial<Socket>).setNoDelay?.(true);
    (stream as Partial<Socket>).setTimeout?.(0);
  }

  headerFields(): HeaderFields {
    return toFields(this.#rawHeaders);
  }

  onGone(listener: () => void): void {
    this.#watch.onGone(listener);
  }

  accept(response: OpeningResponse): Wire {
    const stream = this.#stream;
    const { deflate, limits, closeTimeout, platform, clock } = response;
    const head = encodeResponseHead(response);
    const early = this.#watch.end();
    if (stream.writable) {
      // The first messages of this turn leave in the same packet.
      stream.cork();
      stream.write(head);
      setImmediate(() => stream.uncork());
    }
    const parts = { role: "server", platform, clock } as const;
    return new EngineWire(new NodeStream(stream, early), { ...parts, deflate, limits, closeTimeout });
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
    this.#watch.end();
    sendLastWords(this.#stream, Buffer.concat([head, content]));
  }
}

/** Node's list of names and values in turn, to look into; nothing is made of it. */
class RawHeaders implements HeaderSource {
  readonly #raw: readonly string[];

  constructor(raw: readonly string[]) {
    this.#raw = raw;
  }

  get(name: string): string | null {
    // A second Host or Sec-WebSocket-Key is seen, which Node's `headers` drops in silence.
    const values = this.#raw.filter((_, at) => at % 2 === 1 && this.#raw[at - 1]!.toLowerCase() === name);
    return values.length === 0 ? null : values.join(", ");
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

const NOTHING = Buffer.alloc(0);
