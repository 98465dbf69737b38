/** `nats(connection)`: a connection of the user carries rooms, keeps all its freedom, and never sends what was reported as failed. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BorrowedLine } from "../../../src/brokers/nats/borrowed-line.ts";
import { nats } from "../../../src/brokers/nats/index.ts";
import type { Broker } from "../../../src/rooms/broker.ts";
import { NATS_SERVER, NatsServer, natsServer } from "../../support/nats-server.ts";
import { failureOf, natsPeer, twoPeers, userConnection } from "./nats-peer.ts";
import { Relay } from "./relay.ts";

describe.skipIf(NATS_SERVER === undefined)("a connection of the user", () => {
  test("is left open, and nothing of ours stays on it", async () => {
    const server = await natsServer({ jetstream: true });
    const client = await userConnection(server.url);
    const held = () => {
      const { protocol } = client as unknown as {
        protocol: { subscriptions: { size(): number }; listeners: unknown[] };
      };
      return [protocol.subscriptions.size(), protocol.listeners.length];
    };
    const peer = await natsPeer(nats(client));
    // For answers to requests the client subscribes once, for itself.
    const [before] = held() as [number, number];
    await peer.subscribe("t", "u");
    await peer.presence.renew();
    expect(held()).toEqual([before + 2, 1]);

    await peer.close();

    expect(held()).toEqual([before, 0]);
    expect([client.isClosed(), client.isDraining()]).toEqual([false, false]);
    const others = client.subscribe("theirs", { max: 1 });
    client.publish("theirs", "still there");
    for await (const message of others) expect(message.string()).toBe("still there");
  });

  test("carries several apps, each with its own end", async () => {
    const server = await natsServer();
    const client = await userConnection(server.url);
    const [alice, bob] = await twoPeers(nats(client));
    const carol = await natsPeer(nats(client, { namespace: "other" }));
    for (const peer of [bob, carol]) await peer.subscribe("t");

    await alice.publish("t", "one");
    await bob.hears("t", "one");
    await alice.close();
    await carol.publish("t", "own");
    expect(await failureOf(alice.publish("t", "two"))).toMatchObject({ code: "BROKER_CLOSED" });

    expect(await carol.hears("t", "own")).toEqual(["own"]);
    expect(bob.texts("t")).toEqual(["one"]);
  });

  test("is away while it is lost and dials: what is published then is rejected, and never sent", async () => {
    const server = await natsServer({ jetstream: true });
    const relay = await Relay.open(server.port);
    const bob = await natsPeer(nats(server.url));
    await bob.subscribe("t");
    const theirs = await userConnection(server.url);
    const kept: string[] = [];
    theirs.subscribe("theirs", { callback: (_, message) => void kept.push(message.string()) });
    await theirs.flush();
    const client = await userConnection(relay.url);
    const alice = await natsPeer(nats(client));
    await alice.subscribe("to-alice");
    await alice.show(["t", "m", "before"]);

    // When the server has greeted, and not answered, the client keeps what it is given, and sends it later.
    relay.holdAnswers();
    relay.cut();
    await alice.hearsNews("lost", 1_000);
    expect(await failureOf(alice.publish("t", "at once"))).toMatchObject({ code: "BROKER_AWAY" });
    await expect.poll(() => relay.greetings, { timeout: 3_000 }).toBe(2);
    await expect.poll(() => client.info === undefined).toBe(false);
    client.publish("theirs", "kept");
    expect(await failureOf(alice.publish("t", "meanwhile"))).toMatchObject({ code: "BROKER_AWAY" });
    const written = alice.presence.write([{ topic: "t", member: "m", info: "meanwhile" }]);
    expect(await failureOf(written)).toMatchObject({ code: "BROKER_AWAY" });
    relay.release();
    await alice.hearsNews("back", 3_000);
    await alice.publish("t", "after");

    expect(await bob.hears("t", "after")).toEqual(["after"]);
    await expect.poll(() => kept).toEqual(["kept"]);
    expect(await bob.members("t")).toEqual({ m: "before" });
    await bob.publish("to-alice", "still subscribed");
    expect(await alice.hears("to-alice", "still subscribed")).toEqual(["still subscribed"]);
    expect(alice.news).toEqual(["lost", "back"]);
  });

  test("what was on its way when it was cut is rejected, and not sent again", async () => {
    const server = await natsServer();
    const relay = await Relay.open(server.port);
    const bob = await natsPeer(nats(server.url));
    await bob.subscribe("t");
    const alice = await natsPeer(nats(await userConnection(relay.url)));

    relay.holdAnswers();
    const unknown = failureOf(alice.publish("t", "unknown"));
    await bob.hears("t", "unknown");
    relay.cut();
    expect(await unknown).toMatchObject({ code: "BROKER_AWAY" });
    relay.release();
    await alice.hearsNews("back", 3_000);
    await alice.publish("t", "after");

    expect(await bob.hears("t", "after")).toEqual(["unknown", "after"]);
  });

  test("that was closed by the user is lost for good, and says so", async () => {
    const server = await natsServer();
    const client = await userConnection(server.url);
    const peer = await natsPeer(nats(client));

    await client.close();
    await peer.hearsNews("lost", 1_000);

    expect(peer.losses).toHaveLength(1);
    expect(String(peer.losses[0])).toContain("the connection that nats() was given was closed");
    expect(await failureOf(peer.publish("t", "?"))).toMatchObject({ code: "BROKER_AWAY" });
  });

  test("that is being drained publishes no more", async () => {
    const server = await natsServer();
    const client = await userConnection(server.url);
    const peer = await natsPeer(nats(client));
    const drained = client.drain();
    expect(await failureOf(peer.connection.subscribe(["t"]))).toMatchObject({ code: "BROKER_AWAY" });
    await drained;
    expect(await failureOf(peer.publish("t", "?"))).toMatchObject({ code: "BROKER_AWAY" });
  });

  test("counts as away from the moment in which it dials, before it has said so", async () => {
    const silent = { lineOnClient() {}, lineOnLost() {}, lineOnBack() {}, lineOnError() {} };
    const client = {
      info: { max_payload: 1 } as { max_payload: number } | undefined,
      flush: async () => {},
      getServer: () => "h:1",
      status: async function* () {},
    };
    const line = await BorrowedLine.open(client as never, 1_000, silent, new AbortController().signal);
    expect(line.client).toBe(client);
    client.info = undefined;
    expect(line.client).toBeUndefined();
    await line.close();
  });

  describe("and a server that does not answer", () => {
    let server: NatsServer;
    beforeAll(async () => {
      server = new NatsServer();
      await server.start();
    });
    afterAll(() => server.close());

    test("is told to be away and back, without the connection's having ended", async () => {
      const client = await userConnection(server.url);
      const broker: Broker = nats(client);
      const [alice, bob] = await twoPeers(broker);
      await bob.subscribe("t");

      server.pause();
      const unknown = failureOf(alice.publish("t", "unknown"));
      for (const peer of [alice, bob]) await peer.hearsNews("lost", 6_000);
      expect(await unknown).toMatchObject({ code: "BROKER_AWAY", cause: { code: "BROKER_SILENT" } });
      expect(await failureOf(alice.publish("t", "meanwhile"))).toMatchObject({ code: "BROKER_AWAY" });
      server.resume();
      for (const peer of [alice, bob]) await peer.hearsNews("back", 3_000);
      await alice.publish("t", "after");

      expect(await bob.hears("t", "after")).toEqual(["unknown", "after"]);
      expect([alice.news, client.isClosed()]).toEqual([["lost", "back"], false]);
    });
  });
});
