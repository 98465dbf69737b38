/** Guards, end to end: handlers that read less than they are sent, and how far back that is felt. */

import { describe, expect, it } from "vitest";
import type { App, AppOptions, ServerSocket } from "../../../src/index.ts";
import type { Deferred } from "../../support/deferred.ts";
import { deferred } from "../../support/deferred.ts";
import { eventually } from "../../support/eventually.ts";
import { frame } from "../../support/frames.ts";
import { listeningApp } from "../../support/listening-app.ts";
import type { RawTcp } from "../../support/raw-tcp.ts";
import { rawOpen } from "../../support/raw-tcp.ts";

/** A handler that begins to read when it is told to, and then reads all. */
function late(begin: Deferred<void>, read: string[]) {
  return (app: App) => {
    app.ws("/ws", async (socket) => {
      await socket.accept();
      await begin.promise;
      for await (const text of socket.iterText()) read.push(text);
    });
  };
}

async function lateReader(options: AppOptions = {}) {
  const begin = deferred<void>();
  const read: string[] = [];
  const started = await listeningApp(late(begin, read), options);
  return { ...started, begin, read, client: await rawOpen(started.port) };
}

/** Sends a message as often as the system takes it, at most `most` bytes; resolves with the bytes that it took. */
async function pour(client: RawTcp, size: number, most: number): Promise<number> {
  const message = frame({ opcode: 1, payload: Buffer.alloc(size, "x"), key: Uint8Array.of(0, 0, 0, 0) });
  const { socket } = client;
  const begin = socket.bytesWritten - socket.writableLength;
  const taken = () => socket.bytesWritten - socket.writableLength - begin;
  for (let sent = 0; sent < most; sent += message.length) {
    const goesOn = socket.write(message);
    if (goesOn) continue;
    const before = taken();
    // Nothing in this time: it is stuck.
    const drained = new Promise((resolve) => socket.once("drain", () => resolve("drained")));
    const late = new Promise((resolve) => setTimeout(resolve, 300, "stuck"));
    if ((await Promise.race([drained, late])) === "stuck" && taken() === before) break;
  }
  return taken();
}

describe("a handler that does not read", () => {
  it("stops the client at limits.receiveMessages (64): no message more is taken from TCP", async () => {
    const { client, heard } = await lateReader();

    const taken = await pour(client, 1_000, 60_000_000);

    expect(heard.all("messageReceived")).toHaveLength(64);
    expect(heard.all("backpressure")).toEqual([
      { id: expect.any(String), direction: "receive", state: "full", messages: 64, bytes: 64_000 },
    ]);
    // The rest is what the system holds between two sockets.
    expect(taken).toBeLessThan(20_000_000);
  });

  it("stops it at limits.receiveBytes (1 MiB), where messages are large", async () => {
    const { client, heard } = await lateReader();

    await pour(client, 100_000, 60_000_000);

    expect(heard.all("messageReceived")).toHaveLength(11);
    expect(heard.all("backpressure")).toMatchObject([{ messages: 11, bytes: 1_100_000 }]);
  });

  it.each([
    ["a burst that fits", 63, 0],
    ["one message more than fits", 64, 1],
  ])("%s is reported as it is", async (_what, count, reports) => {
    const { client, heard } = await lateReader();

    for (let at = 0; at < count; at++) client.say("x");
    await heard.once("messageReceived", count - 1);

    expect(heard.all("backpressure")).toHaveLength(reports);
  });

  it("loses nothing, and the client goes on when it reads", async () => {
    const { client, heard, begin, read } = await lateReader();
    const all = Array.from({ length: 1_000 }, (_, at) => String(at));
    for (const text of all) client.say(text);
    await heard.once("backpressure");
    expect(heard.all("messageReceived")).toHaveLength(64);

    begin.resolve();

    await eventually(() => read.length).toBe(1_000);
    expect(read).toEqual(all);
    expect(heard.all("backpressure").at(-1)).toMatchObject({ direction: "receive", state: "relieved" });
  });

  it("hurts nobody else: another client is served meanwhile", async () => {
    const { client, port, heard } = await lateReader();
    await pour(client, 10_000, 10_000_000);

    const other = await rawOpen(port);
    other.say("hello");

    await eventually(() => heard.all("messageReceived").filter(({ size }) => size === 5).length).toBe(1);
  });
});

describe("events whose promise is not done", () => {
  it("hold the client back just so", async () => {
    const begin = deferred<void>();
    const read: string[] = [];
    const { port, heard } = await listeningApp((app) => {
      app.ws("/ws", {
        message: async (_socket, message) => {
          await begin.promise;
          read.push(String(message));
        },
      });
    });
    const client = await rawOpen(port);
    for (let at = 0; at < 200; at++) client.say(String(at));
    await heard.once("backpressure");

    // One is with the event, the others wait.
    expect(heard.all("messageReceived")).toHaveLength(65);
    begin.resolve();

    await eventually(() => read.length).toBe(200);
    expect(read).toEqual(Array.from({ length: 200 }, (_, at) => String(at)));
  });
});

describe("whoever wants no messages", () => {
  it.each<[string, (app: App) => unknown]>([
    [
      "socket.ignoreMessages()",
      (app) =>
        app.ws("/ws", async (socket: ServerSocket) => {
          await socket.accept();
          socket.ignoreMessages();
          await socket.closed;
        }),
    ],
    ["events without message", (app) => app.ws("/ws", { open: () => {} })],
  ])("%s: nothing piles up, and nobody is held back", async (_how, register) => {
    const { port, heard } = await listeningApp((app) => void register(app));
    const client = await rawOpen(port);

    for (let at = 0; at < 500; at++) client.say(String(at));
    await heard.once("messageReceived", 499);

    expect(heard.all("backpressure")).toEqual([]);
  });
});

describe("limits.receiveFullTimeout", () => {
  it("closes with 1008, with a line in the log that names it", async () => {
    const { client, heard, log } = await lateReader({ limits: { receiveFullTimeout: 200 } });
    for (let at = 0; at < 70; at++) client.say("x");

    expect(await client.next()).toEqual({ code: 1008, reason: "" });
    client.close(1008);
    await heard.once("connectionClosed");
    expect(log.of("warn")).toEqual([
      expect.stringMatching(/64 messages have waited to be read for limits\.receiveFullTimeout \(200 ms\)$/),
    ]);
  });

  it("does not begin before it is full, and is over when there is room again", async () => {
    const { client, heard, begin, read, app } = await lateReader({ limits: { receiveFullTimeout: 300 } });
    for (let at = 0; at < 70; at++) client.say("x");
    await heard.once("backpressure");

    begin.resolve();
    await eventually(() => read.length).toBe(70);
    await new Promise((resolve) => setTimeout(resolve, 450));

    expect(app.sockets.size).toBe(1);
  });

  it("runs while the dead-peer timer stands still: a peer that we do not read is not dead", async () => {
    const { client, heard, begin, app } = await lateReader({ heartbeat: { interval: 80, timeout: 80 } });
    for (let at = 0; at < 70; at++) client.say("x");
    await heard.once("backpressure");

    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(app.sockets.size).toBe(1);

    // Once it is read again, its silence counts.
    begin.resolve();
    expect((await heard.once("connectionClosed")).error).toMatchObject({ code: "HEARTBEAT_TIMEOUT" });
  });
});
