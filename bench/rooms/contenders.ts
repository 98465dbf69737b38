/** Who takes part, and how each server is started. */

import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { bunProgram } from "../support/peers.ts";
import { nodeCommand } from "../support/pinned.ts";

/** A server that is measured. */
export interface Contender {
  readonly name: string;
  /** The package that has to be brought for it. */
  readonly peer?: string;
  /** Its clients speak Socket.IO's protocol. */
  readonly engineIo: boolean;
  readonly env: Readonly<Record<string, string>>;
  /** `flags`: for Node.js. */
  readonly command: (flags: readonly string[]) => readonly string[];
}

/** Ours in both styles, and its peers. The first one is what the others are compared with. */
export const CONTENDERS: readonly Contender[] = [
  onNode("events", "events"),
  onNode("handler", "handler"),
  onNode("ws", "ws", { WS_NO_BUFFER_UTIL: "1" }),
  onNode("ws+native", "ws"),
  { ...onNode("socket.io", "socket.io"), engineIo: true, peer: "socket.io" },
  {
    name: "bun",
    peer: "bun",
    engineIo: false,
    env: {},
    command: () => [bunProgram(), fileURLToPath(new URL("bun-server.ts", import.meta.url))],
  },
];

/** Our server in events style out of another checkout, to see what a change of ours has brought. */
export function before(checkout: string): Contender {
  const { command, ...rest } = onNode("before", "events");
  return { ...rest, command: (flags) => [...command(flags), resolve(checkout)] };
}

function onNode(name: string, server: string, env: Readonly<Record<string, string>> = {}): Contender {
  const file = new URL("node-servers.ts", import.meta.url);
  return { name, engineIo: false, env, command: (flags) => nodeCommand(file, flags, [server]) };
}
