/** What presence leaves in a real Redis: nothing that is not shown now, under the namespace and nowhere else. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { redis } from "../../../src/brokers/redis/index.ts";
import { RedisServer, redisPath } from "../../support/redis-server.ts";
import { numbers } from "../broker-lab.ts";
import { connected } from "./connected.ts";

describe.skipIf(redisPath === undefined)("the keys of presence", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server?.close());
  const keys = async () => ((await server.ask("KEYS", "*")) as string[]).sort();

  test("begin with the namespace, and the lease ends by itself", async () => {
    const alice = await connected(redis(server.url, { namespace: "the shop", lease: 60_000 }));
    await alice.show(["r:lobby", "m", "info"]);

    const start = "the=20shop:";
    expect(await keys()).toEqual([
      `${start}at:r=3Alobby`,
      `${start}entries:r=3Alobby:${alice.name}`,
      `${start}lease:${alice.name}`,
      `${start}processes`,
      `${start}topics:${alice.name}`,
    ]);
    expect(await server.ask("PTTL", `${start}lease:${alice.name}`)).toSatisfy((left: number) => left > 50_000);
    await alice.presence.clear(alice.name);
    expect(await keys()).toEqual([]);
  });

  test("of a topic go with its last member", async () => {
    const alice = await connected(redis(server.url));
    const rooms = numbers(2_500).map((number) => [`r:${number}`, "m", "info"] as const);

    await alice.show(...rooms, ["kept", "m", "info"]);
    await alice.show(...rooms.map(([topic, member]) => [topic, member, null] as const));

    expect(await keys()).toEqual([
      "antiphon:at:kept",
      `antiphon:entries:kept:${alice.name}`,
      `antiphon:lease:${alice.name}`,
      "antiphon:processes",
      `antiphon:topics:${alice.name}`,
    ]);
    await alice.presence.clear(alice.name);
    expect(await keys()).toEqual([]);
  });

  test("are those of what is shown, after changes that did not wait for each other", async () => {
    const alice = await connected(redis(server.url));
    const bob = await connected(redis(server.url));
    const shown = new Map<string, Map<string, string>>();
    // The same each time, and without any order to see.
    const random = (step: number, most: number) => Math.floor((Math.sin(step * 12.9898) * 43_758.5453 + 1e6) % most);

    await alice.presence.renew();
    const calls: Promise<void>[] = [];
    for (let step = 0; step < 600; step++) {
      const topic = `t${random(step, 7)}`;
      const member = `m${random(step + 0.3, 5)}`;
      const info = random(step + 0.6, 5) < 3 ? null : String(step);
      const members = shown.get(topic) ?? new Map<string, string>();
      info === null ? members.delete(member) : members.set(member, info);
      shown.set(topic, members);
      calls.push(alice.presence.write([{ topic, member, info }]));
      if (step % 17 === 0) await calls.at(-1);
    }
    await Promise.all(calls);

    const full = [...shown].filter(([, members]) => members.size > 0);
    for (const [topic, members] of shown) expect(await bob.members(topic)).toEqual(Object.fromEntries(members));
    expect(await keys()).toEqual(
      [
        ...full.flatMap(([topic]) => [`antiphon:at:${topic}`, `antiphon:entries:${topic}:${alice.name}`]),
        `antiphon:lease:${alice.name}`,
        "antiphon:processes",
        `antiphon:topics:${alice.name}`,
      ].sort(),
    );
    await bob.presence.clear(alice.name);
    expect(await keys()).toEqual([]);
  });

  test("are gone after clear, also of what was being written", async () => {
    const alice = await connected(redis(server.url));
    await alice.presence.renew();

    const writing = alice.presence.write(numbers(3_000).map((topic) => ({ topic, member: "m", info: "info" })));
    await alice.presence.clear(alice.name);
    await writing;

    expect(await keys()).toEqual([]);
  });

  test("of a process that died between two commands are found by clear", async () => {
    const alice = await connected(redis(server.url));
    const bob = await connected(redis(server.url));
    await alice.show(["t", "m", "info"]);
    // As if it had died before it could say that it has an entry there, and after it removed one.
    await server.ask("SREM", "antiphon:at:t", alice.name);
    await server.ask("SADD", `antiphon:topics:${alice.name}`, "u");

    await bob.presence.clear(alice.name);

    expect(await keys()).toEqual([]);
  });
});
