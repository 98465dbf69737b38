/** A WebSocket server over TCP for tests: our handshake and our engine, in the server's role, with every option open. */

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { Engine, EngineSink, Limits, ResolvedCompression } from "../../src/protocol/index.ts";
import { acceptUpgrade, encodeResponseHead, readUpgrade } from "../../src/protocol/index.ts";
import { runEngine, toUpgradeRequest } from "../../src/protocol/node/index.ts";

export interface ServerOptions {
  readonly compression?: ResolvedCompression | null;
  readonly limits?: Partial<Limits>;
  /** Makes the sink of a new connection; the engine is there when the first event comes. */
  readonly connect: (connection: () => Connection) => EngineSink;
  /** Called before the first event. */
  readonly open?: (connection: Connection) => void;
}

/** One connection, from the server's side. */
export interface Connection {
  readonly engine: Engine;
  readonly stream: Duplex;
}

export interface TestServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens on 127.0.0.1, on any free port. */
export async function openServer({
  compression = null,
  limits = {},
  connect,
  open,
}: ServerOptions): Promise<TestServer> {
  const streams = new Set<Duplex>();
  const server = createServer((_request, response) => response.writeHead(426).end());
  server.on("upgrade", (request, stream: Duplex, head: Buffer) => {
    streams.add(stream);
    stream.on("close", () => streams.delete(stream));
    const upgrade = readUpgrade(toUpgradeRequest(request));
    if (upgrade.type === "refuse") throw new Error(`a test client was refused with ${upgrade.status}: ${upgrade.body}`);
    const { response, deflate } = acceptUpgrade(upgrade, { compression, protocol: upgrade.protocols[0] });
    stream.write(encodeResponseHead(response));
    let connection: Connection | undefined;
    const sink = connect(() => connection!);
    connection = { stream, engine: runEngine(stream, { role: "server", head, deflate, limits, sink }) };
    open?.(connection);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      for (const stream of streams) stream.destroy();
      await closed;
    },
  };
}
