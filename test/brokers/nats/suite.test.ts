/** The broker suite on a real nats-server with JetStream. */

import { describe } from "vitest";
import { nats } from "../../../src/brokers/nats/index.ts";
import { NATS_SERVER, NatsServer } from "../../support/nats-server.ts";
import { brokerSuite } from "../broker-suite.ts";

describe.skipIf(NATS_SERVER === undefined)("the suite", () => {
  brokerSuite("nats", async () => {
    const server = new NatsServer({ jetstream: true });
    await server.start();
    return {
      broker: (options) => nats(server.url, options),
      lease: 2_000,
      stop: () => server.kill(),
      start: () => server.start(),
      pause: () => server.pause(),
      resume: () => server.resume(),
      close: () => server.close(),
    };
  });
});
