/** The engines that carry the rooms of a run, as things that fail: killed, started anew and empty, stopped in their tracks. */

import { NATS_SERVER, NatsServer } from "../support/nats-server.ts";
import { RedisServer, redisPath } from "../support/redis-server.ts";
import type { EngineAddress } from "./engine-address.ts";

/** A real one, on a free port. */
export interface Engine {
  readonly url: string;
  kill(): Promise<void>;
  /** At the same port; it has forgotten everything. */
  start(): Promise<void>;
  pause(): void;
  resume(): void;
  close(): Promise<void>;
}

/** One kind of engine. */
export interface EngineKind {
  readonly kind: EngineAddress["kind"];
  readonly isHere: boolean;
  start(): Promise<Engine>;
}

export const engineKinds: readonly EngineKind[] = [
  {
    kind: "redis",
    isHere: redisPath !== undefined,
    async start() {
      const server = await RedisServer.start();
      return Object.assign(server, { kill: () => server.stop() });
    },
  },
  {
    kind: "nats",
    isHere: NATS_SERVER !== undefined,
    async start() {
      const server = new NatsServer({ jetstream: true });
      await server.start();
      return server;
    },
  },
];
