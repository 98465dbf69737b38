/** The door `antiphon/redis`: rooms that span machines, carried by Redis. */

export type { RedisClient, RedisCluster } from "./redis.ts";
export { redis } from "./redis.ts";
export type { RedisOptions, RedisUrlOptions } from "./redis-options.ts";
