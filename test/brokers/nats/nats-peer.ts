/** One process for tests of NATS: connected with a broker, writing down what it hears, ended with the test. */

import { connect, type NatsConnection, type NodeConnectionOptions } from "@nats-io/transport-node";
import { onTestFinished } from "vitest";
import type { Broker } from "../../../src/rooms/broker.ts";
import { BrokerProcess } from "../broker-lab.ts";

/** Connects with the broker. */
export async function natsPeer(broker: Broker, signal = new AbortController().signal): Promise<BrokerProcess> {
  const peer = new BrokerProcess();
  peer.connection = await broker.connect({ process: peer.name, listener: peer, signal });
  onTestFinished(() => peer.close());
  return peer;
}

/** Several, one after the other. */
export async function twoPeers(broker: Broker): Promise<[BrokerProcess, BrokerProcess]> {
  return [await natsPeer(broker), await natsPeer(broker)];
}

/** A connection as a user makes it; closed with the test. */
export async function userConnection(url: string, options: NodeConnectionOptions = {}): Promise<NatsConnection> {
  const client = await connect({ servers: url, reconnectTimeWait: 100, maxReconnectAttempts: -1, ...options });
  onTestFinished(() => client.close());
  return client;
}

/** What a promise is rejected with. */
export async function failureOf(promise: Promise<unknown>): Promise<Error & { code: string }> {
  const outcome = await promise.then(
    () => new Error("it was not rejected"),
    (error: unknown) => error,
  );
  return outcome as Error & { code: string };
}
