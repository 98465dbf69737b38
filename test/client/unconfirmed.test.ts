/** What was handed to a connection that died is counted, unless it is known to have arrived: `onDisconnect({ unconfirmed })`. */

import { describe, expect, test } from "vitest";
import type { ConnectOptions } from "../../src/client/connect-options.ts";
import { expectNothingLeft, testClient } from "../support/client-runtime.ts";
import { settle } from "../support/socket-pair.ts";

/** A socket, and the counts that its `onDisconnect` is told. */
async function open(options: ConnectOptions = {}) {
  const { connect, runtime, clock } = testClient();
  const counts: number[] = [];
  const socket = await connect({
    reconnect: true,
    onDisconnect: ({ unconfirmed }) => counts.push(unconfirmed),
    ...options,
  });
  return { socket, runtime, clock, counts };
}

describe("counted is", () => {
  test("what was handed to the connection, whether it arrived or not", async () => {
    const { socket, runtime, counts } = await open();
    await socket.send("1");
    await settle();
    runtime.server.client.block();
    await socket.send("2");
    await settle();

    runtime.server.cut();
    await settle();

    expect(runtime.received).toEqual(["1"]);
    expect(counts).toEqual([2]);
  });

  test("nothing that waits for the next connection, and nothing twice", async () => {
    const { socket, runtime, clock, counts } = await open();
    runtime.server.client.block();
    const large = "x".repeat(70_000);
    for (const text of [large, "1", "2"]) void socket.send(text);
    await settle();
    runtime.server.cut();
    await settle();
    expect(counts).toEqual([1]);
    await clock.pass(500);
    expect(runtime.received).toEqual(["1", "2"]);
    runtime.server.cut();
    await settle();
    expect(counts).toEqual([1, 2]);

    socket.terminate();

    expect(counts).toEqual([1, 2, 0]);
    await expectNothingLeft(runtime);
  });

  test("what onOpen sends, and a stream that has begun", async () => {
    const { socket, runtime, counts } = await open({ onOpen: (opened) => void opened.send("hello") });
    void socket.sendStream({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) }).catch(() => {});
    void socket.send("waits behind the stream");
    await settle();

    runtime.server.cut();
    await settle();

    expect(counts).toEqual([2]);
  });

  test("nothing that the policy dropped", async () => {
    const { socket, runtime, counts } = await open({ outbox: { messages: 1, policy: "drop-newest" } });
    runtime.server.client.block();
    void socket.send("x".repeat(70_000));
    for (const text of ["1", "2", "3"]) void socket.send(text);
    await settle();

    runtime.server.cut();
    await settle();

    expect([counts, socket.outbox.dropped]).toEqual([[1], 2]);
  });

  test("at the final end, too", async () => {
    const { socket, runtime, counts } = await open({ reconnect: false });
    await socket.send("1");
    await socket.send("2");

    socket.terminate();

    expect(counts).toEqual([2]);
    await expectNothingLeft(runtime);
  });
});

describe("a pong", () => {
  test("confirms all that was sent before its ping, and nothing behind that", async () => {
    const { socket, runtime, counts } = await open();
    for (const text of ["1", "2", "3"]) await socket.send(text);
    await socket.ping();
    for (const text of ["4", "5"]) await socket.send(text);
    await settle();

    runtime.server.cut();
    await settle();

    expect(counts).toEqual([2]);
  });

  test("that answers several pings confirms up to the last of them; a later one for an earlier ping takes nothing back", async () => {
    const { socket, runtime, counts } = await open();
    runtime.server.client.block();
    for (const text of ["1", "2", "3", "4"]) {
      void socket.send(text);
      if (text !== "4") socket.ping().catch(() => {});
    }
    await settle();
    const pong = (id: number) => runtime.server.stream.write([Uint8Array.of(0x8a, 4, 0, 0, 0, id)]);

    pong(2);
    pong(1);
    await settle();
    runtime.server.cut();
    await settle();

    expect(counts).toEqual([2]);
  });

  test("that nobody asked for confirms nothing, nor does one of another connection", async () => {
    const { socket, runtime, clock, counts } = await open();
    await socket.send("1");
    runtime.server.client.block();
    socket.ping().catch(() => {});
    await settle();
    runtime.server.cut();
    await clock.pass(500);
    await socket.send("2");
    for (const payload of [[0, 0, 0, 1], [0, 0, 0, 9], [1], []]) {
      runtime.server.stream.write([Uint8Array.of(0x8a, payload.length, ...payload)]);
    }
    await settle();

    runtime.server.cut();
    await settle();

    expect(counts).toEqual([1, 1]);
  });

  test("for what waited while away counts from the new connection", async () => {
    const { socket, runtime, clock, counts } = await open();
    await socket.send("1");
    await settle();
    runtime.server.cut();
    await settle();
    await socket.send("2");
    await clock.pass(500);
    await socket.ping();
    await socket.send("3");
    await settle();
    runtime.server.cut();
    await settle();

    expect(counts).toEqual([1, 1]);
  });
});

describe("a closing handshake", () => {
  test("that we began, and the server finished, confirms all", async () => {
    const { socket, runtime, counts } = await open();
    for (const text of ["1", "2", "3"]) await socket.send(text);

    await socket.close();

    expect(runtime.received).toEqual(["1", "2", "3"]);
    expect(counts).toEqual([0]);
  });

  test("that the server began confirms nothing: it may not have read what came", async () => {
    const { socket, runtime, counts } = await open();
    await socket.send("1");

    await runtime.server.socket.close(1000);

    expect(counts).toEqual([1]);
  });

  test("in which both have begun confirms nothing, also where the codes are the same", async () => {
    const { socket, runtime, counts } = await open();
    runtime.server.stream.block();
    void runtime.server.socket.close(1000);
    await settle();
    void socket.send("1");
    void socket.close(1000);
    await settle();

    runtime.server.stream.unblock();
    await socket.closed;

    expect(runtime.received).toEqual([]);
    expect(counts).toEqual([1]);
  });
});
