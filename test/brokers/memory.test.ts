/** The memory broker passes the suite of all brokers; and what only memory has: a clock that is moved, and cuts. */

import { afterEach, describe, expect, test, vi } from "vitest";
import { UsageError } from "../../src/errors.ts";
import type { MemoryBroker } from "../../src/rooms/memory/memory-broker.ts";
import { memory } from "../../src/rooms/memory/memory-broker.ts";
import { TestClock } from "../support/test-clock.ts";
import { BrokerProcess, numbers } from "./broker-lab.ts";
import { brokerSuite } from "./broker-suite.ts";

brokerSuite(
  "memory",
  async () => {
    const clock = new TestClock();
    // What a namespace is elsewhere, an object is here.
    const brokers = new Map<string, MemoryBroker>();
    let isStopped = false;
    return {
      lease: 10_000,
      pass: (milliseconds) => clock.advance(milliseconds),
      broker({ namespace, lease }) {
        const broker = brokers.get(namespace) ?? memory({ lease, clock });
        brokers.set(namespace, broker);
        if (isStopped) broker.cut();
        return broker;
      },
      async stop() {
        isStopped = true;
        for (const broker of brokers.values()) broker.cut();
      },
      async start() {
        isStopped = false;
        for (const broker of brokers.values()) broker.forget();
        for (const broker of brokers.values()) broker.mend();
      },
      async close() {},
    };
  },
  { pause: "memory always answers" },
);

