/** Brokers on clients of the user's own: these are models for ours, and stay what they are. */

import { createClient, createCluster, RESP_TYPES } from "redis";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { RedisClient, RedisCluster } from "../../../src/brokers/redis/index.ts";
import { redis } from "../../../src/brokers/redis/index.ts";
import { RedisServer, redisPath } from "../../support/redis-server.ts";
import { uncaught } from "../../support/uncaught.ts";
import { connected, refusal } from "./connected.ts";

describe.skipIf(redisPath === undefined)("a broker on a client of the user's", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start({ password: "topsecret" });
  });
  afterAll(() => server?.close());
  const url = () => server.url.replace("//", "//:topsecret@");

  test("has the client's place, without its password", () => {
    const place = (options: object) => redis(createClient(options)).place;
    expect(place({ url: url() })).toBe(server.url);
    expect(place({})).toBe("redis://localhost:6379");
    expect(place({ url: "rediss://a:b@[::1]:7000/2" })).toBe("rediss://[::1]:7000/2");
    expect(place({ socket: { path: "/run/redis.sock" } })).toBe("unix:///run/redis.sock");
    expect(redis(createCluster({ rootNodes: [{ url: url() }] })).place).toBe(server.url);
    expect(redis(createCluster({ rootNodes: [{ socket: { host: "a", port: 1 } }] })).place).toBe("redis://a:1");
  });

  test("does not connect one that is not connected", async () => {
    const client = createClient({ url: url() });
    const alice = await connected(redis(client));
    await alice.subscribe("t");
    await alice.publish("t", "hello");

    expect(await alice.hears("t", "hello")).toEqual(["hello"]);
    await alice.close();
    expect(client.isOpen).toBe(false);
  });

  test("leaves one that is connected open, and its subscriptions alone", async () => {
    const client = createClient({ url: url() });
    await client.connect();
    onTestFinished(() => client.destroy());
    const heard: string[] = [];
    await client.subscribe("antiphon:t", (message) => heard.push(message));

    const alice = await connected(redis(client));
    await alice.subscribe("t");
    await alice.publish("t", "hello");
    await alice.hears("t", "hello");
    await alice.unsubscribe("t");
    await alice.close();

    expect(client.isReady).toBe(true);
    await client.publish("antiphon:t", "still there");
    await expect.poll(() => heard).toEqual(["hello", "still there"]);
  });

  test.each([
    ["RESP 2", { RESP: 2 as const }],
    ["RESP 3", { RESP: 3 as const }],
    ["types of its own", { commandOptions: { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } } }],
    ["a prefix for keys, pings and a short queue", { keyPrefix: "mine:", pingInterval: 1, commandsQueueMaxLength: 1 }],
  ])("is not disturbed by %s", async (_what, options) => {
    const client = createClient({ url: url(), ...options });
    const model = "commandOptions" in options ? client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer }) : client;
    const alice = await connected(redis(model as RedisClient, { namespace: "of-a-client" }));
    const bob = await connected(redis(url(), { namespace: "of-a-client" }));

    await alice.subscribe("t", "u", "v");
    await bob.publish("t", "hello");
    expect(await alice.hears("t", "hello")).toEqual(["hello"]);
    await alice.unsubscribe("t", "u");
    await bob.publish("v", "end");
    await alice.hears("v", "end");
    await alice.show(["t", "m1", "one"], ["t", "m2", "two"]);
    expect(await bob.members("t")).toEqual({ m1: "one", m2: "two" });
    expect(await alice.read("t")).toEqual(await bob.read("t"));
    expect(await alice.count("t")).toEqual({ [alice.name]: 2 });
    expect(await alice.look()).toMatchObject({ [alice.name]: "alive" });
    expect(await alice.presence.renew()).toBe("renewed");
    await alice.presence.clear(alice.name);
    await eventuallyLost(alice, server);
  });

  test("has no error event of its own that nobody hears", async () => {
    const errors = uncaught();
    const client = createClient({ url: url().replace("topsecret", "wrong") });

    expect(await refusal(redis(client))).toMatchObject({
      message: `redis at ${server.url} cannot be reached: the user name or the password is wrong`,
    });
    expect(errors).toEqual([]);
  });
});

/** It comes back, too, with what the client is. */
async function eventuallyLost(process: Awaited<ReturnType<typeof connected>>, server: RedisServer): Promise<void> {
  await server.ask("CLIENT", "KILL", "TYPE", "pubsub");
  await process.hearsNews("back", 3_000);
  await process.publish("v", "again");
  await process.hears("v", "again");
}

test("the types of the package fit ours", () => {
  const models: (RedisClient | RedisCluster)[] = [
    createClient(),
    createClient({ RESP: 2 }),
    createClient().withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer }),
    createCluster({ rootNodes: [] }),
    createCluster({ rootNodes: [], RESP: 2 }),
  ];
  expect(models.map((model) => redis(model).name)).toEqual(models.map(() => "redis"));

  // @ts-expect-error a client is no URL, and nothing else is a client.
  expect(() => redis({ url: "redis://localhost" })).toThrow();
  // @ts-expect-error the options of a client are its own.
  expect(() => redis(createClient(), { client: {} })).toThrow();
  const options: NonNullable<Parameters<typeof createClient>[0]> = { username: "u", socket: { host: "h", tls: true } };
  expect(redis("redis://localhost", { client: options, lease: 5_000, namespace: "shop" }).name).toBe("redis");
});
