/** A request to open a WebSocket in a stream of an HTTP/2 connection: extended CONNECT (RFC 8441). */

import { Buffer } from "node:buffer";
import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerHttp2Stream } from "node:http2";
import type { TLSSocket } from "node:tls";
import type { HeaderFields } from "../../protocol/handshake/headers.ts";
import { toSafeFields } from "../../protocol/handshake/headers.ts";
import type { UpgradeRequest } from "../../protocol/handshake/server.ts";
import { NodeStream } from "../../protocol/node/node-stream.ts";
import { toHttp2UpgradeRequest } from "../../protocol/node/upgrade-request.ts";
import type { Handshake, HttpResponse, OpeningResponse } from "../../server/host.ts";
import { EngineWire } from "../../socket/engine-wire.ts";
import type { Wire } from "../../socket/wire.ts";
import { isConnectionField } from "./connection-fields.ts";
import { toFields } from "./node-handshake.ts";
import { PeerWatch } from "./peer-watch.ts";

/** What Node's `stream` event gives, and `connect` of the compatibility API. */
export interface ConnectEvent {
  readonly stream: ServerHttp2Stream;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
}

/** The stream is the handshake's from now on; the connection that carries it is not. */
export class Http2Handshake implements Handshake {
  readonly upgrade: UpgradeRequest;
  readonly target: string;
  readonly peerAddress: string;
  readonly secure: boolean;
  readonly #event: ConnectEvent;
  readonly #watch: PeerWatch;

  /** `target`: where the app shall see the request; its own path if left out. */
  constructor(event: ConnectEvent, target = event.headers[":path"] ?? "") {
    const { stream, headers } = event;
    const socket = stream.session?.socket as Partial<TLSSocket> | undefined;
    this.upgrade = withHost(toHttp2UpgradeRequest(headers as ExtendedHeaders), headers);
    this.target = target;
    this.peerAddress = socket?.remoteAddress ?? "";
    this.secure = socket?.encrypted === true;
    this.#event = event;
    this.#watch = new PeerWatch(stream);
  }

  headerFields(): HeaderFields {
    const { headers, rawHeaders } = this.#event;
    const authority = headers[":authority"];
    const fields = toFields(rawHeaders);
    if (authority === undefined) return fields;
    return [["host", authority], ...fields.filter(([name]) => name !== "host")];
  }

  onGone(listener: () => void): void {
    this.#watch.onGone(listener);
  }

  accept(response: OpeningResponse): Wire {
    const { stream } = this.#event;
    const { status, headers, deflate, limits, closeTimeout, platform, clock } = response;
    const outgoing = toOutgoing(status, headers);
    const early = this.#watch.handOver();
    if (isOpen(stream)) stream.respond(outgoing);
    const parts = { role: "server", platform, clock } as const;
    return new EngineWire(new NodeStream(stream, early), { ...parts, deflate, limits, closeTimeout });
  }

  refuse({ status, headers, body }: HttpResponse): void {
    const { stream } = this.#event;
    const content = Buffer.from(body);
    const outgoing = { ...toOutgoing(status, headers), "content-length": content.length };
    this.#watch.end();
    if (!isOpen(stream)) return;
    stream.respond(outgoing);
    stream.resume();
    // RFC 9113, 8.1: "the server MAY request that the client abort transmission of a request without error by sending a
    // RST_STREAM with an error code of NO_ERROR after sending a complete response". The peer cannot hold the stream.
    stream.end(content, () => stream.close(NO_ERROR));
  }
}

type ExtendedHeaders = Parameters<typeof toHttp2UpgradeRequest>[0];

/** Over HTTP/2 the host stands in `:authority` (RFC 9113, 8.3.1), which a `Host` that contradicts it does not change. */
function withHost(upgrade: UpgradeRequest, headers: IncomingHttpHeaders): UpgradeRequest {
  const authority = headers[":authority"];
  if (authority === undefined) return upgrade;
  const get = (name: string) => (name === "host" ? authority : upgrade.headers.get(name));
  return { ...upgrade, headers: { get } };
}

function isOpen(stream: ServerHttp2Stream): boolean {
  return !stream.destroyed && !stream.closed && !stream.headersSent;
}

/** Several fields of one name become one, but for cookies. Throws a `UsageError` for a field that must not be sent. */
function toOutgoing(status: number, headers: HeaderFields): OutgoingHttpHeaders {
  const values = new Map<string, string[]>();
  for (const [name, value] of toSafeFields(headers)) {
    const key = name.toLowerCase();
    if (isConnectionField(key)) continue;
    values.set(key, [...(values.get(key) ?? []), value]);
  }
  const joined = Array.from(values, ([key, all]) => [key, key === "set-cookie" ? all : all.join(", ")] as const);
  return { ":status": status, ...Object.fromEntries(joined) };
}

/** RFC 9113, 7. By its number: `node:http2` costs who has no TLS half a megabyte. */
const NO_ERROR = 0;
