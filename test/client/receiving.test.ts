/** What a client reads: over one connection and the next, no faster than it is read, and to the last message. */

import { describe, expect, test } from "vitest";
import type { ClientSocket } from "../../src/client/client-socket.ts";
import type { ConnectOptions } from "../../src/client/connect-options.ts";
import type { Message } from "../../src/protocol/message.ts";
import { expectNothingLeft, testClient } from "../support/client-runtime.ts";
import { readFrames } from "../support/frames.ts";
import { hex } from "../support/hex.ts";
import { all, settle, stateOfPromise } from "../support/socket-pair.ts";

/** A socket, and the server's end of its first connection. */
async function open(options: ConnectOptions = {}) {
  const { connect, runtime, clock } = testClient();
  const socket = await connect({ reconnect: true, ...options });
  return { socket, runtime, clock };
}

/** Sends so many numbered messages, and gives them. */
function burst(server: { send(text: string): unknown }, count: number, size = 1): string[] {
  const texts = Array.from({ length: count }, (_, i) => `${i}`.padEnd(size, "x"));
  for (const text of texts) void server.send(text);
  return texts;
}

describe("across connections", () => {
  test("an iterator goes on", async () => {
    const { socket, runtime, clock } = await open();
    const heard: Message[] = [];
    const reading = (async () => {
      for await (const message of socket) heard.push(message);
    })();
    for (const text of ["1", "2"]) {
      void runtime.server.socket.send(text);
      await settle();
      runtime.server.cut();
      await clock.pass(20_000);
    }
    void runtime.server.socket.send("3");
    await settle();
    await socket.close();

    await reading;
    expect(heard).toEqual(["1", "2", "3"]);
  });

  test("a receive that waits goes on waiting, and gets the first message of the next connection", async () => {
    const { socket, runtime, clock } = await open();
    const receiving = socket.receiveText();
    runtime.server.cut();
    await clock.pass(500);
    expect(await stateOfPromise(receiving)).toBe("pending");

    void runtime.server.socket.send("here");

    expect(await receiving).toBe("here");
  });

  test("one that begins while away, too; its timeout and its signal hold", async () => {
    const { socket, runtime, clock } = await open();
    runtime.server.cut();
    await settle();
    const late = socket.receive({ timeout: 300 });
    await clock.pass(300);
    await expect(late).rejects.toMatchObject({ name: "TimeoutError" });
    const abort = new AbortController();
    const given = socket.receive({ signal: abort.signal });
    abort.abort(new Error("enough"));
    await expect(given).rejects.toThrow("enough");
    const receiving = socket.receive();
    await clock.pass(200);

    void runtime.server.socket.send("here");

    expect(await receiving).toBe("here");
  });

  test("what was not read yet comes before what the next connection brings", async () => {
    const { socket, runtime, clock } = await open();
    burst(runtime.server.socket, 3);
    await settle();
    runtime.server.cut();
    await clock.pass(500);
    void runtime.server.socket.send("next");
    await settle();
    void socket.close();
    await settle();

    expect(await all(socket)).toEqual(["0", "1", "2", "next"]);
  });
});

describe("at the end", () => {
  test("what waits can be read; then iterators end, and receive rejects", async () => {
    const { socket, runtime } = await open({ reconnect: false });
    const texts = burst(runtime.server.socket, 5);
    await settle();
    runtime.server.cut();
    await settle();
    expect(socket.state).toBe("closed");

    expect(await socket.receive()).toBe("0");
    expect(await all(socket)).toEqual(texts.slice(1));
    await expect(socket.receive()).rejects.toMatchObject({ name: "DisconnectError", code: 1006 });
  });

  test("who waits is told: iterators end for every code, receive rejects with it", async () => {
    const { socket, runtime } = await open();
    const receiving = socket.receive();
    receiving.catch(() => {});

    await runtime.server.socket.close(4001, "kicked");

    await expect(receiving).rejects.toMatchObject({ name: "DisconnectError", code: 4001, reason: "kicked" });
    expect(await all(socket)).toEqual([]);
  });

  test("after a close of ours, what still comes is of no interest", async () => {
    const { socket, runtime } = await open();
    runtime.server.client.block();
    void runtime.server.socket.send("before");
    await settle();
    const closing = socket.close();
    void runtime.server.socket.send("after");
    await settle();
    runtime.server.client.unblock();
    await closing;

    expect(await all(socket)).toEqual(["before"]);
  });
});

