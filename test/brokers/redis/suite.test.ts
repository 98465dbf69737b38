/** The broker suite on a real Redis. */

import { describe } from "vitest";
import { RedisServer, redisPath } from "../../support/redis-server.ts";
import { brokerSuite } from "../broker-suite.ts";
import { redisEngine } from "./redis-engine.ts";

describe.skipIf(redisPath === undefined)("by redis", () => {
  brokerSuite("a server", () => redisEngine(RedisServer));
});
