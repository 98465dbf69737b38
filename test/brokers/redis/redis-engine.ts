/** A real Redis, or a cluster, as the broker suite wants its engines. */

import { redis } from "../../../src/brokers/redis/index.ts";
import type { RedisClusterServers, RedisServer } from "../../support/redis-server.ts";
import type { BrokerEngine } from "../broker-lab.ts";

/** Starts one. */
export async function redisEngine(servers: typeof RedisServer | typeof RedisClusterServers): Promise<BrokerEngine> {
  const server = await servers.start();
  return {
    broker: (options) => redis(server.url, options),
    lease: 1_000,
    stop: () => server.stop(),
    start: () => server.start(),
    pause: () => server.pause(),
    resume: () => server.resume(),
    close: () => server.close(),
  };
}
