/** A cluster on a fake broker, and all that it tells. */

import type { ClusterOptions } from "../../../src/rooms/cluster/cluster.ts";
import { Cluster } from "../../../src/rooms/cluster/cluster.ts";
import type { Envelope, MessageEnvelope } from "../../../src/rooms/cluster/envelope.ts";
import { encodeEnvelope } from "../../../src/rooms/cluster/envelope.ts";
import { turns } from "../../support/run.ts";
import { TestClock } from "../../support/test-clock.ts";
import { TestPlatform } from "../../support/test-platform.ts";
import { RoomsRecorder } from "../test-rooms.ts";
import type { FakeConnection } from "./fake-broker.ts";
import { FakeBroker } from "./fake-broker.ts";

/** One process. */
export function makeCluster(given: Partial<ClusterOptions> = {}) {
  const broker = new FakeBroker();
  const clock = new TestClock();
  const platform = new TestPlatform();
  const reporter = new RoomsRecorder();
  const heard: { readonly topic: string; readonly envelope: Envelope }[] = [];
  const news: string[] = [];
  const cluster = new Cluster(
    { broker, clock, platform, reporter, publishBuffer: 100_000, publishOverflow: "drop-oldest", ...given },
    {
      clusterOnEnvelope: (topic, envelope) => heard.push({ topic, envelope }),
      clusterOnConnected: (_connection, isBack) => news.push(isBack ? "back" : "connected"),
      clusterOnSettled: () => news.push("settled"),
      clusterOnLost: () => news.push("lost"),
    },
  );
  /** The broker is there. */
  const connected = async (): Promise<FakeConnection> => {
    const connecting = cluster.connect();
    const connection = broker.accept();
    await connecting;
    await turns();
    return connection;
  };
  return { cluster, broker, clock, platform, reporter, heard, news, connected };
}

/** A message of a process. */
export function message(from: string, data = "hello"): MessageEnvelope {
  return { type: "message", from, several: undefined, exceptTopics: [], data, key: undefined };
}

/** The same, as it comes. */
export function bytesOf(envelope: MessageEnvelope): Uint8Array {
  const { text } = new TestPlatform();
  return encodeEnvelope(envelope, text, text.encode(envelope.data as string));
}
