/** The broker between workers passes the suite of all brokers, in one process; and what is left of a process that crashed. */

import { expect, test, vi } from "vitest";
import { ChannelBroker } from "../../src/hosts/node/workers/channel-broker.ts";
import type { FromExchange } from "../../src/hosts/node/workers/channel-messages.ts";
import { Exchange } from "../../src/hosts/node/workers/exchange.ts";
import { type Letters, unpackLetters } from "../../src/hosts/node/workers/letters.ts";
import { loopbackTo } from "../../src/hosts/node/workers/loopback.ts";
import { nodePlatform } from "../../src/protocol/node/platform.ts";
import type { Clock } from "../../src/protocol/run/clock.ts";
import { decodeEnvelope } from "../../src/rooms/cluster/envelope.ts";
import { TestClock } from "../support/test-clock.ts";
import { BrokerProcess } from "./broker-lab.ts";
import { brokerSuite } from "./broker-suite.ts";

function exchange(clock: Clock, lease?: number): Exchange {
  const onLost = (lost: unknown) => {
    throw new Error(`lost: ${JSON.stringify(lost)}`);
  };
  return new Exchange({
    platform: nodePlatform,
    clock,
    lease,
    publishBuffer: 1e7,
    publishOverflow: "drop-oldest",
    onLost,
  });
}

brokerSuite(
  "workers",
  async () => {
    const clock = new TestClock();
    // What a namespace is elsewhere, an app is here.
    const exchanges = new Map<string, Exchange>();
    return {
      lease: 10_000,
      pass: (milliseconds) => clock.advance(milliseconds),
      broker({ namespace, lease }) {
        const one = exchanges.get(namespace) ?? exchange(clock, lease);
        exchanges.set(namespace, one);
        return new ChannelBroker(loopbackTo(one));
      },
      async close() {},
    };
  },
  { outage: "without the exchange there is no process", pause: "the exchange stands still only with the primary" },
);

test("what a process showed is gone with it at once, and who watches it is told in its name", async () => {
  const one = exchange(new TestClock());
  const bob = await connected(one);
  await bob.subscribe("p:r:lobby", "p:r:empty");
  const port = one.open(() => {});
  port.take({ type: "ask", id: 1, call: "connect", argument: "ada" });
  port.take({ type: "ask", id: 2, call: "subscribe", argument: ["r:lobby"] });
  port.take({ type: "ask", id: 3, call: "write", argument: [{ topic: "r:lobby", member: "m", info: "a" }] });
  await bob.show(["r:empty", "m", "b"]);

  one.lose(port);

  expect(await bob.read("r:lobby")).toEqual([]);
  expect(await bob.look()).toEqual({ [bob.name]: "alive" });
  await bob.hearsSoMany(1);
  expect(bob.heard.map(({ topic }) => topic)).toEqual(["p:r:lobby"]);
  expect(decodeEnvelope(bob.heard[0]!.envelope, nodePlatform.text)).toEqual({
    type: "presence",
    from: "ada",
    change: "all",
    members: {},
  });
  await bob.unsubscribe("p:r:lobby", "p:r:empty");
  expect(one.subscribed).toEqual([]);
});

test("what waits for a process that does not read has a bound; what is above it is dropped and counted", async () => {
  const onLost = vi.fn();
  const limits = { publishBuffer: 10_000, publishOverflow: "drop-oldest" as const, onLost };
  const one = new Exchange({ platform: nodePlatform, clock: new TestClock(), ...limits });
  const bob = await connected(one);
  const sent: FromExchange[] = [];
  // It takes what it is sent, and never gets it out of the channel.
  const port = one.open((message) => void sent.push(message));
  port.take({ type: "ask", id: 1, call: "subscribe", argument: ["t"] });

  const envelope = new Uint8Array(2_000);
  for (let count = 0; count < 1_000; count++) await bob.connection.publish([{ topic: "t", envelope }]);

  await vi.waitFor(() => expect(onLost).toHaveBeenCalled());
  const letters = sent.flatMap((message) => (message.type === "letters" ? unpacked(message) : []));
  const lost = onLost.mock.calls.map(([{ why, messages }]) => [why, messages] as const);
  expect(new Set(lost.map(([why]) => why))).toEqual(new Set(["overflow"]));
  expect(letters.length * 2_000).toBeLessThan(1024 * 1024 + 4_000);
  expect(lost.length).toBeGreaterThan(1_000 - letters.length - 10);
});

async function connected(one: Exchange): Promise<BrokerProcess> {
  const process = new BrokerProcess();
  const broker = new ChannelBroker(loopbackTo(one));
  const options = { process: process.name, listener: process, signal: new AbortController().signal };
  process.connection = await broker.connect(options);
  return process;
}

function unpacked(letters: Letters): string[] {
  const topics: string[] = [];
  unpackLetters(letters, (topic) => void topics.push(topic));
  return topics;
}
