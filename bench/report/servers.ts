/** The servers as they are shown: in which order, and by which names. */

import type { Outcome, ServerName } from "../model.ts";

/** What a server is called where there is little room, and where there is some. */
interface Shown {
  /** At most nine letters. */
  readonly short: string;
  readonly long: string;
}

// A record, so that the compiler misses none. Its order is that of the tables.
const SERVERS: Readonly<Record<ServerName, Shown>> = {
  antiphon: { short: "antiphon", long: "Antiphon" },
  "antiphon-iterator": { short: "iterator", long: "Antiphon, iterator" },
  "antiphon-receive": { short: "receive", long: "Antiphon, receive" },
  ws: { short: "ws", long: "ws" },
  "ws+native": { short: "ws+native", long: "ws + native" },
  crossws: { short: "crossws", long: "crossws" },
  "socket.io": { short: "socket.io", long: "Socket.IO" },
  bun: { short: "bun", long: "Bun" },
  "antiphon-on-bun": { short: "on bun", long: "Antiphon on Bun" },
  net: { short: "net", long: "bare net" },
  http: { short: "http", long: "bare http" },
};

const ORDER = Object.keys(SERVERS) as ServerName[];

/** In the order of the tables, each once. */
export function serversOf(outcomes: readonly Outcome[]): readonly ServerName[] {
  return ORDER.filter((name) => outcomes.some(({ server }) => server === name));
}

export function shortName(server: ServerName): string {
  return SERVERS[server].short;
}

export function longName(server: ServerName): string {
  return SERVERS[server].long;
}
