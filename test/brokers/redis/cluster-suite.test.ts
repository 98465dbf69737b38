/** The broker suite on a real Redis Cluster, of which the broker has the URL of one node. */

import { describe } from "vitest";
import { RedisClusterServers, redisPath } from "../../support/redis-server.ts";
import { brokerSuite } from "../broker-suite.ts";
import { redisEngine } from "./redis-engine.ts";

describe.skipIf(redisPath === undefined)("by redis", () => {
  brokerSuite("a cluster", () => redisEngine(RedisClusterServers), {
    outage: "a cluster that is started again refuses commands for two seconds; one outage of it is in cluster.test.ts",
  });
});
