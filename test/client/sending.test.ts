/** What a client sends over an open connection, and over one that breaks: bytes, streams, pings. */

import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import type { DisconnectInfo } from "../../src/client/disconnect-info.ts";
import { agreement } from "../support/agreements.ts";
import { expectNothingLeft, testClient } from "../support/client-runtime.ts";
import { settle, stateOfPromise } from "../support/socket-pair.ts";
import { uncaught } from "../support/uncaught.ts";

describe("bytes", () => {
  test.each([1, 3, 6, 9])(
    "may change once the promise has resolved, whatever is compressed when: level %i",
    async (level) => {
      const { connect, runtime } = testClient({ deflate: agreement({ level }) });
      const socket = await connect();
      const sizes = [10, 3_000, 10_000, 40_000, 64_000, 200_000];

      for (const size of sizes) {
        const bytes = new Uint8Array(size).fill(1);
        await socket.send(bytes);
        bytes.fill(2);
      }
      await socket.close();

      expect(runtime.received.map((data) => (data as Uint8Array).every((byte) => byte === 1))).toEqual(
        sizes.map(() => true),
      );
      expect(runtime.received.map(({ length }) => length)).toEqual(sizes);
    },
  );

  test("`compress: false` is kept while away", async () => {
    const { connect, runtime, clock } = testClient({ deflate: agreement() });
    const socket = await connect({ reconnect: true });
    runtime.server.cut();
    await settle();
    await socket.send("a".repeat(1_000), { compress: false });

    await clock.pass(500);
    expect(runtime.server.written.length).toBeGreaterThan(1_000);
    await socket.send("a".repeat(1_000));
    await settle();

    expect(runtime.server.written.length).toBeLessThan(1_100);
  });
});