describe("a goodbye", () => {
  /** Answers each message, as a client that is asked does. */
  async function answer(socket: ClientSocket): Promise<void> {
    for await (const message of socket) await socket.send(`answer to ${String(message)}`);
  }

  test.each([1, 10])("that comes in one chunk with %i messages waits until they are answered", async (count) => {
    const { socket, runtime } = await open({ reconnect: false });
    const answering = answer(socket);
    const texts = burst(runtime.server.socket, count);

    void runtime.server.socket.close(1000, "bye");
    await answering;
    await settle();

    expect(await socket.closed).toMatchObject({ code: 1000, reason: "bye", wasClean: true });
    expect(runtime.server.client.written.length).toBeGreaterThan(0);
    const answers = frames(runtime.server.written);
    expect(answers).toEqual([...texts.map((text) => `answer to ${text}`), "close 1000"]);
    await expectNothingLeft(runtime);
  });

  test("waits while reading is held back, and is found when it goes on", async () => {
    const { socket, runtime, clock } = await open({ limits: { receiveMessages: 4 } });
    burst(runtime.server.socket, 10);
    void runtime.server.socket.close(4000);
    await settle();
    expect(socket.state).toBe("open");

    await answer(socket);
    await clock.pass(0);

    expect(await socket.closed).toMatchObject({ code: 4000 });
    expect(frames(runtime.server.written)).toHaveLength(11);
  });

  test("that nobody reads is answered all the same", async () => {
    const { socket, runtime } = await open();
    burst(runtime.server.socket, 3);

    expect(await runtime.server.socket.close(4000)).toMatchObject({ code: 4000, wasClean: true });

    expect(socket.state).toBe("closed");
    expect(await all(socket)).toEqual(["0", "1", "2"]);
  });

  test("with the FIN right behind it is still a goodbye", async () => {
    const { socket, runtime } = await open();
    // As a server ends that waits for nothing: a message, a Close frame with 4000, and the FIN.
    runtime.server.stream.write([hex("8104 6c617374 8802 0fa0")]);
    runtime.server.stream.end();
    await settle();

    expect(await all(socket)).toEqual(["last"]);
    expect(await socket.closed).toMatchObject({ code: 4000 });
  });
});

describe("a client that reads slowly", () => {
  test.each([
    ["messages", { receiveMessages: 4 }, 1],
    ["bytes", { receiveBytes: 400 }, 100],
  ])("holds the server back by %s, and goes on at half", async (_name, limits, size) => {
    const { socket, runtime } = await open({ limits });
    const texts = burst(runtime.server.socket, 100, size);
    await settle();

    // One more burst stays where it is.
    const late = runtime.server.socket.send("x".repeat(100_000));
    expect(await stateOfPromise(late)).toBe("pending");
    const heard: Message[] = [];
    for (let i = 0; i < 101; i++) heard.push(await socket.receive());

    expect(heard.slice(0, 100)).toEqual(texts);
    expect(await stateOfPromise(late)).toBe("resolved");
  });

  test("stays held back over a reconnect", async () => {
    const { socket, runtime, clock } = await open({ limits: { receiveMessages: 2 } });
    burst(runtime.server.socket, 2);
    await settle();
    runtime.server.cut();
    await clock.pass(500);
    const { server } = runtime;

    burst(server.socket, 2);
    const late = server.socket.send("x".repeat(100_000));
    expect(await stateOfPromise(late)).toBe("pending");
    for (const text of ["0", "1", "0", "1"]) expect(await socket.receive()).toBe(text);

    expect(await socket.receive()).toHaveLength(100_000);
  });

  test("that does not read for receiveFullTimeout closes with 1008, and loses nothing that came", async () => {
    const { socket, runtime, clock } = await open({ limits: { receiveMessages: 2, receiveFullTimeout: 5_000 } });
    burst(runtime.server.socket, 2);
    await clock.pass(4_999);
    expect(socket.state).toBe("open");

    await clock.pass(1);
    await settle();

    expect(await runtime.server.socket.closed).toMatchObject({ code: 1008, reason: "" });
    expect(await socket.closed).toMatchObject({ code: 1008, error: { code: "RECEIVE_QUEUE_FULL" } });
    expect(await all(socket)).toEqual(["0", "1"]);
    await expectNothingLeft(runtime);
  });

  test("says 1008 also if the server does not answer; what is sent meanwhile is told that it was not", async () => {
    const { connect, runtime, clock } = testClient();
    const socket = await connect({ limits: { receiveMessages: 2, receiveFullTimeout: 5_000 } });
    burst(runtime.server.socket, 2);
    await clock.pass(1);
    runtime.server.client.block();
    await clock.pass(5_000);

    const sent = socket.send("too late");
    expect([socket.state, await stateOfPromise(sent)]).toEqual(["closing", "pending"]);
    await clock.pass(20_000);

    expect(await socket.closed).toMatchObject({ code: 1008, wasClean: false, error: { code: "RECEIVE_QUEUE_FULL" } });
    await expect(sent).rejects.toMatchObject({ name: "DisconnectError", code: 1008 });
  });

  test("and reads in time has the whole time again", async () => {
    const { socket, runtime, clock } = await open({ limits: { receiveMessages: 2, receiveFullTimeout: 5_000 } });
    for (let i = 0; i < 3; i++) {
      burst(runtime.server.socket, 2);
      await clock.pass(4_999);
      await socket.receive();
      await socket.receive();
    }

    await clock.pass(60_000);

    expect(socket.state).toBe("open");
    await socket.close();
    await expectNothingLeft(runtime);
  });

  test("has no deadline while there is no connection", async () => {
    const { socket, runtime, clock } = await open({
      timeout: 100_000,
      limits: { receiveMessages: 2, receiveFullTimeout: 5_000 },
    });
    burst(runtime.server.socket, 2);
    await settle();
    runtime.script.push("waits");
    runtime.server.cut();
    await clock.pass(60_000);
    expect(socket.state).toBe("connecting");
    runtime.attempt.open();
    await clock.pass(4_999);
    expect(socket.state).toBe("open");

    await clock.pass(1);

    expect(socket.state).not.toBe("open");
  });

  test("whose policy comes back after 1008 does so, held back as before", async () => {
    const { socket, runtime, clock } = await open({
      reconnect: { shouldReconnect: () => true },
      limits: { receiveMessages: 2, receiveFullTimeout: 5_000 },
    });
    burst(runtime.server.socket, 2);
    await clock.pass(5_000 + 500);
    expect([socket.state, runtime.attempts.length]).toEqual(["open", 2]);

    burst(runtime.server.socket, 50);
    await settle();
    const heard = [await socket.receive(), await socket.receive(), await socket.receive()];

    expect(heard).toEqual(["0", "1", "0"]);
  });
});

