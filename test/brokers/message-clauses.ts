/** The clauses of the broker suite on messages: who hears what, in which order, and until when. */

import { expect, test } from "vitest";
import type { BrokerLab } from "./broker-lab.ts";
import { numbers, publication } from "./broker-lab.ts";

export function messageClauses(open: () => BrokerLab): void {
  test("everybody who subscribes hears what another publishes, once", async () => {
    const lab = open();
    const [alice, bob] = await lab.connectTwo();
    const carol = await lab.connect();
    await bob.subscribe("r:lobby");
    await carol.subscribe("r:lobby");

    await alice.publish("r:lobby", "hello", "end");

    expect(await bob.hears("r:lobby", "end")).toEqual(["hello", "end"]);
    expect(await carol.hears("r:lobby", "end")).toEqual(["hello", "end"]);
  });

  test("two brokers of one place and namespace are joined, as two apps are", async () => {
    const lab = open();
    const alice = await lab.connect({ broker: lab.broker() });
    const bob = await lab.connect({ broker: lab.broker() });
    await alice.subscribe("to-alice");
    await bob.subscribe("to-bob");

    await alice.publish("to-bob", "from alice");
    await bob.publish("to-alice", "from bob");

    expect(await bob.hears("to-bob", "from alice")).toEqual(["from alice"]);
    expect(await alice.hears("to-alice", "from bob")).toEqual(["from bob"]);
  });

  test("1,000 calls that do not wait for each other come in order", async () => {
    const [alice, bob] = await open().connectTwo();
    await bob.subscribe("t");

    const calls = numbers(1_000).map((number) => alice.publish("t", number));
    await Promise.all(calls);

    await bob.hearsSoMany(1_000);
    await alice.publish("t", "end");
    expect(await bob.hears("t", "end")).toEqual([...numbers(1_000), "end"]);
  });

  test("what one call publishes to several topics comes in order at each of them", async () => {
    const [alice, bob] = await open().connectTwo();
    const topics = numbers(10).map((number) => `topic ${number}`);
    await bob.subscribe(...topics);

    const all = numbers(1_000).map((number, index) => publication(topics[index % 10]!, number));
    await Promise.all([alice.connection.publish(all.slice(0, 700)), alice.connection.publish(all.slice(700))]);

    await bob.hearsSoMany(1_000);
    for (const [first, topic] of topics.entries()) {
      expect(bob.texts(topic)).toEqual(numbers(1_000).filter((_, index) => index % 10 === first));
    }
  });

  test("each publisher's own order holds when several publish to one topic", async () => {
    const lab = open();
    const [alice, bob] = await lab.connectTwo();
    const carol = await lab.connect();
    await carol.subscribe("t");

    const calls = numbers(200).flatMap((number) => [alice.publish("t", `a${number}`), bob.publish("t", `b${number}`)]);
    await Promise.all(calls);

    await carol.hearsSoMany(400);
    const of = (letter: string) => carol.texts("t").filter((text) => text.startsWith(letter));
    expect(of("a")).toEqual(numbers(200).map((number) => `a${number}`));
    expect(of("b")).toEqual(numbers(200).map((number) => `b${number}`));
  });

  test.each([
    ["every value of a byte", Uint8Array.from({ length: 256 }, (_, value) => value)],
    ["nothing", new Uint8Array(0)],
    ["line ends and words of a protocol", new TextEncoder().encode("\r\nPUB t 2\r\nxx\r\n$3\r\nGET\r\n")],
    ["a view into larger memory", new Uint8Array(64).map((_, index) => index).subarray(7, 19)],
    ["512 KiB", Uint8Array.from({ length: 512 * 1024 }, (_, index) => (index * 31) ^ (index >> 8))],
  ])("payload: %s", async (_, payload) => {
    const [alice, bob] = await open().connectTwo();
    await bob.subscribe("t");

    await alice.connection.publish([{ topic: "t", envelope: payload }]);

    await bob.hearsSoMany(1);
    const [{ topic, envelope }] = bob.heard as [{ topic: string; envelope: Uint8Array }];
    expect(topic).toBe("t");
    expect(envelope).toBeInstanceOf(Uint8Array);
    // As one comparison of memory: element by element, half a mebibyte takes a second.
    expect(Buffer.compare(envelope, payload)).toBe(0);
  });

  test("the bytes are the listener's: writing into them changes nobody else's, nor its own later ones", async () => {
    const lab = open();
    const [alice, bob] = await lab.connectTwo();
    const carol = await lab.connect();
    bob.onMessage = ({ envelope }) => void envelope.fill(0x21);
    await bob.subscribe("t");
    await carol.subscribe("t");

    await alice.publish("t", ...numbers(500));
    await carol.hearsSoMany(500);
    await bob.hearsSoMany(500);

    expect(carol.texts("t")).toEqual(numbers(500));
    expect(bob.texts("t")).toEqual(numbers(500).map((number) => "!".repeat(number.length)));
  });

  test("the publisher may write into its bytes when they are taken", async () => {
    const [alice, bob] = await open().connectTwo();
    await bob.subscribe("t");
    const envelope = new TextEncoder().encode("first");

    await alice.connection.publish([{ topic: "t", envelope }]);
    envelope.fill(0x21);

    expect(await bob.hears("t", "first")).toEqual(["first"]);
  });

  test("a subscription is in place when its promise resolves", async () => {
    const [alice, bob] = await open().connectTwo();

    for (const topic of numbers(50)) {
      await bob.subscribe(topic);
      await alice.publish(topic, "at once");
    }

    await bob.hearsSoMany(50);
    expect(bob.heard.map(({ topic }) => topic).sort()).toEqual(numbers(50).sort());
  });

  test("subscribing twice is subscribing once, and ends once", async () => {
    const [alice, bob] = await open().connectTwo();

    await bob.subscribe("t", "t", "fence");
    await bob.subscribe("t");
    await alice.publish("t", "once", "end");
    expect(await bob.hears("t", "end")).toEqual(["once", "end"]);

    await bob.unsubscribe("t");
    await alice.publish("t", "too late");
    await alice.publish("fence", "end");
    await bob.hears("fence", "end");
    expect(bob.texts("t")).toEqual(["once", "end"]);
  });

  test("what is not subscribed to can be unsubscribed from, and nothing can be done with nothing", async () => {
    const [alice, bob] = await open().connectTwo();
    await bob.subscribe("t");

    await bob.unsubscribe("never", "never");
    await bob.unsubscribe();
    await bob.subscribe();
    await alice.connection.publish([]);
    await bob.presence.write([]);

    await alice.publish("t", "end");
    expect(await bob.hears("t", "end")).toEqual(["end"]);
  });

  test("one connection's unsubscribing, or end, leaves the others what they have", async () => {
    const lab = open();
    const [alice, bob] = await lab.connectTwo();
    const carol = await lab.connect();
    for (const process of [alice, bob, carol]) await process.subscribe("t");

    await carol.unsubscribe("t");
    await alice.publish("t", "one");
    await bob.hears("t", "one");
    await carol.close();
    await alice.publish("t", "two");

    expect(await bob.hears("t", "two")).toEqual(["one", "two"]);
    expect(carol.heard).toEqual([]);
  });

  test("of calls that do not wait for each other, the last counts", async () => {
    const [alice, bob] = await open().connectTwo();

    await Promise.all([bob.subscribe("on"), bob.unsubscribe("on"), bob.subscribe("on")]);
    await Promise.all([bob.subscribe("off"), bob.unsubscribe("off")]);
    await alice.publish("off", "unheard");
    await alice.publish("on", "end");

    await bob.hears("on", "end");
    expect(bob.heard.map(({ topic }) => topic)).toEqual(["on"]);
  });

  test("1,000 topics at once, and none of them any more", async () => {
    const [alice, bob] = await open().connectTwo();
    const topics = numbers(1_000).map((number) => `r:${number}`);

    await bob.subscribe(...topics, "fence");
    await alice.connection.publish(topics.map((topic) => publication(topic, topic)));
    await bob.hearsSoMany(1_000);
    expect(bob.heard.filter(({ topic }) => bob.texts(topic).join() !== topic)).toEqual([]);

    await bob.unsubscribe(...topics);
    await alice.connection.publish(topics.map((topic) => publication(topic, "too late")));
    await alice.publish("fence", "end");
    await bob.hears("fence", "end");
    expect(bob.heard.length).toBe(1_001);
  });

  test("a connection that was closed hears nothing more, not of its own end either, and closes twice", async () => {
    const lab = open();
    const [alice, bob] = await lab.connectTwo();
    const carol = await lab.connect();
    await bob.subscribe("t");
    await carol.subscribe("t");

    await Promise.all([bob.close(), bob.close()]);
    await bob.close();
    await alice.publish("t", "too late", "end");

    await carol.hears("t", "end");
    expect(bob.heard).toEqual([]);
    expect(bob.news).toEqual([]);
  });

  test("publishing and subscribing are rejected after close", async () => {
    const [alice, bob] = await open().connectTwo();
    await bob.subscribe("t");
    await alice.close();

    await expect(alice.publish("t", "too late")).rejects.toThrow();
    await expect(alice.subscribe("t")).rejects.toThrow();
    await expect(alice.presence.renew()).rejects.toThrow();
    expect(bob.heard).toEqual([]);
  });

  test("close ends the connection behind what was published", async () => {
    const [alice, bob] = await open().connectTwo();
    await bob.subscribe("t");

    const published = Promise.all(numbers(300).map((number) => alice.publish("t", number)));
    await alice.close();

    await expect(published).resolves.toHaveLength(300);
    await bob.hearsSoMany(300);
    expect(bob.texts("t")).toEqual(numbers(300));
  });

  test("an attempt that is given up is rejected; a connection that stands does not mind", async () => {
    const lab = open();
    const later = new AbortController();
    await expect(lab.connect({ signal: AbortSignal.abort() })).rejects.toThrow();
    const alice = await lab.connect({ signal: later.signal });
    const bob = await lab.connect();
    await alice.subscribe("t");

    later.abort();
    await bob.publish("t", "end");

    expect(await alice.hears("t", "end")).toEqual(["end"]);
    expect(alice.news).toEqual([]);
  });
}
