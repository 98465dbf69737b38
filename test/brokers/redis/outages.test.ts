/** What becomes of a connection with a real Redis when half of it is cut, when the server is silent, and when it is slow to return. */

import { once } from "node:events";
import type { Socket } from "node:net";
import { connect, createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { redis } from "../../../src/brokers/redis/index.ts";
import { Condition } from "../../support/condition.ts";
import { eventually } from "../../support/eventually.ts";
import { RedisServer, redisPath } from "../../support/redis-server.ts";
import { uncaught } from "../../support/uncaught.ts";
import { numbers } from "../broker-lab.ts";
import { connected, refusal } from "./connected.ts";

describe.skipIf(redisPath === undefined)("a connection with Redis", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server?.close());

  test.each([
    ["subscriptions", "pubsub"],
    ["commands", "normal"],
  ])("whose half for %s is cut is lost, and back with both", async (_half, type) => {
    const errors = uncaught();
    const alice = await connected(redis(server.url));
    await alice.subscribe("t", "u");

    await server.ask("CLIENT", "KILL", "TYPE", type);
    await alice.hearsNews("back", 3_000);
    await alice.publish("t", "hello");
    await alice.publish("u", "hello");

    expect(await alice.hears("t", "hello")).toEqual(["hello"]);
    expect(await alice.hears("u", "hello")).toEqual(["hello"]);
    expect(alice.news).toEqual(["lost", "back"]);
    expect(alice.losses[0]).toMatchObject({
      code: "BROKER_UNREACHABLE",
      message: `redis at ${server.url} cannot be reached: it ended the connection; does it speak TLS (rediss://)?`,
    });
    await eventually(() => others(server)).toBe(2);
    expect(errors).toEqual([]);
  });

  test("that is cut again and again comes back each time, and leaves nothing behind", async () => {
    const errors = uncaught();
    const alice = await connected(redis(server.url));
    await alice.subscribe(...numbers(50));

    for (let round = 1; round <= 8; round++) {
      await server.ask("CLIENT", "KILL", "TYPE", round % 2 ? "pubsub" : "normal");
      await alice.until("return", () => alice.news.length === 2 * round, 5_000);
      await alice.publish(String(round), "hello");
      await alice.hears(String(round), "hello");
    }

    await eventually(() => others(server)).toBe(2);
    await alice.close();
    await eventually(() => others(server)).toBe(0);
    expect(errors).toEqual([]);
  });

  test("to a server that is silent is lost within five seconds, and back soon after it speaks again", async () => {
    const errors = uncaught();
    const proxy = await countingProxy(server.port);
    const alice = await connected(redis(proxy.url, { connectTimeout: 250 }));
    await alice.subscribe("t");

    server.pause();
    onTestFinished(() => server.resume());
    const paused = Date.now();
    const late = alice.subscribe("late");
    await alice.hearsNews("lost", 5_000);
    expect(Date.now() - paused).toBeGreaterThan(2_000);
    expect(alice.losses[0]).toMatchObject({
      code: "BROKER_SILENT",
      message: `ping: redis at ${proxy.url} did not answer within 3 000 ms`,
    });
    // Attempts that fail, since nobody answers: each is ended before the next.
    await proxy.changes.until("attempts", () => (proxy.accepted >= 5 ? true : undefined));
    server.resume();
    await alice.hearsNews("back", 3_000);
    await late;
    await alice.publish("late", "hello");
    await alice.publish("t", "hello");

    expect(await alice.hears("t", "hello")).toEqual(["hello"]);
    expect(await alice.hears("late", "hello")).toEqual(["hello"]);
    expect(alice.news).toEqual(["lost", "back"]);
    await eventually(() => proxy.open.size).toBe(2);
    await eventually(() => others(server)).toBe(2);
    expect(errors).toEqual([]);
  });

  test("of which one half is lost while the other is opened is none", async () => {
    const proxy = await countingProxy(server.port);
    const first = new Promise<Socket>((resolve) => proxy.server.once("connection", resolve));
    proxy.hold = async () => {
      if (proxy.accepted < 2) return;
      const closed = once(await first, "close");
      (await first).destroy();
      await closed;
    };

    expect(await refusal(redis(proxy.url))).toMatchObject({
      code: "BROKER_UNREACHABLE",
      message: expect.stringContaining("it ended the connection"),
    });
    await eventually(() => others(server)).toBe(0);
  });

  test("is not back before all subscriptions are in place", async () => {
    const alice = await connected(redis(server.url));
    const bob = await connected(redis(server.url));
    const topics = numbers(3_000);
    await alice.subscribe(...topics);
    await server.ask("CLIENT", "KILL", "TYPE", "pubsub");
    await alice.until("return", () => {
      if (alice.news.at(-1) !== "back") return false;
      // In the turn in which alice says so.
      void bob.publish("2999", "at once");
      return true;
    });
    await alice.hears("2999", "at once");

    const channels = (await server.ask("PUBSUB", "CHANNELS", "antiphon:*")) as string[];
    expect(channels).toHaveLength(3_000);
  });

  test("that fails at its first reconnections goes on for as long as it takes", async () => {
    const own = await RedisServer.start();
    onTestFinished(() => own.close());
    const alice = await connected(redis(own.url));
    await alice.subscribe("t");

    await own.stop();
    await alice.hearsNews("lost", 2_000);
    // In the way of all attempts: something that is no Redis, at the same port.
    const refused = new Condition();
    let attempts = 0;
    const impostor = createServer((socket) => {
      attempts++;
      socket.on("error", () => {});
      socket.resume().end("HTTP/1.1 400 Bad Request\r\n\r\n");
      refused.changed();
    }).listen(own.port, "127.0.0.1");
    await refused.until("attempts", () => (attempts >= 3 ? true : undefined));
    await new Promise((resolve) => impostor.close(resolve));
    await own.start();
    await alice.hearsNews("back", 4_000);
    await alice.publish("t", "hello");

    expect(await alice.hears("t", "hello")).toEqual(["hello"]);
    expect(alice.news).toEqual(["lost", "back"]);
  });
});

/** A way to a server on which connections are counted, and held up before they lead there. */
async function countingProxy(port: number) {
  const changes = new Condition();
  const open = new Set<Socket>();
  const server = createServer(async (socket) => {
    proxy.accepted++;
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    changes.changed();
    await proxy.hold();
    const further = connect(port, "127.0.0.1");
    for (const [one, other] of [
      [socket, further],
      [further, socket],
    ] as const) {
      one.pipe(other);
      one.on("error", () => {});
      one.on("close", () => other.destroy());
    }
  });
  const proxy = { accepted: 0, open, changes, server, url: "", hold: async () => {} };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  proxy.url = `redis://127.0.0.1:${(server.address() as { port: number }).port}`;
  return proxy;
}

/** How many connections the server has, but for the one that asks. */
async function others(server: RedisServer): Promise<number> {
  return (
    String(await server.ask("CLIENT", "LIST"))
      .trim()
      .split("\n").length - 1
  );
}
