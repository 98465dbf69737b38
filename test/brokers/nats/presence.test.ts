/** Presence in JetStream of a real nats-server: what it leaves behind, what others decided, and what is when it is not there. */

import { jetstreamManager } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { describe, expect, test } from "vitest";
import { nats } from "../../../src/brokers/nats/index.ts";
import { NATS_SERVER, natsServer } from "../../support/nats-server.ts";
import { numbers } from "../broker-lab.ts";
import { failureOf, natsPeer, twoPeers, userConnection } from "./nats-peer.ts";

describe.skipIf(NATS_SERVER === undefined)("presence on NATS", () => {
  test("without JetStream every call says so, and messages go on", async () => {
    const server = await natsServer();
    const [alice, bob] = await twoPeers(nats(server.url));
    const { presence } = alice;
    const calls = [
      presence.renew(),
      presence.write([{ topic: "t", member: "m", info: "x" }]),
      presence.read("t"),
      presence.count("t"),
      presence.look(),
      presence.clear("p1"),
    ];
    for (const failure of await Promise.all(calls.map(failureOf))) {
      expect(failure).toMatchObject({
        name: "BrokerError",
        code: "BROKER_WITHOUT_JETSTREAM",
        message: `presence needs JetStream, which nats at ${server.url} does not have`,
      });
    }
    await bob.subscribe("t");
    await alice.publish("t", "hello");
    expect(await bob.hears("t", "hello")).toEqual(["hello"]);
  });

  test("JetStream that an account may not use is none", async () => {
    const server = await natsServer({
      jetstream: true,
      config:
        "accounts { A { users: [{ user: a, password: a }] }, SYS { users: [{ user: s, password: s }] } }, system_account: SYS",
    });
    const peer = await natsPeer(nats(server.url, { user: "a", pass: "a" }));
    expect(await failureOf(peer.presence.look())).toMatchObject({ code: "BROKER_WITHOUT_JETSTREAM" });
  });

  test("what is removed leaves nothing behind: no marker, no message", async () => {
    const server = await natsServer({ jetstream: true });
    const peer = await natsPeer(nats(server.url, { namespace: "shop" }));
    const manager = await jetstreamManager(await userConnection(server.url));
    const messages = async (bucket: string) =>
      (await manager.streams.info(`KV_shop-presence-${bucket}`)).state.messages;

    await peer.show(...numbers(1_200).map((number) => [`r:${Number(number) % 7}`, `m${number}`, number] as const));
    expect(await messages("members")).toBe(1_200);
    expect(await messages("processes")).toBe(1);
    await peer.show(["r:0", "m0", "changed"], ["r:1", "m1", "changed"]);
    expect(await messages("members")).toBe(1_200);
    await peer.show(...numbers(1_200).map((number) => [`r:${Number(number) % 7}`, `m${number}`, null] as const));
    expect(await messages("members")).toBe(0);
    for (const _ of numbers(5)) await peer.presence.renew();
    expect(await messages("leases")).toBe(2);

    await peer.presence.clear(peer.name);
    expect([await messages("members"), await messages("processes"), await messages("leases")]).toEqual([0, 0, 0]);
  });

  test("the buckets are such as the tools of NATS know", async () => {
    const server = await natsServer({ jetstream: true });
    const peer = await natsPeer(nats(server.url, { namespace: "shop", lease: 5_000 }));
    await peer.show(["r:lobby", "m1", "hello"]);

    const tools = new Kvm(await userConnection(server.url));
    const members = await tools.open("shop-presence-members");
    const keys: string[] = [];
    for await (const key of await members.keys()) keys.push(key);
    const key = `r=3Alobby.${peer.name}.m1`;
    const statuses = await Promise.all(
      ["leases", "processes", "members"].map(async (name) => (await tools.open(`shop-presence-${name}`)).status()),
    );

    expect(keys).toEqual([key]);
    expect((await members.get(key))?.string()).toBe("hello");
    expect(statuses.map(({ ttl, storage, history }) => [ttl, storage, history])).toEqual([
      [5_000, "memory", 2],
      [0, "memory", 1],
      [0, "memory", 1],
    ]);
  });

  test("the lease of a namespace is that of the first; whoever asks for another has it, too", async () => {
    const server = await natsServer({ jetstream: true });
    const first = await natsPeer(nats(server.url, { lease: 2_000 }));
    const second = await natsPeer(nats(server.url, { lease: 60_000 }));
    expect([first.presence.lease, second.presence.lease]).toEqual([2_000, 60_000]);
    await first.presence.renew();
    await second.presence.renew();
    const third = await natsPeer(nats(server.url, { lease: 60_000 }));

    expect([first, second, third].map(({ presence }) => presence.lease)).toEqual([2_000, 2_000, 2_000]);
    expect(await third.look()).toEqual({ [first.name]: "alive", [second.name]: "alive" });
  });

  test("a server that was started anew has forgotten all: the buckets are made again at the first use", async () => {
    const server = await natsServer({ jetstream: true });
    const [alice, bob] = await twoPeers(nats(server.url));
    await alice.show(["t", "m", "before"]);
    await bob.show(["t", "m", "before"]);
    expect(await alice.presence.renew()).toBe("renewed");

    await server.kill();
    for (const peer of [alice, bob]) await peer.hearsNews("lost", 3_000);
    await server.start();
    for (const peer of [alice, bob]) await peer.hearsNews("back", 5_000);

    const [members, count] = await Promise.all([bob.members("t"), bob.count("t"), bob.look()]);
    expect([members, count]).toEqual([{}, {}]);
    expect(await Promise.all([alice.presence.renew(), bob.presence.renew()])).toEqual(["lapsed", "lapsed"]);
    await alice.presence.write([{ topic: "t", member: "m", info: "after" }]);
    expect(await bob.members("t")).toEqual({ m: "after" });
    expect(await alice.presence.renew()).toBe("renewed");
  });

  test.each(["write", "renew"] as const)("a bucket that somebody has deleted is made again by %s", async (call) => {
    const server = await natsServer({ jetstream: true });
    const [alice, bob] = await twoPeers(nats(server.url));
    for (const peer of [alice, bob]) await peer.show(["t", peer.name, "before"]);
    const manager = await jetstreamManager(await userConnection(server.url));
    for (const name of ["leases", "processes", "members"]) await manager.streams.delete(`KV_antiphon-presence-${name}`);

    if (call === "renew") expect(await alice.presence.renew()).toBe("lapsed");
    await alice.presence.write([{ topic: "t", member: "m", info: "after" }]);
    if (call === "write") expect(await alice.presence.renew()).toBe("lapsed");

    expect(await bob.members("t")).toEqual({ m: "after" });
  });

  test("a number that another process has in a bucket made anew is no renewal of ours", async () => {
    const server = await natsServer({ jetstream: true });
    const [alice, bob] = await twoPeers(nats(server.url));
    await alice.presence.renew();
    await bob.presence.renew();
    const manager = await jetstreamManager(await userConnection(server.url));
    await manager.streams.delete("KV_antiphon-presence-leases");

    expect(await bob.presence.renew()).toBe("lapsed");
    expect(await alice.presence.renew()).toBe("lapsed");
    expect(await alice.presence.renew()).toBe("renewed");
  });

  test("storing and removing take place in the order of the calls, though they do not wait for each other", async () => {
    const server = await natsServer({ jetstream: true });
    const peer = await natsPeer(nats(server.url));
    await peer.presence.renew();
    const calls: Promise<void>[] = [];
    for (const number of numbers(30)) {
      calls.push(peer.presence.write([{ topic: "t", member: "left", info: number }]));
      // A turn between them, so that they are no batch.
      await null;
      calls.push(peer.presence.write([{ topic: "t", member: "left", info: null }]));
      await null;
      calls.push(peer.presence.write([{ topic: "t", member: "stayed", info: null }]));
      await null;
      calls.push(peer.presence.write([{ topic: "t", member: "stayed", info: number }]));
    }
    await Promise.all(calls);
    expect(await peer.members("t")).toEqual({ stayed: "29" });
  });

  test("an entry that is too large is refused alone", async () => {
    const server = await natsServer({ jetstream: true, config: "max_payload: 2000" });
    const peer = await natsPeer(nats(server.url));
    await peer.presence.renew();

    const written = peer.presence.write([
      { topic: "t", member: "a", info: "small" },
      { topic: "t", member: "b", info: "ü".repeat(1_001) },
      { topic: "t", member: "c", info: "x".repeat(2_000) },
    ]);

    expect(await failureOf(written)).toMatchObject({
      code: "NATS_PAYLOAD_TOO_LARGE",
      message: `message of 2 002 bytes exceeds max_payload (2 000) of nats at ${server.url}`,
    });
    expect(await peer.members("t")).toEqual({ a: "small", c: "x".repeat(2_000) });
  });

  test("what JetStream refuses is told with its reason", async () => {
    const account = "A { users: [{ user: a, password: a }], jetstream { max_streams: 1 } }";
    const server = await natsServer({ jetstream: true, config: `accounts { ${account} }` });
    const peer = await natsPeer(nats(server.url, { user: "a", pass: "a" }));
    const failure = await failureOf(peer.presence.renew());
    expect(failure).toMatchObject({ code: "JETSTREAM_REFUSED" });
    expect(failure.message).toMatch(
      /^JetStream of nats at \S+ refuses \S+STREAM.CREATE\S+: maximum number of streams reached/,
    );
  });

  test("names that no bucket may have get a hash, one for each", async () => {
    const server = await natsServer({ jetstream: true });
    const names = ["_a", "a.b", "a=2Eb", "*", "ü", "x".repeat(300), `${"x".repeat(299)}y`, " ", "a/b"];
    const peers = await Promise.all(names.map((namespace) => natsPeer(nats(server.url, { namespace }))));
    for (const [index, peer] of peers.entries()) await peer.show(["t", "m", String(index)]);
    for (const [index, peer] of peers.entries()) expect(await peer.members("t")).toEqual({ m: String(index) });
    expect((await peers[0]!.look())[peers[0]!.name]).toBe("alive");
  });

  test("renewals that do not wait for each other are one", async () => {
    const server = await natsServer({ jetstream: true });
    const peer = await natsPeer(nats(server.url));
    const { presence } = peer;
    expect(await Promise.all([presence.renew(), presence.renew()])).toEqual(["lapsed", "lapsed"]);
    expect(await Promise.all([presence.renew(), presence.renew(), presence.renew()])).toEqual(
      numbers(3).map(() => "renewed"),
    );
  });

  test("a process that shows nothing is no longer known when its lease has ended", async () => {
    const server = await natsServer({ jetstream: true });
    const [alice, bob] = await twoPeers(nats(server.url, { lease: 1_500 }));
    await alice.presence.renew();
    expect(await bob.look()).toEqual({ [alice.name]: "alive" });
    await expect.poll(() => bob.look(), { timeout: 5_000 }).toEqual({});
  });
});
