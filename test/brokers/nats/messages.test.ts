/** Messages over a real nats-server: its limits and permissions, its cluster, and what a lost connection must not do. */

import { createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { nats } from "../../../src/brokers/nats/index.ts";
import { NATS_SERVER, natsServer } from "../../support/nats-server.ts";
import { publication } from "../broker-lab.ts";
import { failureOf, natsPeer, twoPeers } from "./nats-peer.ts";
import { Relay } from "./relay.ts";

describe.skipIf(NATS_SERVER === undefined)("messages over NATS", () => {
  test("one that is too large is refused alone, and the sentence names the server's setting", async () => {
    const server = await natsServer({ config: "max_payload: 1000" });
    const [alice, bob] = await twoPeers(nats(server.url));
    await bob.subscribe("t");

    const published = alice.connection.publish([
      publication("t", "before"),
      publication("t", "x".repeat(1_001)),
      publication("t", "x".repeat(1_000)),
      publication("t", "after"),
    ]);

    expect(await failureOf(published)).toMatchObject({
      name: "BrokerError",
      code: "NATS_PAYLOAD_TOO_LARGE",
      message: `message of 1 001 bytes exceeds max_payload (1 000) of nats at ${server.url}`,
    });
    await alice.publish("t", "later");
    expect(await bob.hears("t", "later")).toEqual(["before", "x".repeat(1_000), "after", "later"]);
    expect(alice.news).toEqual([]);
  });

  test("what the server forbids is told to whom it concerns", async () => {
    const server = await natsServer({
      config: `authorization { users = [
        { user: ann, password: a, permissions: {
          publish: { allow: ["shop.>"], deny: ["shop.mute"] }, subscribe: { allow: ["shop.>", "_INBOX.>"], deny: ["shop.deaf"] } } }
      ] }`,
    });
    const broker = nats(server.url, { namespace: "shop", user: "ann", pass: "a" });
    const [alice, bob] = await twoPeers(broker);

    expect(await failureOf(bob.connection.subscribe(["heard", "deaf"]))).toMatchObject({
      code: "NATS_FORBIDDEN",
      message: `nats at ${server.url} forbids to subscribe to "shop.deaf"`,
    });
    const [mute, heard] = await Promise.all([failureOf(alice.publish("mute", "?")), alice.publish("heard", "!")]);
    expect(mute).toMatchObject({
      code: "NATS_FORBIDDEN",
      message: `nats at ${server.url} forbids to publish to "shop.mute"`,
    });
    expect(heard).toBeUndefined();
    expect(await bob.hears("heard", "!")).toEqual(["!"]);
    expect([...alice.news, ...bob.news]).toEqual([]);
  });

  test("presence that the server forbids is told as such", async () => {
    const server = await natsServer({
      jetstream: true,
      config:
        'authorization { users = [{ user: a, password: a, permissions: { publish: "shop.>", subscribe: ">" } }] }',
    });
    const peer = await natsPeer(nats(server.url, { namespace: "shop", user: "a", pass: "a" }));
    expect(await failureOf(peer.presence.renew())).toMatchObject({
      code: "NATS_FORBIDDEN",
      message: expect.stringContaining(`${server.url} forbids to publish to "$JS.API.STREAM.CREATE.KV_shop-presence-`),
    });
  });

  test("nobody hears its own", async () => {
    const server = await natsServer();
    const [alice, bob] = await twoPeers(nats(server.url));
    for (const peer of [alice, bob]) await peer.subscribe("t");
    await alice.publish("t", "from alice");
    await bob.publish("t", "from bob");
    expect(await alice.hears("t", "from bob")).toEqual(["from bob"]);
    expect(await bob.hears("t", "from alice")).toEqual(["from alice"]);
  });

  test("subjects are the namespace and the topic, in safe characters", async () => {
    const server = await natsServer();
    const peer = await natsPeer(nats(server.url, { namespace: "a.b" }));
    const other = await natsPeer(nats(server.url, { namespace: "a=2Eb" }));
    await peer.subscribe("c", "*");
    await other.subscribe("c", "*");
    const spy = await natsPeer(nats(server.url, { namespace: "a" }));
    await spy.subscribe("b.c", ">");

    await (await natsPeer(nats(server.url, { namespace: "a.b" }))).publish("c", "hello");

    expect(await peer.hears("c", "hello")).toEqual(["hello"]);
    await (await natsPeer(nats(server.url, { namespace: "a=2Eb" }))).publish("*", "end");
    expect(await other.hears("*", "end")).toEqual(["end"]);
    expect([peer.heard.length, other.heard.length, spy.heard.length]).toEqual([1, 1, 0]);
  });

  test("a connection that is cut comes back within a second, with all subscriptions, at the same server", async () => {
    const server = await natsServer();
    const relay = await Relay.open(server.port);
    const alice = await natsPeer(nats(server.url));
    const bob = await natsPeer(nats(relay.url));
    await bob.subscribe("t", "u");

    relay.cut();
    await bob.hearsNews("lost", 1_000);
    expect(bob.losses[0]).toMatchObject({ code: "BROKER_UNREACHABLE", message: expect.stringContaining("was lost") });
    await bob.hearsNews("back", 1_000);

    await alice.publish("t", "one");
    await alice.publish("u", "two");
    await bob.hears("u", "two");
    expect(bob.heard.length).toBe(2);
  });

  test("subscriptions are in place before it is told to be back, and nothing is published until then", async () => {
    const server = await natsServer();
    const relay = await Relay.open(server.port);
    const alice = await natsPeer(nats(server.url));
    const bob = await natsPeer(nats(relay.url));
    await bob.subscribe("t");
    relay.holdAnswers();
    relay.cut();
    await bob.hearsNews("lost", 1_000);
    await expect.poll(() => relay.greetings, { timeout: 3_000 }).toBe(2);

    expect(await failureOf(bob.publish("t", "meanwhile"))).toMatchObject({ code: "BROKER_AWAY" });
    const subscribed = bob.subscribe("u");
    expect(bob.news).toEqual(["lost"]);
    relay.release();
    await subscribed;
    expect(bob.news).toEqual(["lost", "back"]);

    await alice.publish("t", "one");
    await alice.publish("u", "two");
    await bob.hears("u", "two");
    expect(bob.texts("t")).toEqual(["one"]);
  });

  test("a second loss before it is back is no second loss", async () => {
    const server = await natsServer();
    const relay = await Relay.open(server.port);
    const bob = await natsPeer(nats(relay.url));
    await bob.subscribe("t");

    // Connected again, and the server's word that it knows the subscriptions is still to come.
    relay.holdAnswers(1);
    relay.cut();
    await expect.poll(() => relay.held, { timeout: 3_000 }).toBe(1);
    expect(bob.news).toEqual(["lost"]);
    relay.cut();
    relay.release();
    await bob.hearsNews("back", 3_000);

    expect(bob.news).toEqual(["lost", "back"]);
  });

  test("what waits while the server is silent is rejected as soon as the connection is given up", async () => {
    const server = await natsServer({ jetstream: true });
    const peer = await natsPeer(nats(server.url));
    await peer.presence.renew();

    server.pause();
    const began = performance.now();
    const calls = [
      peer.publish("t", "?"),
      peer.presence.renew(),
      peer.presence.look(),
      peer.connection.subscribe(["u"]),
    ];
    const [published, renewed, looked] = await Promise.all(calls.slice(0, 3).map(failureOf));
    const took = performance.now() - began;
    server.resume();

    for (const failure of [published, renewed, looked]) expect(failure).toMatchObject({ code: "BROKER_AWAY" });
    expect(published!.message).toBe(`publish needs nats at ${server.url}, which is away now`);
    expect(published!.cause).toMatchObject({
      code: "BROKER_SILENT",
      message: `ping: nats at ${server.url} did not answer within 3 750 ms`,
    });
    expect(took).toBeLessThan(5_500);
    // A subscription waits for the server instead.
    expect(await calls[3]).toBeUndefined();
    expect(peer.news).toEqual(["lost", "back"]);
  });

  test("a process that was busy itself for long has not missed the server", async () => {
    const server = await natsServer();
    const [alice, bob] = await twoPeers(nats(server.url));
    await bob.subscribe("t");

    const end = performance.now() + 6_000;
    while (performance.now() < end);
    await alice.publish("t", "end");

    await bob.hears("t", "end");
    expect([...alice.news, ...bob.news]).toEqual([]);
  });

  test("the server's own end in order is a loss as any other", async () => {
    const server = await natsServer();
    const [alice, bob] = await twoPeers(nats(server.url));
    await bob.subscribe("t");
    await server.stop();
    for (const peer of [alice, bob]) await peer.hearsNews("lost", 3_000);
    await server.start();
    for (const peer of [alice, bob]) await peer.hearsNews("back", 5_000);
    await alice.publish("t", "end");
    expect(await bob.hears("t", "end")).toEqual(["end"]);
  });

  test("servers of a cluster that nobody named are found when the named one is gone", async () => {
    const [one, two] = [await freePort(), await freePort()];
    const routes = (own: number) =>
      `cluster { name: c, listen: "127.0.0.1:${own}", routes: ["nats://127.0.0.1:${one}", "nats://127.0.0.1:${two}"] }`;
    const first = await natsServer({ config: routes(one) });
    const second = await natsServer({ config: routes(two) });
    // They know each other when what is published here is heard there.
    const there = await natsPeer(nats(second.url));
    await there.subscribe("t");
    const scout = await natsPeer(nats(first.url));
    await expect.poll(() => scout.publish("t", "?").then(() => there.heard.length), { timeout: 10_000 }).not.toBe(0);
    const bob = await natsPeer(nats(first.url));
    await bob.subscribe("u");

    await first.kill();
    await bob.hearsNews("lost", 2_000);
    await bob.hearsNews("back", 8_000);
    await there.publish("u", "found");

    expect(await bob.hears("u", "found")).toEqual(["found"]);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
