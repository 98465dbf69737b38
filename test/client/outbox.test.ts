/** What waits to be sent: while the client is away, and while the server reads slowly. Bounds, policies, promises, order. */

import { describe, expect, test } from "vitest";
import type { ConnectOptions } from "../../src/client/connect-options.ts";
import type { OutboxPolicy } from "../../src/client/outbox-options.ts";
import { AntiphonError } from "../../src/errors.ts";
import { nodePlatform } from "../../src/protocol/node/index.ts";
import { PreparedMessage } from "../../src/protocol/prepared-message.ts";
import type { TestRuntimeOptions } from "../support/client-runtime.ts";
import { expectNothingLeft, testClient } from "../support/client-runtime.ts";
import { settle, stateOfPromise } from "../support/socket-pair.ts";
import { uncaught } from "../support/uncaught.ts";

/** A socket that has lost its connection; the next one comes in 500 ms. */
async function away(options: ConnectOptions = {}, runtimeOptions: TestRuntimeOptions = {}) {
  const { connect, runtime, clock } = testClient(runtimeOptions);
  const socket = await connect({ reconnect: true, ...options });
  runtime.server.cut();
  await settle();
  return { socket, runtime, clock };
}

/** A socket whose server does not read, and whose transport is full; what is sent now waits. */
async function full(options: ConnectOptions = {}) {
  const { connect, runtime, clock } = testClient();
  const socket = await connect({ reconnect: true, ...options });
  runtime.server.client.block();
  const first = socket.send("x".repeat(70_000));
  expect(await stateOfPromise(first)).toBe("pending");
  return { socket, runtime, clock, first };
}

describe("while away", () => {
  test("a send resolves once it is taken, and goes out in order with the next connection", async () => {
    const { socket, runtime, clock } = await away();

    await socket.send("1");
    await socket.sendJson({ two: 2 });
    await socket.sendBytes(Uint8Array.of(3));
    expect(socket.outbox).toEqual({ messages: 3, bytes: 1 + 9 + 1, dropped: 0 });
    expect(socket.bufferedAmount).toBe(11);
    await clock.pass(500);

    expect(runtime.received).toEqual(["1", '{"two":2}', Uint8Array.of(3)]);
    expect(socket.outbox).toEqual({ messages: 0, bytes: 0, dropped: 0 });
  });

  test("order is kept over several connections that are lost", async () => {
    const { socket, runtime, clock } = await away();
    const sent: string[] = [];
    const send = () => {
      sent.push(`${sent.length}`);
      return socket.send(sent.at(-1)!);
    };

    for (let i = 0; i < 5; i++) {
      for (let k = 0; k < 3; k++) await send();
      await clock.pass(20_000);
      for (let k = 0; k < 3; k++) await send();
      await settle();
      runtime.server.cut();
      await settle();
    }

    expect(runtime.attempts).toHaveLength(6);
    expect(runtime.received).toEqual(sent);
  });

  test.each([
    ["a Uint8Array", (bytes: Uint8Array) => bytes],
    ["an ArrayBuffer", (bytes: Uint8Array) => bytes.buffer as ArrayBuffer],
    ["a DataView", (bytes: Uint8Array) => new DataView(bytes.buffer)],
  ])("%s may change once the promise has resolved", async (_name, view) => {
    const { socket, runtime, clock } = await away();
    const [small, large] = [new Uint8Array(10).fill(1), new Uint8Array(10_000).fill(1)];

    for (const bytes of [small, large]) {
      await socket.send(view(bytes));
      bytes.fill(2);
    }
    await clock.pass(500);

    expect(runtime.received).toEqual([new Uint8Array(10).fill(1), new Uint8Array(10_000).fill(1)]);
  });

  test("a prepared message waits like any other, and counts its data", async () => {
    const { socket, runtime, clock } = await away();

    await socket.send(new PreparedMessage("prepared", nodePlatform));
    expect(socket.outbox).toMatchObject({ messages: 1, bytes: 8 });
    await clock.pass(500);

    expect(runtime.received).toEqual(["prepared"]);
  });

  test("what is no message is refused as ever", async () => {
    const { socket } = await away();

    expect(() => socket.send(7 as never)).toThrow(expect.objectContaining({ code: "NOT_A_MESSAGE" }));

    expect(socket.outbox.messages).toBe(0);
  });
});

