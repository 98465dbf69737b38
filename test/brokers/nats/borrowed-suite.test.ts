/** The broker suite once more, on connections that a user has made. */

import { connect, type NatsConnection } from "@nats-io/transport-node";
import { describe } from "vitest";
import { nats } from "../../../src/brokers/nats/index.ts";
import { NATS_SERVER, NatsServer } from "../../support/nats-server.ts";
import { brokerSuite } from "../broker-suite.ts";

const CONNECTIONS = 3;

describe.skipIf(NATS_SERVER === undefined)("the suite, on connections of the user", () => {
  brokerSuite("nats", async () => {
    const server = new NatsServer({ jetstream: true });
    await server.start();
    const options = { servers: server.url, reconnectTimeWait: 100, maxReconnectAttempts: -1 };
    const clients: NatsConnection[] = [];
    for (let index = 0; index < CONNECTIONS; index++) clients.push(await connect(options));
    let turn = 0;
    return {
      broker: (options) => nats(clients[turn++ % CONNECTIONS]!, options),
      lease: 2_000,
      stop: () => server.kill(),
      start: () => server.start(),
      pause: () => server.pause(),
      resume: () => server.resume(),
      close: async () => {
        for (const client of clients) await client.close();
        await server.close();
      },
    };
  });
});
