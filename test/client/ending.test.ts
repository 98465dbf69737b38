/** How a client's socket ends: `close` and `terminate` in every state, `closed`, `signal`, and the deadlines. */

import { describe, expect, test } from "vitest";
import type { ClientSocket } from "../../src/client/client-socket.ts";
import type { ConnectOptions } from "../../src/client/connect-options.ts";
import type { TestRuntime, TestRuntimeOptions } from "../support/client-runtime.ts";
import { expectNothingLeft, testClient } from "../support/client-runtime.ts";
import { settle, stateOfPromise } from "../support/socket-pair.ts";

/** A socket in a state, and how it came there. */
const STATES: Record<string, (runtime: TestRuntime, socket: ClientSocket) => Promise<void>> = {
  open: async () => {},
  "open, and the server is silent": async (runtime) => {
    runtime.server.stream.pause();
  },
  closing: async (runtime, socket) => {
    runtime.server.client.block();
    void socket.close(3001);
    await settle();
  },
  "away, waiting": async (runtime) => {
    runtime.server.cut();
    await settle();
  },
  "away, connecting": async (runtime) => {
    runtime.script.push("waits");
    runtime.server.cut();
    await runtime.clock.pass(500);
  },
  "away, connecting for the second time": async (runtime) => {
    runtime.script.push(new Error("refused"), "waits");
    runtime.server.cut();
    await runtime.clock.pass(1_500);
  },
  closed: async (runtime) => {
    await runtime.server.socket.close(1000, "bye");
    await settle();
  },
};

async function inState(name: string, options: ConnectOptions = {}, runtimeOptions: TestRuntimeOptions = {}) {
  const { connect, runtime, clock } = testClient(runtimeOptions);
  const abort = new AbortController();
  const ends: (number | undefined)[] = [];
  const socket = await connect({
    reconnect: true,
    signal: abort.signal,
    onDisconnect: ({ retryIn }) => ends.push(retryIn),
    ...options,
  });
  await STATES[name]!(runtime, socket);
  return { socket, runtime, clock, abort, ends };
}

describe.each(Object.keys(STATES))("a socket that is %s", (name) => {
  test("terminate ends it at once, with 1006 where it had not ended before", async () => {
    const { socket, runtime, abort, ends } = await inState(name);

    socket.terminate();
    socket.terminate();

    expect(socket.state).toBe("closed");
    expect(await socket.closed).toMatchObject({ code: name === "closed" ? 1000 : 1006 });
    expect(ends.at(-1)).toBeUndefined();
    await runtime.clock.pass(3_600_000);
    expect(ends.filter((retryIn) => retryIn === undefined)).toHaveLength(1);
    await expectNothingLeft(runtime, abort.signal);
  });

  test("close ends it in its time, and it does not come back", async () => {
    const { socket, runtime, clock, abort, ends } = await inState(name);

    const closing = socket.close(3000, "enough");
    expect(socket.state).toBe(name.startsWith("open") || name === "closing" ? "closing" : "closed");
    expect(socket.close()).toBeInstanceOf(Promise);
    await clock.pass(20_000);

    expect(await stateOfPromise(closing)).toBe("resolved");
    expect(socket.state).toBe("closed");
    expect(ends.filter((retryIn) => retryIn === undefined)).toHaveLength(1);
    await clock.pass(3_600_000);
    await expectNothingLeft(runtime, abort.signal);
  });

  test("a code that must not be sent is refused, and nothing happens", async () => {
    const { socket } = await inState(name);
    const { state } = socket;

    expect(() => socket.close(1005)).toThrow(expect.objectContaining({ code: "CLOSE_CODE_UNSENDABLE" }));

    expect(socket.state).toBe(state);
  });

  test("`await using` ends it", async () => {
    const { socket, clock } = await inState(name);

    const disposed = socket[Symbol.asyncDispose]();
    await clock.pass(20_000);

    expect(await stateOfPromise(disposed)).toBe("resolved");
    expect(socket.state).toBe("closed");
  });

  test("after the end, nothing can be sent or pinged, and it is told", async () => {
    const { socket, clock } = await inState(name);
    void socket.close();
    await clock.pass(20_000);

    const calls = [socket.send("x"), socket.sendStream(["x"]), socket.ping(), socket.receive()];

    for (const call of calls) await expect(call).rejects.toMatchObject({ name: "DisconnectError" });
    expect(await socket[Symbol.asyncIterator]().next()).toEqual({ done: true, value: undefined });
    expect([socket.bufferedAmount, socket.outbox.messages]).toEqual([0, 0]);
  });
});