describe("bounds", () => {
  test("messages: as many, and no more", async () => {
    const { socket } = await away({ outbox: { messages: 3 } });
    for (const text of ["1", "2", "3"]) await socket.send(text);

    const error = await socket.send("4").catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(AntiphonError);
    expect(error).toMatchObject({ code: "OUTBOX_FULL" });
    expect((error as Error).message).toContain("3 messages of 3 bytes");
    expect(socket.outbox).toEqual({ messages: 3, bytes: 3, dropped: 1 });
  });

  test("bytes: those of the content, and 64 more for each message", async () => {
    const { socket } = await away({ outbox: { bytes: 1_000 } });
    for (let i = 0; i < 10; i++) await socket.send("x".repeat(36));

    await expect(socket.send("")).rejects.toMatchObject({ code: "OUTBOX_FULL" });

    expect(socket.outbox).toEqual({ messages: 10, bytes: 360, dropped: 1 });
  });

  test("are 16 MiB and any number of messages, unless it is said otherwise", async () => {
    const { socket } = await away();
    const text = "x".repeat(1024 * 1024 - 64);
    for (let i = 0; i < 16; i++) await socket.send(text);

    await expect(socket.send("")).rejects.toMatchObject({ code: "OUTBOX_FULL" });

    expect(socket.outbox.messages).toBe(16);
  });

  test.each(["reject", "drop-oldest", "drop-newest"] as const)("one message always fits: %s", async (policy) => {
    const { socket, runtime, clock } = await away({ outbox: { bytes: 10, messages: 1, policy } });

    await socket.send("x".repeat(1_000));
    await clock.pass(500);

    expect(runtime.received).toEqual(["x".repeat(1_000)]);
    expect(socket.outbox.dropped).toBe(0);
  });

  test("a rejection that nobody awaits ends no process, and there is room again later", async () => {
    const errors = uncaught();
    const { socket, runtime, clock } = await away({ outbox: { messages: 1 } });

    void socket.send("1");
    void socket.send("2");
    await clock.pass(500);
    await socket.send("3");
    await settle();

    expect(runtime.received).toEqual(["1", "3"]);
    expect(errors).toEqual([]);
  });

  test("hold while the server reads slowly, too", async () => {
    const { socket, runtime } = await full({ outbox: { messages: 2 } });
    void socket.send("1");
    void socket.send("2");

    await expect(socket.send("3")).rejects.toMatchObject({ code: "OUTBOX_FULL" });
    runtime.server.client.unblock();
    await settle();

    expect(runtime.received.slice(1)).toEqual(["1", "2"]);
  });
});

describe("a policy that drops", () => {
  test.each<[OutboxPolicy, string[]]>([
    ["drop-oldest", ["4", "5"]],
    ["drop-newest", ["1", "2"]],
  ])("%s while away: what is left goes out, the rest is counted, and every promise resolves", async (policy, left) => {
    const { socket, runtime, clock } = await away({ outbox: { messages: 2, policy } });

    for (const text of ["1", "2", "3", "4", "5"]) await socket.send(text);
    expect(socket.outbox).toEqual({ messages: 2, bytes: 2, dropped: 3 });
    await clock.pass(500);

    expect(runtime.received).toEqual(left);
    expect(socket.outbox.dropped).toBe(3);
  });

  test.each<[OutboxPolicy, string[]]>([
    ["drop-oldest", ["4", "5"]],
    ["drop-newest", ["1", "2"]],
  ])("%s while the server reads slowly, too", async (policy, left) => {
    const { socket, runtime } = await full({ outbox: { messages: 2, policy } });

    const sends = ["1", "2", "3", "4", "5"].map((text) => socket.send(text));
    runtime.server.client.unblock();
    await Promise.all(sends);
    await settle();

    expect(runtime.received.slice(1)).toEqual(left);
    expect(socket.outbox).toEqual({ messages: 0, bytes: 0, dropped: 3 });
  });

  test("drop-oldest makes as much room as a large message needs", async () => {
    const { socket, runtime, clock } = await away({ outbox: { bytes: 1_000, policy: "drop-oldest" } });
    for (let i = 0; i < 10; i++) await socket.send(`${i}${"x".repeat(35)}`);

    await socket.send("x".repeat(736));
    expect(socket.outbox).toEqual({ messages: 3, bytes: 36 * 2 + 736, dropped: 8 });
    await clock.pass(500);

    expect(runtime.received.map((data) => String(data)[0])).toEqual(["8", "9", "x"]);
  });

  test.each<OutboxPolicy>(["drop-oldest", "drop-newest"])("%s drops no stream that waits", async (policy) => {
    const { socket, runtime, clock } = await away({ outbox: { messages: 2, policy } });
    const streaming = socket.sendStream(["str", "eam"]);

    for (const text of ["1", "2", "3"]) await socket.send(text);
    await clock.pass(500);
    await settle();

    expect(await stateOfPromise(streaming)).toBe("resolved");
    expect(runtime.received).toContain("stream");
  });

  test("drop-oldest drops no close that waits behind messages", async () => {
    const { socket, runtime } = await full({ outbox: { messages: 1, policy: "drop-oldest" } });
    void socket.send("1");

    const closing = socket.close(3000);
    runtime.server.client.unblock();
    await settle();

    expect(await closing).toMatchObject({ code: 3000, wasClean: true });
    expect(runtime.received.slice(1)).toEqual(["1"]);
  });
});

