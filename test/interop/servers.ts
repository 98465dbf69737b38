/** The servers of these tests, each with an end: ours as `antiphon echo` runs it, ours with all its options, and `ws`. */

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import type { WebSocket } from "ws";
import { WebSocketServer, type ServerOptions as WsServerOptions } from "ws";
import { startEcho } from "../../src/cli/echo/echo-server.ts";
import { openServer, type ServerOptions, type TestServer } from "../support/server.ts";

/** `antiphon echo`, until the test is over. */
export async function startOurEcho(options: { readonly compression: boolean }): Promise<{ readonly port: number }> {
  const server = await startEcho({ port: 0, ...options });
  onTestFinished(() => server.close());
  return server;
}

/** Our engine as server, until the test is over. */
export async function startOurs(options: ServerOptions): Promise<TestServer> {
  const server = await openServer(options);
  onTestFinished(() => server.close());
  return server;
}

/** `ws` as server, until the test is over. */
export async function startWs(
  connection: (socket: WebSocket) => void,
  options: WsServerOptions = {},
): Promise<{ readonly port: number }> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, ...options });
  server.on("connection", (socket) => {
    // Without a listener a reset by the client would end the process.
    socket.on("error", () => socket.terminate());
    connection(socket);
  });
  await once(server, "listening");
  onTestFinished(async () => {
    const closed = once(server, "close");
    for (const socket of server.clients) socket.terminate();
    server.close();
    await closed;
  });
  return { port: (server.address() as AddressInfo).port };
}

/** `ws` as an echo server, until the test is over. */
export function startWsEcho(options: WsServerOptions = {}): Promise<{ readonly port: number }> {
  return startWs(
    (socket) => socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary })),
    options,
  );
}