describe("close", () => {
  test("while open: code and reason reach the server, behind all that was sent", async () => {
    const { socket, runtime } = await inState("open");
    void socket.send("last words");

    const info = await socket.close(3000, "enough");

    expect(info).toMatchObject({ code: 3000, reason: "", wasClean: true });
    expect(await runtime.server.socket.closed).toMatchObject({ code: 3000, reason: "enough", wasClean: true });
    expect(runtime.received).toEqual(["last words"]);
  });

  test("while closing: nothing can be sent any more, and sends are told the code of the end", async () => {
    const { socket } = await inState("closing");

    await expect(socket.send("x")).rejects.toMatchObject({ name: "DisconnectError", code: 3001 });
    await expect(socket.sendStream(["x"])).rejects.toMatchObject({ name: "DisconnectError", code: 3001 });
  });

  test("while messages wait for a slow server: they all go out first", async () => {
    const { socket, runtime, clock } = await inState("open", {}, { stream: { chunk: 30_000 } });
    runtime.server.client.block();
    const texts = Array.from({ length: 50 }, (_, i) => `${i} ${"x".repeat(20_000)}`);
    for (const text of texts) socket.send(text).catch(() => {});

    const closing = socket.close();
    await settle();
    expect(await stateOfPromise(closing)).toBe("pending");
    runtime.server.client.unblock();
    await clock.pass(1_000);

    expect(await closing).toMatchObject({ code: 1000, wasClean: true });
    expect(runtime.received).toEqual(texts);
  });

  test("has a deadline, in which a silent server is given up", async () => {
    const { socket, runtime, clock } = await inState("open", { limits: { closeTimeout: 3_000 } });
    runtime.server.client.block();
    for (let i = 0; i < 10; i++) socket.send("x".repeat(20_000)).catch(() => {});

    const closing = socket.close(3000);
    await clock.pass(2_999);
    expect(socket.state).toBe("closing");
    await clock.pass(1);

    expect(await closing).toMatchObject({ code: 1006, wasClean: false });
    await expectNothingLeft(runtime);
  });

  test("a slow server that takes what was sent has its time anew, as long as it takes some of it", async () => {
    const { socket, runtime, clock } = await inState("open", { limits: { closeTimeout: 3_000 } });
    const { client } = runtime.server;
    client.block();
    const texts = Array.from({ length: 10 }, (_, i) => `${i} ${"x".repeat(60_000)}`);
    for (const text of texts) socket.send(text).catch(() => {});
    void socket.close();

    // A piece now and then: more takes its place at once, so that the transport is never emptier than before.
    for (let i = 0; i < 12 && socket.state !== "closed"; i++) {
      await clock.pass(2_900);
      client.unblock();
      await new Promise((resolve) => setImmediate(resolve));
      client.block();
    }
    client.unblock();
    await clock.pass(100);

    expect(await socket.closed).toMatchObject({ code: 1000, wasClean: true });
    expect(runtime.received).toEqual(texts);
  });

  test("a stream that goes on has its time anew, too; one whose source hangs has not", async () => {
    const { socket, runtime, clock } = await inState("open", { limits: { closeTimeout: 3_000 } });
    async function* source() {
      for (let i = 0; i < 5; i++) {
        yield `${i}`;
        await new Promise<void>((resolve) => void clock.after(2_000, resolve));
      }
      await new Promise(() => {});
    }
    const streaming = socket.sendStream(source());
    streaming.catch(() => {});
    await settle();

    const closing = socket.close();
    await clock.pass(8_000);
    expect(await stateOfPromise(closing)).toBe("pending");
    await clock.pass(6_000);

    expect(await closing).toMatchObject({ code: 1006 });
    await expect(streaming).rejects.toMatchObject({ name: "DisconnectError" });
    await clock.pass(2_000);
    await expectNothingLeft(runtime);
  });

  test("the server's answer may be another code", async () => {
    const { socket, runtime } = await inState("closing");
    void runtime.server.socket.close(1001, "going too");
    await settle();
    runtime.server.client.unblock();

    expect(await socket.closed).toMatchObject({ code: 1001, reason: "going too", wasClean: true });
  });
});

describe("closed and signal", () => {
  test("mean the final end: a connection that is lost on the way changes neither", async () => {
    const { connect, runtime, clock } = testClient();
    const socket = await connect({ reconnect: true });
    const { closed, signal } = socket;
    for (let i = 0; i < 3; i++) {
      runtime.server.cut();
      await clock.pass(5_000);
    }

    expect(socket.state).toBe("open");
    expect(await stateOfPromise(closed)).toBe("pending");
    expect(signal.aborted).toBe(false);
    await runtime.server.socket.close(1000, "bye");
    await settle();

    expect(await closed).toMatchObject({ code: 1000, reason: "bye", wasClean: true });
    expect(await socket.closed).toEqual(await closed);
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toMatchObject({ name: "DisconnectError", code: 1000, reason: "bye" });
    expect(socket.signal.aborted).toBe(true);
  });

  test("a signal that is asked for after the end is aborted", async () => {
    const { socket } = await inState("closed");

    expect(socket.signal.aborted).toBe(true);
    expect(socket.signal.reason).toMatchObject({ name: "DisconnectError", code: 1000 });
  });

  test("change at once, before the promises of who waited", async () => {
    const { connect, runtime } = testClient();
    const socket = await connect();
    const order: string[] = [];
    socket.signal.addEventListener("abort", () => order.push(`signal, ${socket.state}`));
    void socket.closed.then(() => order.push("closed"));
    socket.receive().catch(() => order.push("receive"));

    runtime.server.cut();
    await settle();

    expect(order).toEqual(["signal, closed", "closed", "receive"]);
  });
});