describe("promises", () => {
  test("while there is room, a send resolves at once", async () => {
    const { connect } = testClient();
    const socket = await connect();
    let isTaken = false;

    void socket.send("x").then(() => {
      isTaken = true;
    });
    await null;

    expect(isTaken).toBe(true);
  });

  test("while the server reads slowly, they wait for room", async () => {
    const { socket, runtime, first } = await full();
    const sends = [socket.send("1"), socket.send(new Uint8Array(10_000))];
    for (const promise of [first, ...sends]) expect(await stateOfPromise(promise)).toBe("pending");
    expect(socket.bufferedAmount).toBeGreaterThan(80_000);

    runtime.server.client.unblock();
    await settle();

    for (const promise of [first, ...sends]) expect(await stateOfPromise(promise)).toBe("resolved");
    expect(runtime.received.slice(1)).toEqual(["1", new Uint8Array(10_000)]);
    expect(socket.bufferedAmount).toBe(0);
  });

  test("wait for room each time anew", async () => {
    const { socket, runtime } = await full();
    for (let i = 0; i < 3; i++) {
      runtime.server.client.unblock();
      await settle();
      runtime.server.client.block();

      const send = socket.send("x".repeat(70_000));
      expect(await stateOfPromise(send)).toBe("pending");
    }
  });

  test("resolve when the connection dies and another one follows: what was not handed over goes out with that", async () => {
    const { socket, runtime, clock, first } = await full();
    const sends = [socket.send("1"), socket.send(new Uint8Array(10_000)), socket.send("2")];

    runtime.server.cut();
    await settle();

    for (const promise of [first, ...sends]) expect(await stateOfPromise(promise)).toBe("resolved");
    expect(socket.outbox.messages).toBe(3);
    await clock.pass(500);
    expect(runtime.received).toEqual(["1", new Uint8Array(10_000), "2"]);
  });

  test("bytes may change once they have resolved, also because the connection died", async () => {
    const { socket, runtime, clock } = await full();
    const bytes = new Uint8Array(10_000).fill(1);
    const send = socket.send(bytes);
    runtime.server.cut();
    await send;
    bytes.fill(2);

    await clock.pass(500);

    expect(runtime.received).toEqual([new Uint8Array(10_000).fill(1)]);
  });

  test.each(["cut", "closed by the server", "terminated", "closed, and given up"])(
    "reject with a DisconnectError at the final end: %s",
    async (how) => {
      const { socket, runtime, clock, first } = await full({ reconnect: false });
      const sends = [first, socket.send("1"), socket.send(new Uint8Array(10_000))];

      if (how === "cut") runtime.server.cut();
      else if (how === "closed by the server") void runtime.server.socket.close(1000);
      else if (how === "terminated") socket.terminate();
      else void socket.close();
      await clock.pass(20_000);

      for (const promise of sends) await expect(promise).rejects.toMatchObject({ name: "DisconnectError" });
      expect(socket.outbox.messages).toBe(0);
      await expectNothingLeft(runtime);
    },
  );

  test("reject when the attempts are given up, for what waited through all of them", async () => {
    const { socket, runtime } = await full({ reconnect: { maxAttempts: 1 } });
    runtime.script.push("waits");
    const send = socket.send("1");
    runtime.server.cut();
    await expect(send).resolves.toBeUndefined();
    const stream = socket.sendStream(["2"]);

    await runtime.clock.pass(500 + 10_000);

    await expect(stream).rejects.toMatchObject({ name: "DisconnectError", code: 1006 });
    expect([socket.state, socket.outbox.messages]).toEqual(["closed", 0]);
    await expectNothingLeft(runtime);
  });

  test("that nobody awaits end no process, whatever becomes of the connection", async () => {
    const errors = uncaught();
    const { socket, runtime, clock } = await full();
    for (let i = 0; i < 10; i++) void socket.send(new Uint8Array(20_000).fill(i));
    runtime.server.cut();
    await clock.pass(500);
    runtime.server.client.block();
    await settle();
    for (let i = 0; i < 10; i++) void socket.send(new Uint8Array(20_000).fill(i));

    socket.terminate();
    void socket.send("too late");
    await settle();

    expect(errors).toEqual([]);
  });
});
