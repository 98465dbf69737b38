/** Listening with Node's own HTTP server: for the servers that are attached to one. */

import type { Server } from "node:http";
import type { AddressInfo, Server as NetServer } from "node:net";
import { BACKLOG, type Listening } from "./contract.ts";

/** Resolves when it listens. */
export async function listenOn(server: Server | NetServer): Promise<Listening> {
  await new Promise<void>((resolve) => server.listen({ port: 0, host: "127.0.0.1", backlog: BACKLOG }, resolve));
  return { port: (server.address() as AddressInfo).port };
}