describe("sendStream", () => {
  test("is one message; what is sent meanwhile waits, and goes out behind it", async () => {
    const { connect, runtime } = testClient();
    const socket = await connect();
    const pieces = (async function* () {
      yield "str";
      await settle();
      yield "eam";
    })();

    const streaming = socket.sendStream(pieces);
    const other = socket.sendStream([Uint8Array.of(1), Uint8Array.of(2)]);
    const send = socket.send("behind");
    await Promise.all([streaming, other, send]);
    await socket.close();

    expect(runtime.received).toEqual(["stream", Uint8Array.of(1, 2), "behind"]);
    await expectNothingLeft(runtime);
  });

  test("leaves nothing behind, however many there were", async () => {
    const { connect, runtime, clock } = testClient();
    const socket = await connect({ reconnect: true });
    for (let i = 0; i < 20; i++) await socket.sendStream(["x"]);
    for (let i = 0; i < 20; i++) socket.sendStream(["x"]).catch(() => {});
    runtime.server.cut();
    await clock.pass(500);
    await settle();

    expect(getEventListeners(socket.signal, "abort")).toEqual([]);
    expect(socket.outbox.messages).toBe(0);
  });

  test("waits for the next connection while away, in its place", async () => {
    const { connect, runtime, clock } = testClient();
    const socket = await connect({ reconnect: true });
    runtime.server.cut();
    await settle();

    await socket.send("1");
    const streaming = socket.sendStream(["2", "3"]);
    await socket.send("4");
    expect(await stateOfPromise(streaming)).toBe("pending");
    await clock.pass(500);
    await streaming;
    await settle();

    expect(runtime.received).toEqual(["1", "23", "4"]);
  });

  test.each([true, false])(
    "cut in the middle: told at once, though the source hangs; reconnect: %s",
    async (reconnect) => {
      const { connect, runtime, clock } = testClient();
      const losses: DisconnectInfo[] = [];
      const socket = await connect({ reconnect, onDisconnect: (info) => losses.push(info) });
      let isStopped = false;
      const source = {
        [Symbol.asyncIterator]: () => source,
        pieces: ["a", "b"],
        next: () => {
          const value = source.pieces.shift();
          return value === undefined ? new Promise<never>(() => {}) : Promise.resolve({ done: false, value });
        },
        return: async () => {
          isStopped = true;
          return { done: true as const, value: undefined };
        },
      };
      const streaming = socket.sendStream(source);
      streaming.catch(() => {});
      const behind = socket.send("behind");
      behind.catch(() => {});
      await settle();

      runtime.server.cut();
      await settle();

      await expect(streaming).rejects.toMatchObject({ name: "DisconnectError", code: 1006 });
      expect(isStopped).toBe(true);
      expect(losses).toMatchObject([{ unconfirmed: 1 }]);
      expect(await stateOfPromise(behind)).toBe(reconnect ? "resolved" : "rejected");
      await clock.pass(500);
      expect(runtime.received).toEqual(reconnect ? ["behind"] : []);
      expect(socket.state).toBe(reconnect ? "open" : "closed");
    },
  );

  test("whose source fails: its error, the connection ends with 1011, and what waited goes out with the next one", async () => {
    const { connect, runtime, clock } = testClient();
    const losses: DisconnectInfo[] = [];
    const socket = await connect({ reconnect: true, onDisconnect: (info) => losses.push(info) });
    const failure = new Error("source");
    const streaming = socket.sendStream(
      (function* () {
        yield "half";
        throw failure;
      })(),
    );
    streaming.catch(() => {});
    void socket.send("1");

    await expect(streaming).rejects.toBe(failure);
    void socket.send("2");
    await clock.pass(10_000);
    await settle();

    expect(losses).toMatchObject([{ code: 1011 }]);
    expect(runtime.received).toEqual(["1", "2"]);
    expect(socket.state).toBe("open");
  });

  test("whose source fails, without reconnect: the socket closes with 1011, and takes nothing any more", async () => {
    const { connect, runtime } = testClient();
    const socket = await connect();
    const failure = new Error("source");
    const streaming = socket.sendStream(
      (async function* () {
        yield "half";
        throw failure;
      })(),
    );
    await expect(streaming).rejects.toBe(failure);

    expect(socket.state).toBe("closing");
    expect(await socket.closed).toMatchObject({ code: 1011 });
    expect(runtime.received).toEqual([]);
    await expectNothingLeft(runtime);
  });

  test("a heartbeat by messages does not come between its pieces, and breaks nothing", async () => {
    const errors = uncaught();
    const { connect, runtime, clock } = testClient();
    const socket = await connect({ heartbeat: { message: () => "beat", interval: 1_000, timeout: 60_000 } });
    const pieces = (async function* () {
      yield "str";
      await new Promise<void>((resolve) => void clock.after(5_000, resolve));
      yield "eam";
    })();

    const streaming = socket.sendStream(pieces);
    await clock.pass(5_000);
    await streaming;
    await socket.close();

    expect(errors).toEqual([]);
    expect(runtime.received.filter((data) => data !== "beat")).toEqual(["stream"]);
  });

  test("is refused for what is no iterable, and where the wire cannot", async () => {
    const { connect } = testClient();
    const socket = await connect();
    expect(() => socket.sendStream("text" as never)).toThrow(expect.objectContaining({ code: "NOT_A_STREAM" }));

    const plain = testClient({ isPlain: true });
    const other = await plain.connect({ reconnect: true });
    expect(() => other.sendStream(["x"])).toThrow(expect.objectContaining({ code: "NOT_ON_THIS_WIRE" }));
    expect(() => other.ping()).toThrow(expect.objectContaining({ code: "NOT_ON_THIS_WIRE" }));
  });
});

describe("ping", () => {
  test("resolves with the round trip, which is the latency then", async () => {
    const { connect, runtime, clock } = testClient();
    const socket = await connect();
    runtime.server.client.block();
    expect(socket.latency).toBeUndefined();

    const ping = socket.ping();
    await clock.pass(70);
    runtime.server.client.unblock();

    expect(await ping).toBe(70);
    expect(socket.latency).toBe(70);
    expect(clock.timers).toBeLessThan(2);
  });

  test("rejects after its timeout", async () => {
    const { connect, runtime, clock } = testClient();
    const socket = await connect();
    runtime.server.client.block();

    const ping = socket.ping({ timeout: 100 });
    await clock.pass(100);

    await expect(ping).rejects.toMatchObject({ name: "TimeoutError", code: "PING_TIMEOUT" });
    expect(socket.state).toBe("open");
  });

  test("rejects when the connection is lost, and while there is none", async () => {
    const { connect, runtime, clock } = testClient();
    const socket = await connect({ reconnect: true });
    runtime.server.client.block();
    const ping = socket.ping();
    ping.catch(() => {});
    runtime.server.cut();
    await settle();

    await expect(ping).rejects.toMatchObject({ name: "DisconnectError", code: 1006 });
    await expect(socket.ping()).rejects.toMatchObject({ name: "DisconnectError" });
    await clock.pass(500);
    expect(await socket.ping()).toBe(0);
    await socket.close();
    await expectNothingLeft(runtime);
  });
});