test("where the wire cannot be held back, all comes, and receiveFullTimeout holds", async () => {
  const { connect, runtime, clock } = testClient({ isPlain: true });
  const socket = await connect({ limits: { receiveMessages: 2, receiveFullTimeout: 5_000 } });
  const texts = burst(runtime.server.socket, 10);
  await clock.pass(4_999);
  expect(socket.state).toBe("open");

  await clock.pass(1);
  await settle();

  expect(await socket.closed).toMatchObject({ code: 1008, error: { code: "RECEIVE_QUEUE_FULL" } });
  expect(await all(socket)).toEqual(texts);
});

describe("ignoreMessages", () => {
  test("throws away what waits and what comes, over all connections, and holds nobody back", async () => {
    const { socket, runtime, clock } = await open({ limits: { receiveMessages: 2 } });
    burst(runtime.server.socket, 10);
    await settle();

    socket.ignoreMessages();
    burst(runtime.server.socket, 100);
    await settle();
    runtime.server.cut();
    await clock.pass(500);
    burst(runtime.server.socket, 100);
    expect(await runtime.server.socket.close(1000)).toMatchObject({ wasClean: true });

    await expect(socket.receive()).rejects.toMatchObject({ name: "UsageError", code: "READ_IN_EVENTS_STYLE" });
    await expectNothingLeft(runtime);
  });
});

test("one reader at a time", async () => {
  const { socket, runtime } = await open();
  const first = socket.receive();

  await expect(socket.receive()).rejects.toMatchObject({ name: "UsageError", code: "CONCURRENT_READ" });
  void runtime.server.socket.send("x");

  expect(await first).toBe("x");
});

test("text, bytes and JSON are told apart, with the codec of the options", async () => {
  const json = { stringify: (value: unknown) => `<${String(value)}>`, parse: (text: string) => text.slice(1, -1) };
  const { socket, runtime } = await open({ json });

  await socket.sendJson("a");
  await settle();
  expect(runtime.received).toEqual(["<a>"]);
  for (const message of ["<b>", "c", Uint8Array.of(1)]) void runtime.server.socket.send(message);

  expect(await socket.receiveJson()).toBe("b");
  await expect(socket.receiveBytes()).rejects.toMatchObject({ name: "MessageTypeError", data: "c" });
  expect(await socket.receiveBytes()).toEqual(Uint8Array.of(1));
});

/** What a client has written, a word for each frame. */
function frames(bytes: Uint8Array): string[] {
  return readFrames(bytes).map(({ opcode, payload }) =>
    opcode === 8 ? `close ${payload[0]! * 256 + payload[1]!}` : Buffer.from(payload).toString(),
  );
}
