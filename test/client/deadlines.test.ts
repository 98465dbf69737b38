/** What ends a connection by itself: silence, idleness, the deadline of closing; and what becomes of messages meanwhile. */

import { describe, expect, test } from "vitest";
import type { ConnectOptions } from "../../src/client/connect-options.ts";
import type { DisconnectInfo } from "../../src/client/disconnect-info.ts";
import { expectNothingLeft, testClient } from "../support/client-runtime.ts";
import { readFrames } from "../support/frames.ts";
import { settle } from "../support/socket-pair.ts";

const always = { shouldReconnect: () => true };

/** A socket, and what its `onDisconnect` has heard. */
async function open(options: ConnectOptions = {}) {
  const { connect, runtime, clock } = testClient();
  const losses: DisconnectInfo[] = [];
  const socket = await connect({ onDisconnect: (info) => losses.push(info), ...options });
  return { socket, runtime, clock, losses };
}

describe("a silent server", () => {
  test("is given up: 1006, and the error says how long it was silent", async () => {
    const heartbeat = { message: () => "beat", interval: 1_000, timeout: 500 };
    const { socket, runtime, clock, losses } = await open({ heartbeat });

    await clock.pass(1_499);
    expect(socket.state).toBe("open");
    await clock.pass(1);

    expect(socket.state).toBe("closed");
    expect(losses).toMatchObject([
      { code: 1006, wasClean: false, error: { code: "HEARTBEAT_TIMEOUT" }, unconfirmed: 1 },
    ]);
    expect(runtime.received).toEqual(["beat"]);
    await expectNothingLeft(runtime);
  });

  test("is no fault of the next connection", async () => {
    const heartbeat = { message: () => "beat", interval: 1_000, timeout: 500 };
    const { runtime, clock, losses } = await open({ heartbeat, reconnect: always });
    await clock.pass(1_500 + 500);

    runtime.server.cut();
    await settle();

    expect(losses).toHaveLength(2);
    expect(losses[1]).not.toHaveProperty("error");
    expect(losses[1]).toMatchObject({ code: 1006, cause: { message: "read ECONNRESET" } });
  });
});

describe("idleness", () => {
  test("ends with 1001; a message either way is none", async () => {
    const { socket, runtime, clock } = await open({ limits: { idleTimeout: 1_000 } });
    socket.ignoreMessages();
    for (let i = 0; i < 4; i++) {
      await clock.pass(800);
      if (i % 2 === 0) void socket.send("x");
      else void runtime.server.socket.send("x");
      await settle();
    }
    expect(socket.state).toBe("open");

    await clock.pass(1_050);
    await settle();

    expect(await socket.closed).toMatchObject({ code: 1001, error: { code: "IDLE_TIMEOUT" } });
    expect(await runtime.server.socket.closed).toMatchObject({ code: 1001 });
    await expectNothingLeft(runtime);
  });

  test("what is sent while the connection closes for it goes out with the next one", async () => {
    const { socket, runtime, clock } = await open({ limits: { idleTimeout: 1_000 }, reconnect: always });
    runtime.server.client.block();
    await clock.pass(1_050);
    expect(socket.state).toBe("closing");
    void socket.send("1");
    runtime.server.client.unblock();
    await settle();
    await socket.send("2");

    await clock.pass(500);

    expect(socket.state).toBe("open");
    expect(runtime.received).toEqual(["1", "2"]);
  });

  test("does not disturb a close that is under way", async () => {
    const { socket, runtime, clock } = await open({ limits: { idleTimeout: 1_000, closeTimeout: 60_000 } });
    runtime.server.client.block();
    for (const text of ["x".repeat(70_000), "1", "2"]) socket.send(text).catch(() => {});
    void socket.close(3000, "enough");

    await clock.pass(5_000);
    runtime.server.client.unblock();
    await settle();

    expect(await socket.closed).toMatchObject({ code: 3000, wasClean: true });
    expect(runtime.received.slice(1)).toEqual(["1", "2"]);
  });
});

describe("the deadline of closing", () => {
  test("begins anew with the Close frame: then it is the server's time to answer", async () => {
    const { socket, runtime, clock } = await open({ limits: { closeTimeout: 3_000 } });
    const { server } = runtime;
    server.client.block();
    socket.send("x".repeat(70_000)).catch(() => {});
    void socket.close(3000);
    await clock.pass(2_900);
    server.stream.block();
    server.client.unblock();
    await clock.pass(2_900);
    expect(socket.state).toBe("closing");

    server.stream.unblock();
    await settle();

    expect(await socket.closed).toMatchObject({ code: 3000, wasClean: true });
    await expectNothingLeft(runtime);
  });

  test("leaves no timer when the connection is lost before", async () => {
    const { socket, runtime } = await open();
    runtime.server.client.block();
    socket.send("x".repeat(70_000)).catch(() => {});
    void socket.close();
    await settle();

    runtime.server.cut();
    await settle();

    expect(await socket.closed).toMatchObject({ code: 1006 });
    await expectNothingLeft(runtime);
  });

  test("a terminate right behind a close leaves nothing waiting", async () => {
    const { socket, runtime } = await open({ reconnect: true });

    void socket.close();
    socket.terminate();
    await settle();

    expect(socket.outbox.messages).toBe(0);
    expect(await socket.closed).toMatchObject({ code: 1006 });
    await expectNothingLeft(runtime);
  });
});

describe("what goes before a Close frame of ours", () => {
  /** The opcodes of what a client has written. */
  const opcodes = (bytes: Uint8Array) => readFrames(bytes).map(({ opcode }) => opcode);

  test("is a ping, where something was sent: its pong says whether that has come", async () => {
    const { socket, runtime, losses } = await open();
    await socket.send("1");

    await socket.close();

    expect(opcodes(runtime.server.written)).toEqual([0x1, 0x9, 0x8]);
    expect(losses).toMatchObject([{ code: 1000, unconfirmed: 0 }]);
  });

  test("is nothing, where nothing was sent, or all is known to have come", async () => {
    for (const isUsed of [false, true]) {
      const { socket, runtime } = await open();
      if (isUsed) {
        await socket.send("1");
        await socket.ping();
      }

      await socket.close();

      expect(opcodes(runtime.server.written)).toEqual(isUsed ? [0x1, 0x9, 0x8] : [0x8]);
    }
  });
});

describe("a full receive queue", () => {
  test("has its time anew on the next connection", async () => {
    const limits = { receiveMessages: 1, receiveFullTimeout: 5_000 };
    const { socket, runtime, clock } = await open({ limits, reconnect: true });
    void runtime.server.socket.send("1");
    await clock.pass(3_000);
    runtime.server.cut();
    await clock.pass(500);

    await clock.pass(4_999);
    expect(socket.state).toBe("open");
    await clock.pass(1);

    expect(socket.state).not.toBe("open");
  });

  test("leaves no timer when the connection is over", async () => {
    const { runtime } = await open({ limits: { receiveMessages: 1 } });
    void runtime.server.socket.send("1");
    await settle();

    runtime.server.cut();
    await settle();

    await expectNothingLeft(runtime);
  });
});

test("a socket that the server has ended takes nothing any more", async () => {
  const { socket, runtime } = await open({ reconnect: true });
  await runtime.server.socket.close(4000);
  await settle();

  await expect(socket.send("x")).rejects.toMatchObject({ name: "DisconnectError", code: 4000 });
  await expect(socket.sendStream(["x"])).rejects.toMatchObject({ name: "DisconnectError", code: 4000 });
  expect(socket.outbox.messages).toBe(0);
});
