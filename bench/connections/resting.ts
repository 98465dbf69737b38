/** What connections that rest take of a server's memory: measured in a process of its own, which nothing has filled before. */

import type { Payloads } from "../load/payloads.ts";
import type { ServerName } from "../model.ts";
import type { Place } from "../scenario.ts";
import type { Memory } from "../servers/contract.ts";
import { startServer } from "../servers/start.ts";
import { Crowd, settled, targetOf } from "./crowd.ts";

/** Bytes of one connection. */
export interface Bytes {
  /** What JavaScript holds, on its heap and outside of it. */
  readonly heap: number;
  /** What the process has of the machine's memory. */
  readonly rss: number;
}

/** All connections of a server at one moment. */
export interface Rest {
  readonly connections: number;
  readonly each: Bytes;
}

/** What is measured. */
export interface RestOptions {
  readonly server: ServerName;
  readonly compressed: boolean;
  /** How many there are at each moment that is measured, in rising order. */
  readonly connections: readonly number[];
}

/** At each number of connections. */
export interface Rests {
  /** The whole process before the first of them. */
  readonly before: Bytes;
  readonly silent: readonly Rest[];
  /** At the end once more, when each of them has said something and was answered. Undefined for a server that never answers. */
  readonly spoken: Rest | undefined;
}

/** What each says at the end. */
const WORD: Payloads = { kind: "text", size: 16, count: 1 };

/** They come, speak and go before anything is measured: what is made once for all is there by then. */
const WARM_UP = 500;

/** It opens and closes, and that is all. */
const MUTE: ServerName = "http";

/**
 * A young generation that stays as it is, for all servers on Node.js: by itself it grows and shrinks by some 10 MB at any time,
 * which is more than a thousand connections take.
 */
const STEADY = ["--min-semi-space-size=1", "--max-semi-space-size=1"];

/** Rejects with `CannotError` if the server does not compress without takeover. */
export async function measureRest(options: RestOptions, place: Pick<Place, "serverCore" | "loadCore">): Promise<Rests> {
  const { server: name, compressed, connections } = options;
  const server = startServer(name, { core: place.serverCore, flags: STEADY });
  let crowd: Crowd | undefined;
  try {
    const compression = compressed ? "no takeover" : false;
    const { port } = await server.listen({ kind: "echo", compression, payloads: WORD });
    crowd = new Crowd(targetOf(name, port, compressed), place);
    await crowd.open(WARM_UP);
    if (name !== MUTE) await crowd.talk(WORD);
    await crowd.leaveAll();
    await settled(server);
    const before = await server.memory();
    const silent: Rest[] = [];
    let open = 0;
    for (const count of connections) {
      await crowd.open(count - open);
      open = count;
      silent.push(rest(open, before, await server.memory()));
    }
    const left = await crowd.count();
    if (left !== open) throw new Error(`${open - left} of ${open} idle connections were ended by the server`);
    if (name !== MUTE) await crowd.talk(WORD);
    const spoken = name === MUTE ? undefined : rest(open, before, await server.memory());
    return { before: { heap: heapOf(before), rss: before.rss }, silent, spoken };
  } finally {
    await Promise.all([crowd?.end(), server.end()]);
  }
}

function rest(connections: number, before: Memory, now: Memory): Rest {
  const heap = heapOf(now) - heapOf(before);
  return { connections, each: { heap: heap / connections, rss: (now.rss - before.rss) / connections } };
}

/** Buffers lie outside of V8's heap, and are held by what is on it. */
function heapOf({ heapUsed, external }: Memory): number {
  return heapUsed + external;
}
