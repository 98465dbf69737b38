/** All scenarios with messages, in the order in which they are measured. */

import type { ServerName } from "../model.ts";
import type { RunnableScenario } from "../scenario.ts";
import { type ClosedLoop, closedLoop } from "./closed-loop.ts";
import { headline } from "./headline.ts";
import { latency, scaling } from "./open-loop.ts";

const PEERS: readonly ServerName[] = ["antiphon", "ws", "ws+native", "crossws", "socket.io", "bun"];
const WITH_FLOOR: readonly ServerName[] = [...PEERS, "net"];
const STYLES: readonly ServerName[] = ["antiphon", "antiphon-iterator", "antiphon-receive", "ws"];

const KIB = 1024;
const PER_MESSAGE = "CPU µs per message";

/** The list. */
export const messageScenarios: readonly RunnableScenario[] = [
  long(echo(1, 1, 16)),
  echo(100, 1, 64, { servers: [...WITH_FLOOR, "antiphon-on-bun"] }),
  long(echo(100, 1, 64, { kind: "binary" })),
  echo(100, 16, 64, { servers: [...WITH_FLOOR, "antiphon-on-bun"] }),
  long(echo(100, 1, KIB)),
  // As text, some of them decode and encode it, and some hand bytes on: `ws` leaves the decoding to who wants a string.
  echo(10, 4, 64 * KIB, { kind: "binary", servers: [...WITH_FLOOR, "antiphon-on-bun"] }),
  long(echo(10, 4, 64 * KIB)),
  echo(4, 1, KIB * KIB, { kind: "binary" }),
  long(echo(4, 1, KIB * KIB)),
  compressed(100, 1, KIB),
  long(compressed(10, 4, 64 * KIB)),
  long(room(1000, 1, false, [...WITH_FLOOR, "antiphon-on-bun"])),
  room(1000, 8, false, [...WITH_FLOOR, "antiphon-on-bun"]),
  long(room(1000, 1, true, PEERS)),
  room(1000, 8, true, PEERS),
  long(room(10_000, 1, false, ["antiphon", "ws"], true)),
  long(handlers(100, 1, 64)),
  handlers(100, 16, 64),
  long(latency(100, WITH_FLOOR)),
  long(headline(WITH_FLOOR)),
  ...[10, 100, 1000, 10_000].map((connections) => scaling(connections, 20_000, ["antiphon", "ws"])).map(long),
];

/** A quick run does without. */
function long(scenario: RunnableScenario): RunnableScenario {
  return { ...scenario, isLong: true };
}

function echo(
  connections: number,
  inFlight: number,
  size: number,
  { kind = "text", servers = WITH_FLOOR }: { kind?: "text" | "binary"; servers?: readonly ServerName[] } = {},
): RunnableScenario {
  return closedLoop({
    id: `echo-${connections}x${inFlight}x${size}-${kind}`,
    group: "echo",
    title: `Echo, ${crowd(connections, inFlight)}, ${bytes(size)} ${kind}`,
    payloads: { kind, size, count: inFlight },
    ...{ kind: "echo", unit: PER_MESSAGE, connections, deflate: false, servers },
  });
}

function compressed(connections: number, inFlight: number, size: number): RunnableScenario {
  return closedLoop({
    id: `compressed-${connections}x${inFlight}x${size}`,
    group: "compressed",
    title: `Echo compressed, ${crowd(connections, inFlight)}, ${bytes(size)} JSON`,
    payloads: { kind: "json", size, count: inFlight },
    ...{ kind: "echo", unit: PER_MESSAGE, connections, deflate: true, servers: PEERS },
  });
}

function room(
  members: number,
  inFlight: number,
  deflate: boolean,
  servers: readonly ServerName[],
  turns = false,
): RunnableScenario {
  return closedLoop({
    id: `room-${members}x${inFlight}${deflate ? "-compressed" : ""}`,
    group: "room",
    title: `Room of ${members.toLocaleString("en")}, ${inFlight} in flight, 64 B${deflate ? ", compressed" : ""}`,
    payloads: { kind: "text", size: 64, count: inFlight },
    ...{ kind: "room", unit: "CPU µs per delivery", connections: members, deflate, servers, turns },
  });
}

function handlers(connections: number, inFlight: number, size: number): RunnableScenario {
  return closedLoop({
    id: `handlers-${connections}x${inFlight}x${size}`,
    group: "handlers",
    title: `Styles of handlers: echo, ${crowd(connections, inFlight)}, ${bytes(size)} text`,
    payloads: { kind: "text", size, count: inFlight },
    ...{ kind: "echo", unit: PER_MESSAGE, connections, deflate: false, servers: STYLES },
  } satisfies ClosedLoop);
}

function crowd(connections: number, inFlight: number): string {
  return `${connections} connection${connections === 1 ? "" : "s"} x ${inFlight} in flight`;
}

function bytes(size: number): string {
  if (size < KIB) return `${size} B`;
  return size < KIB * KIB ? `${size / KIB} KiB` : `${size / KIB / KIB} MiB`;
}
