/** What is special with a real Redis Cluster: sharded pub/sub, slots that move, nodes that die, clients that know all nodes. */

import { createClient, createCluster } from "redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { redis } from "../../../src/brokers/redis/index.ts";
import { slotOf } from "../../../src/brokers/redis/slot.ts";
import { eventually } from "../../support/eventually.ts";
import type { RedisServer } from "../../support/redis-server.ts";
import { RedisClusterServers, redisPath } from "../../support/redis-server.ts";
import { uncaught } from "../../support/uncaught.ts";
import { numbers } from "../broker-lab.ts";
import { connected, refusal } from "./connected.ts";

describe.skipIf(redisPath === undefined)("a Redis Cluster", () => {
  let cluster: RedisClusterServers;
  beforeAll(async () => {
    cluster = await RedisClusterServers.start({ password: "topsecret" });
  });
  afterAll(() => cluster?.close());
  const url = () => cluster.url.replace("//", "//:topsecret@");
  const of = (server: RedisServer, ...words: string[]) => server.ask(...words) as Promise<string[]>;
  const all = (...words: string[]) => Promise.all(cluster.servers.map((server) => of(server, ...words)));

  test("puts names into slots as we do", async () => {
    for (const name of ["", "a", "123456789", "antiphon:r=3Alobby", "=F0=9F=98=80", "x".repeat(250)]) {
      expect(await of(cluster.servers[0]!, "CLUSTER", "KEYSLOT", name)).toBe(slotOf(name));
    }
  });

  test("behind the URL of one node is spoken to by sharded pub/sub, on all nodes", async () => {
    const alice = await connected(redis(url()));
    const bob = await connected(redis(url()));
    const topics = numbers(60);
    await alice.subscribe(...topics);

    await bob.connection.publish(topics.map((topic) => ({ topic, envelope: Uint8Array.of(1) })));
    await alice.hearsSoMany(60);

    const sharded = await all("PUBSUB", "SHARDCHANNELS");
    expect(sharded.flat()).toHaveLength(60);
    expect(sharded.every((channels) => channels.length > 5)).toBe(true);
    expect((await all("PUBSUB", "CHANNELS")).flat()).toEqual([]);
    await alice.unsubscribe(...topics);
    expect((await all("PUBSUB", "SHARDCHANNELS")).flat()).toEqual([]);
  });

  test("keeps presence on all nodes, and nothing of it after clear", async () => {
    const alice = await connected(redis(url()));
    const bob = await connected(redis(url()));
    await alice.show(...numbers(60).map((topic) => [topic, "m", topic] as const));

    expect((await all("KEYS", "*")).every((keys) => keys.length > 10)).toBe(true);
    expect(await bob.members("59")).toEqual({ m: "59" });
    await bob.presence.clear(alice.name);
    expect((await all("KEYS", "*")).flat()).toEqual([]);
  });

  test.each([
    ["createCluster", () => createCluster({ rootNodes: [{ url: url() }], defaults: { password: "topsecret" } })],
    ["createCluster with options of its own", () => ownOptions(url())],
    ["createClient on one node", () => createClient({ url: url() })],
  ])("is reached by a model: %s", async (_what, model) => {
    const client = model();
    const alice = await connected(redis(client));
    const bob = await connected(redis(url()));
    await alice.subscribe("t");
    await bob.publish("t", "hello");
    expect(await alice.hears("t", "hello")).toEqual(["hello"]);
    await alice.show(["t", "m", "info"]);
    expect(await bob.members("t")).toEqual({ m: "info" });
    await alice.presence.clear(alice.name);
    await alice.close();
    await bob.close();

    expect(client.isOpen).toBe(false);
    await eventually(connections).toEqual([0, 0, 0]);
  });

  test("that refuses the password says so, and keeps no connection", async () => {
    const wrong = createCluster({ rootNodes: [{ url: cluster.url }], defaults: { password: "wrong" } });
    for (const broker of [redis(wrong), redis(url().replace("topsecret", "wrong"))]) {
      expect(await refusal(broker)).toMatchObject({
        message: `redis at ${cluster.url} cannot be reached: the user name or the password is wrong`,
      });
    }
    await eventually(connections).toEqual([0, 0, 0]);
  });

  test("in which a slot moves is lost, and found again as it is then", async () => {
    const errors = uncaught();
    const alice = await connected(redis(url()));
    const bob = await connected(redis(url()));
    await alice.subscribe("t", "u");
    const [from, to] = await moveSlot(slotOf("antiphon:t"));

    // Not sent on to where the slot is now: there it could overtake what was published before.
    await expect(bob.publish("t", "too early")).rejects.toMatchObject({ code: "BROKER_AWAY" });
    await alice.hearsNews("back", 5_000);
    await bob.hearsNews("back", 5_000);
    await bob.publish("t", "hello");
    await bob.publish("u", "hello");

    expect(await alice.hears("t", "hello")).toEqual(["hello"]);
    expect(await alice.hears("u", "hello")).toEqual(["hello"]);
    expect(await of(to, "PUBSUB", "SHARDCHANNELS", "antiphon:t")).toEqual(["antiphon:t"]);
    expect(await of(from, "PUBSUB", "SHARDCHANNELS", "antiphon:t")).toEqual([]);
    expect(errors).toEqual([]);
  });

  test("of which a node dies is lost as a whole, and back when that is", async () => {
    const errors = uncaught();
    const alice = await connected(redis(url()));
    const topics = numbers(60);
    await alice.subscribe(...topics);

    await cluster.servers[1]!.stop();
    await alice.hearsNews("lost", 3_000);
    await expect(alice.publish("0", "meanwhile")).rejects.toMatchObject({ code: "BROKER_AWAY" });
    await cluster.start();
    await alice.hearsNews("back", 10_000);
    await alice.connection.publish(topics.map((topic) => ({ topic, envelope: Uint8Array.of(1) })));

    await alice.hearsSoMany(60);
    expect(alice.news.slice(0, 2)).toEqual(["lost", "back"]);
    await alice.close();
    await eventually(connections).toEqual([0, 0, 0]);
    expect(errors).toEqual([]);
  });

  test("of which not all slots are served is no place to connect to", async () => {
    await using apart = await RedisClusterServers.start();
    await apart.servers[2]!.ask("CLUSTER", "DELSLOTS", "16000");
    const look = async () => String(await apart.servers[2]!.ask("CLUSTER", "INFO"));
    await eventually(look).toContain("cluster_state:fail");

    expect(await refusal(redis(apart.servers[2]!.url))).toMatchObject({
      code: "BROKER_UNREACHABLE",
      message: expect.stringMatching(/: the cluster is down: not all of its slots are served$/),
    });
  });

  /** How many connections each node has but for the one that asks, and those of nodes. */
  async function connections(): Promise<number[]> {
    const lists = await all("CLIENT", "LIST", "TYPE", "normal");
    const subscribers = await all("CLIENT", "LIST", "TYPE", "pubsub");
    const lines = (list: unknown) =>
      String(list)
        .split("\n")
        .filter((line) => line !== "").length;
    return lists.map((list, index) => lines(list) - 1 + lines(subscribers[index]));
  }

  /** Moves a slot without keys from the node that has it to the next. */
  async function moveSlot(slot: number): Promise<[RedisServer, RedisServer]> {
    const owner = Math.floor((slot * 3) / 16_384);
    const [from, to] = [cluster.servers[owner]!, cluster.servers[(owner + 1) % 3]!];
    const [fromId, toId] = [String(await from.ask("CLUSTER", "MYID")), String(await to.ask("CLUSTER", "MYID"))];
    await to.ask("CLUSTER", "SETSLOT", String(slot), "IMPORTING", fromId);
    await from.ask("CLUSTER", "SETSLOT", String(slot), "MIGRATING", toId);
    await to.ask("CLUSTER", "SETSLOT", String(slot), "NODE", toId);
    await from.ask("CLUSTER", "SETSLOT", String(slot), "NODE", toId);
    return [from, to];
  }
});

function ownOptions(url: string) {
  return createCluster({
    rootNodes: [{ url }],
    RESP: 2,
    useReplicas: true,
    minimizeConnections: true,
    defaults: { password: "topsecret", name: "of-the-shop", socket: { reconnectStrategy: 10 } },
  });
}
