/** A proxy for tests: HTTP CONNECT, with or without TLS, and what it was asked. */

import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import type { TlsOptions } from "node:tls";
import { onTestFinished } from "vitest";

/** What a proxy does. */
export interface TestProxyOptions {
  readonly tls?: TlsOptions;
  /** Answers in place of the proxy, if it gives `true`. */
  readonly answer?: (request: IncomingMessage, stream: Duplex) => boolean;
  /** Where all tunnels lead, whatever was asked for. @default where the client wants to */
  readonly leadsTo?: number;
}

/** A proxy that listens. */
export interface TestProxy {
  readonly port: number;
  /** All CONNECT requests so far. */
  readonly requests: IncomingMessage[];
}

/** Listens until the test is over. */
export async function testProxy({ tls, answer, leadsTo }: TestProxyOptions = {}): Promise<TestProxy> {
  const requests: IncomingMessage[] = [];
  const streams: Duplex[] = [];
  const server = tls === undefined ? createServer() : createSecureServer(tls);
  server.on("connect", (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    requests.push(request);
    streams.push(stream);
    stream.on("error", () => stream.destroy());
    if (answer?.(request, stream)) return;
    const { hostname, port } = new URL(`http://${request.url}`);
    const host = leadsTo === undefined ? hostname.replace(/^\[|\]$/g, "") : "127.0.0.1";
    const server = connect({ host, port: leadsTo ?? Number(port), allowHalfOpen: true });
    streams.push(server);
    server.on("error", () => stream.destroy());
    server.on("connect", () => {
      stream.write("HTTP/1.1 200 Connection established\r\nX-Proxy: yes\r\n\r\n");
      server.write(head);
      server.pipe(stream).pipe(server);
    });
    stream.on("close", () => server.destroy());
    server.on("close", () => stream.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const stream of streams) stream.destroy();
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, requests };
}
