/** A server in its process and its crowd in the load's process, both ready: what every scenario with messages stands on. */

import type { CrowdOptions } from "../load/crowd.ts";
import type { Worked } from "../load/main.ts";
import type { Payloads } from "../load/payloads.ts";
import type { Sample, ServerName } from "../model.ts";
import type { Place, Stage } from "../scenario.ts";
import type { ServerKind } from "../servers/contract.ts";
import { type ServerProcess, speaksSocketIo, startServer } from "../servers/start.ts";
import type { Pinned } from "../support/pinned.ts";
import type { SharedLoad } from "./shared-load.ts";

/** What a scenario is, as to bytes. */
export interface Setting {
  readonly kind: ServerKind;
  readonly connections: number;
  readonly payloads: Payloads;
  readonly deflate: boolean;
}

/** What a sample has at hand. */
export interface Sides {
  readonly server: ServerProcess;
  readonly load: Pinned;
  /** Of the crowd, once it is open. */
  readonly id: string;
  /** How to open it, or another one like it. */
  readonly crowd: CrowdOptions;
  readonly place: Place;
}

/** What a scenario does: `ready` once, for connecting and warming up; then `sample`. */
export interface Acts {
  ready(sides: Sides): Promise<void>;
  sample(sides: Sides): Promise<Sample>;
}

/** Starts both sides, and has them made ready while no other server of the scenario is at it. */
export async function setStage(
  shared: SharedLoad,
  server: ServerName,
  { kind, connections, payloads, deflate }: Setting,
  { place, ready, sample }: Acts & { place: Place },
): Promise<Stage> {
  const load = shared.take(place.loadCore, connections);
  const process = startServer(server, { core: place.serverCore });
  const id = shared.nextId();
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= Promise.allSettled([load.ask("close", { id }), process.end()]).then(() =>
      shared.giveBack(load, connections),
    );
    return closing;
  };
  try {
    const sides = await shared.alone(async () => {
      const { port } = await process.listen({ kind, compression: deflate && "no takeover", payloads });
      const dialect = speaksSocketIo(server) ? "socket.io" : "plain";
      const crowd: CrowdOptions = { port, connections, dialect, deflate, payloads };
      const sides = { server: process, load, id, crowd, place };
      await ready(sides);
      return sides;
    });
    return { sample: () => sample(sides), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Does a piece of work; the sample's value is the server's processor time for a message, in microseconds. */
export async function costOf<Result extends Worked>(
  { server }: Sides,
  work: () => Promise<Result>,
): Promise<{ readonly sample: Sample & { extra: Record<string, number> }; readonly result: Result }> {
  const before = await server.cpu();
  const result = await work();
  const microseconds = (await server.cpu()) - before;
  const { messages, milliseconds, cpuMilliseconds } = result;
  const extra = {
    messagesPerSecond: (messages / milliseconds) * 1000,
    serverCpu: microseconds / 1000 / milliseconds,
    loadCpu: cpuMilliseconds / milliseconds,
  };
  return { sample: { value: microseconds / messages, extra }, result };
}

/** Milliseconds of work in a sample. */
export function sampleTime({ quick }: Place): number {
  return quick ? 200 : 300;
}

/** Milliseconds before the first one: engines compile while they work. */
export function warmUpTime({ quick }: Place): number {
  return quick ? 300 : 800;
}