describe("memory alone", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test("a message comes in a later turn, and its promise resolves with it", async () => {
    const [alice, bob] = await connected(memory(), 2);
    await bob.subscribe("t");

    const published = alice.publish("t", "hello");
    await Promise.resolve();
    expect(bob.heard).toEqual([]);
    await published;

    expect(bob.texts("t")).toEqual(["hello"]);
  });

  test("messages of several publishers come in the order in which they were published, at everybody", async () => {
    const [alice, bob, carol, dave] = await connected(memory(), 4);
    for (const process of [carol, dave]) await process.subscribe("t", "u");

    const calls = numbers(20).map((number, index) => [alice, bob][index % 2]!.publish("tu"[index % 2]!, number));
    await Promise.all(calls);

    const all = (process: BrokerProcess) => process.heard.map(({ envelope }) => new TextDecoder().decode(envelope));
    expect([all(carol), all(dave)]).toEqual([numbers(20), numbers(20)]);
  });

  test("what a listener publishes comes a turn later, so that two that answer each other leave others their turns", async () => {
    const [alice, bob] = await connected(memory(), 2);
    await alice.subscribe("ping");
    await bob.subscribe("pong");
    let answers = 0;
    alice.onMessage = () => void (answers++ < 1_000 && alice.publish("pong", "x"));
    bob.onMessage = () => void bob.publish("ping", "x");

    await bob.publish("ping", "x");
    await new Promise<void>((resolve) => setTimeout(resolve, 0));

    expect(answers).toBeLessThan(1_000);
  });

  test("a process does not hear itself", async () => {
    const [alice, bob] = await connected(memory(), 2);
    await alice.subscribe("t");
    await bob.subscribe("t");

    await alice.publish("t", "hello");

    expect(bob.texts("t")).toEqual(["hello"]);
    expect(alice.heard).toEqual([]);
  });

  test("a lease lasts until its last millisecond, and renewing begins it anew", async () => {
    const clock = new TestClock();
    const [alice, bob] = await connected(memory({ lease: 10_000, clock }), 2);
    await alice.show(["t", "m", "a"]);

    clock.advance(9_999);
    expect(await alice.presence.renew()).toBe("renewed");
    clock.advance(9_999);
    expect(await bob.members("t")).toEqual({ m: "a" });
    clock.advance(1);

    expect(await bob.members("t")).toEqual({});
    expect(await bob.look()).toEqual({ [alice.name]: "gone" });
    expect(clock.timers).toBe(0);
  });

  test("what was written without a lease counts from the lease on", async () => {
    const [alice, bob] = await connected(memory(), 2);

    await alice.presence.write([{ topic: "t", member: "m", info: "a" }]);
    expect(await bob.look()).toEqual({ [alice.name]: "gone" });
    expect(await bob.members("t")).toEqual({});
    await alice.presence.renew();

    expect(await bob.members("t")).toEqual({ m: "a" });
  });

  test("the runtime's clock ends leases when no other is given", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const [alice, bob] = await connected(memory({ lease: 1_000 }), 2);
    await alice.show(["t", "m", "a"]);

    vi.advanceTimersByTime(999);
    expect(await bob.look()).toEqual({ [alice.name]: "alive" });
    vi.advanceTimersByTime(1);

    expect(await bob.look()).toEqual({ [alice.name]: "gone" });
  });

  test.each([0, -1, Number.NaN])("a lease of %s is refused", (lease) => {
    expect(() => memory({ lease })).toThrow(UsageError);
  });

  test("a cut tells everybody once, and so does its end", async () => {
    const broker = memory();
    const [alice, bob] = await connected(broker, 2);

    broker.cut();
    broker.cut();
    broker.cut(alice.name);
    broker.mend();
    broker.mend();

    expect(alice.news).toEqual(["lost", "back"]);
    expect(bob.news).toEqual(["lost", "back"]);
    expect(alice.losses[0]).toMatchObject({ code: "BROKER_AWAY" });
  });

  test("what is on its way is lost by a cut, also when that is over before it would have come", async () => {
    const broker = memory();
    const [alice, bob] = await connected(broker, 2);
    await bob.subscribe("t");

    const published = alice.publish("t", "on its way");
    broker.cut();
    broker.mend();
    const later = alice.publish("t", "after");

    await expect(published).rejects.toMatchObject({ code: "BROKER_AWAY" });
    await later;
    expect(bob.texts("t")).toEqual(["after"]);
  });

  test("one process can be cut off: it loses what others publish, and they go on", async () => {
    const broker = memory();
    const [alice, bob, carol] = await connected(broker, 3);
    for (const process of [alice, bob, carol]) await process.subscribe("t");
    expect(broker.processes).toEqual([alice.name, bob.name, carol.name]);

    broker.cut(bob.name);
    await expect(bob.publish("t", "rejected")).rejects.toMatchObject({ code: "BROKER_AWAY" });
    const unseen = alice.publish("t", "unseen by bob");
    broker.mend(bob.name);
    await unseen;
    await alice.publish("t", "seen by all");

    expect(bob.texts("t")).toEqual(["seen by all"]);
    expect(carol.texts("t")).toEqual(["unseen by bob", "seen by all"]);
    expect([alice.news, bob.news]).toEqual([[], ["lost", "back"]]);
  });

  test("a cut of one process loses what was on its way to it", async () => {
    const broker = memory();
    const [alice, bob] = await connected(broker, 2);
    await bob.subscribe("t");

    const published = alice.publish("t", "on its way");
    broker.cut(bob.name);
    broker.mend(bob.name);
    await published;
    await alice.publish("t", "after");

    expect(bob.texts("t")).toEqual(["after"]);
  });

  test("what was unsubscribed from while a message was on its way is not heard", async () => {
    const [alice, bob] = await connected(memory(), 2);
    await bob.subscribe("t", "u");

    const published = alice.publish("t", "too late");
    await bob.unsubscribe("t");
    await published;

    expect(bob.heard).toEqual([]);
  });

  test("close waits until what was published has come", async () => {
    const [alice, bob] = await connected(memory(), 2);
    await bob.subscribe("t");

    void alice.publish("t", "hello");
    await alice.close();

    expect(bob.texts("t")).toEqual(["hello"]);
  });

  test("nothing is left of subscriptions, entries and connections that have ended", async () => {
    const broker = memory();
    const [alice, bob, carol] = await connected(broker, 3);
    await alice.subscribe("t", "u");
    await bob.subscribe("t");
    await alice.show(["t", "m", "a"], ["u", "m", "a"], ["v", "m", "a"]);
    await bob.show(["t", "m", "b"]);
    expect([broker.subscribed, broker.shown]).toEqual([
      ["t", "u"],
      ["t", "u", "v"],
    ]);

    await alice.show(["v", "m", null]);
    await alice.close();
    await bob.unsubscribe("t");
    expect([broker.subscribed, broker.shown]).toEqual([[], ["t", "u"]]);
    await carol.presence.clear(alice.name);
    expect([broker.processes, broker.shown]).toEqual([[bob.name, carol.name], ["t"]]);
    await bob.show(["t", "m", null]);
    await bob.presence.clear(bob.name);

    expect(broker.shown).toEqual([]);
    expect(await carol.look()).toEqual({});
  });

  test("a subscription during a cut waits for its end, or for that of the connection", async () => {
    const broker = memory();
    const [alice, bob] = await connected(broker, 2);
    const settled: string[] = [];
    broker.cut();

    const waiting = alice.subscribe("t").then(() => settled.push("alice"));
    const closing = bob.subscribe("t").then(() => settled.push("bob"));
    await bob.close();
    await closing;
    expect(settled).toEqual(["bob"]);
    broker.mend();
    await waiting;

    expect(settled).toEqual(["bob", "alice"]);
    expect(bob.news).toEqual(["lost"]);
  });

  test("presence survives a cut, unless it is forgotten", async () => {
    const broker = memory();
    const [alice, bob] = await connected(broker, 2);
    await alice.show(["t", "m", "a"]);

    broker.cut();
    broker.mend();
    expect(await bob.members("t")).toEqual({ m: "a" });
    broker.forget();

    expect(await bob.members("t")).toEqual({});
    expect(await alice.presence.renew()).toBe("lapsed");
  });

  test("a cut while messages are handed out stops the rest of them", async () => {
    const broker = memory();
    const [alice, bob] = await connected(broker, 2);
    await bob.subscribe("t");
    bob.onMessage = () => broker.cut();

    const [first, second] = await Promise.allSettled([alice.publish("t", "1", "2"), alice.publish("t", "3")]);

    expect(bob.texts("t")).toEqual(["1"]);
    expect([first.status, second.status]).toEqual(["fulfilled", "rejected"]);
  });
});

async function connected<Count extends 2 | 3 | 4>(broker: MemoryBroker, count: Count) {
  const processes: BrokerProcess[] = [];
  for (let index = 0; index < count; index++) {
    const process = new BrokerProcess();
    const { signal } = new AbortController();
    process.connection = await broker.connect({ process: process.name, listener: process, signal });
    processes.push(process);
  }
  return processes as [BrokerProcess, BrokerProcess, BrokerProcess, BrokerProcess];
}
