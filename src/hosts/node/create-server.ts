/** Node's own servers for an app: HTTP, HTTPS, or HTTP/2 beside HTTP/1.1, with the app's limits on heads. */

import type { IncomingMessage, Server } from "node:http";
import { createServer as createHttpServer } from "node:http";
import type { Http2SecureServer } from "node:http2";
import type { HostLimits } from "../../server/host.ts";
import { tlsError } from "./listen-error.ts";
import type { ListenOptions } from "./listen-options.ts";
import { asksForWebSocket } from "./plain-upgrade.ts";

/** The servers that `listen` makes. */
export type ListenServer = Server | Http2SecureServer;

/** Makes a server that does not listen yet. Throws a `UsageError` (`TLS_INVALID`) for a certificate that is of no use. */
export function createServer({ tls, http2 = true }: ListenOptions, limits: HostLimits): ListenServer {
  const http1 = http1Options(limits);
  if (tls === undefined) return createHttpServer(http1);
  const options = { ...http1, handshakeTimeout: bounded(limits.handshakeTimeout), ...tls };
  try {
    return http2
      ? withHttp1(builtin("node:http2").createSecureServer({ ...options, ...http2Options(limits) }), http1)
      : builtin("node:https").createServer(options);
  } catch (error) {
    throw tlsError(error as NodeJS.ErrnoException, tls);
  }
}

function http1Options({ headBytes, handshakeTimeout }: HostLimits) {
  // Node: 0 switches a timeout off.
  const headersTimeout = handshakeTimeout === Number.POSITIVE_INFINITY ? 0 : bounded(handshakeTimeout);
  return {
    maxHeaderSize: bounded(headBytes),
    // For the second request of a connection and later ones: the guard of connections sees to the first.
    headersTimeout,
    requestTimeout: Math.max(headersTimeout, WHOLE_REQUEST),
    connectionsCheckingInterval: Math.min(30_000, Math.max(100, Math.ceil(bounded(handshakeTimeout) / 2))),
    keepAliveTimeout: 5_000,
    requireHostHeader: true,
    // Node 22 and later ask; before, every upgrade comes to `upgrade`, and goes back from there.
    shouldUpgradeCallback: (request: IncomingMessage) => asksForWebSocket(request),
  };
}

/** Milliseconds for a request with its body, as Node has it. */
const WHOLE_REQUEST = 300_000;

/** Loaded when there is TLS: they are a megabyte of heap. */
function builtin<Name extends "node:http2" | "node:https">(name: Name) {
  return process.getBuiltinModule(name);
}

function http2Options({ headBytes, headers }: HostLimits) {
  return {
    allowHTTP1: true,
    // Over this, nghttp2 resets the stream; a head that has a few too many still gets a 431.
    maxHeaderListPairs: bounded(headers * 2 + PSEUDO_HEADERS),
    // RFC 8441, 3: "The value of the parameter MUST be 0 or 1 … a client MAY use the Extended CONNECT … upon receipt of 1"
    settings: { enableConnectProtocol: true, maxHeaderListSize: bounded(headBytes) },
  };
}

const PSEUDO_HEADERS = 6;

/** Node's HTTP/2 server looks for these where it falls back to HTTP/1.1, and most of its releases take no options for them. */
function withHttp1(server: Http2SecureServer, options: ReturnType<typeof http1Options>): Http2SecureServer {
  return Object.assign(server, options);
}

/** Node takes whole numbers of 31 bits. */
function bounded(value: number): number {
  return Math.min(Math.ceil(value), 2 ** 31 - 1);
}
