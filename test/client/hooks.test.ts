/** `onOpen`, `onDisconnect` and `onRetry`: when they are called, what may be done inside, and what becomes of their mistakes. */

import { describe, expect, test } from "vitest";
import type { ClientSocket } from "../../src/client/client-socket.ts";
import type { DisconnectInfo } from "../../src/client/disconnect-info.ts";
import { expectNothingLeft, testClient } from "../support/client-runtime.ts";
import { settle } from "../support/socket-pair.ts";
import { uncaught } from "../support/uncaught.ts";

const REFUSED = new Error("refused");

describe("onOpen", () => {
  test("is called with the socket, which is open, before connect resolves", async () => {
    const { connect } = testClient();
    const order: string[] = [];
    let given: ClientSocket | undefined;

    const socket = await connect({
      onOpen: (opened, info) => {
        given = opened;
        order.push(`${opened.state} ${JSON.stringify(info)}`);
      },
    });
    order.push("connected");

    expect(given).toBe(socket);
    expect(order).toEqual(['open {"attempt":1,"recovered":false}', "connected"]);
  });

  test("what it sends goes before all that has waited", async () => {
    const { connect, runtime, clock } = testClient();
    const socket = await connect({
      reconnect: true,
      onOpen: (opened, { recovered }) => {
        void opened.send(`hello ${recovered}`);
        void opened.send("again");
      },
    });
    await socket.send("1");
    await settle();
    runtime.server.cut();
    await settle();
    for (const text of ["2", "3", "4"]) await socket.send(text);

    await clock.pass(500);
    await socket.send("5");
    await settle();

    expect(runtime.received).toEqual(["hello false", "again", "1", "hello true", "again", "2", "3", "4", "5"]);
  });

  test("what it sends goes first also if it is more than the wire takes at once", async () => {
    const { connect, runtime, clock } = testClient({ stream: { highWaterMark: 1_000 } });
    const large = (name: string) => `${name} ${"x".repeat(50_000)}`;
    const socket = await connect({
      reconnect: true,
      onOpen: (opened) => {
        for (const name of ["a", "b", "c", "d"]) void opened.send(large(name));
      },
    });
    await settle();
    runtime.server.cut();
    await settle();
    void socket.send("1");
    void socket.sendStream(["2", "3"]);
    void socket.send("4");

    await clock.pass(500);
    await settle();

    const second = runtime.server.reports.received.map((data) => String(data).slice(0, 3));
    expect(second).toEqual(["a x", "b x", "c x", "d x", "1", "23", "4"]);
  });

  test("a stream that it sends goes first, too", async () => {
    const { connect, runtime, clock } = testClient();
    const socket = await connect({
      reconnect: true,
      onOpen: (opened) => {
        void opened.sendStream(["hel", "lo"]);
        void opened.send("and this");
      },
    });
    await settle();
    runtime.server.cut();
    await settle();
    void socket.send("1");

    await clock.pass(500);
    await settle();

    expect(runtime.server.reports.received).toEqual(["hello", "and this", "1"]);
  });

  test("may close the socket: what has waited goes out before", async () => {
    const { connect, runtime, clock } = testClient();
    const socket = await connect({
      reconnect: true,
      onOpen: (opened, { recovered }) => {
        if (!recovered) return;
        void opened.send("hello");
        void opened.close(3000, "enough");
      },
    });
    runtime.server.cut();
    await settle();
    for (const text of ["1", "2"]) await socket.send(text);

    await clock.pass(500);

    expect(await socket.closed).toMatchObject({ code: 3000, wasClean: true });
    expect(runtime.received).toEqual(["hello", "1", "2"]);
    await expectNothingLeft(runtime);
  });

  test("may terminate the socket", async () => {
    const { connect, runtime, clock } = testClient();
    const losses: DisconnectInfo[] = [];

    const socket = await connect({
      reconnect: true,
      onOpen: (opened) => opened.terminate(),
      onDisconnect: (info) => losses.push(info),
    });
    await clock.pass(3_600_000);

    expect(socket.state).toBe("closed");
    expect(losses).toMatchObject([{ code: 1006, unconfirmed: 0, retryIn: undefined }]);
    await expect(socket.send("x")).rejects.toMatchObject({ name: "DisconnectError" });
    await expectNothingLeft(runtime);
  });

  test("may terminate the socket that has come back, with messages waiting", async () => {
    const { connect, runtime, clock } = testClient();
    const socket = await connect({
      reconnect: true,
      onOpen: (opened, { recovered }) => {
        if (recovered) opened.terminate();
      },
    });
    runtime.server.cut();
    await settle();
    await socket.send("1");
    const stream = socket.sendStream(["2"]);

    await clock.pass(3_600_000);

    expect([socket.state, socket.outbox.messages]).toEqual(["closed", 0]);
    await expect(stream).rejects.toMatchObject({ name: "DisconnectError" });
    expect(runtime.received).toEqual([]);
    await expectNothingLeft(runtime);
  });
});

describe("onDisconnect", () => {
  test("is called while the socket is away, with the time of the next attempt; and once more at the end", async () => {
    const { connect, runtime } = testClient();
    const heard: unknown[] = [];
    const socket: ClientSocket = await connect({
      reconnect: true,
      onDisconnect: ({ code, unconfirmed, retryIn }) => heard.push([socket.state, code, unconfirmed, retryIn]),
    });
    await socket.send("lost");
    runtime.server.cut();
    await settle();

    expect(heard).toEqual([["connecting", 1006, 1, 500]]);
    socket.terminate();
    await settle();

    expect(heard.slice(1)).toEqual([["closed", 1006, 0, undefined]]);
    await expectNothingLeft(runtime);
  });

  test("tells why: the error of the transport, or the rule that was broken", async () => {
    const { connect, runtime, clock } = testClient();
    const losses: DisconnectInfo[] = [];
    await connect({ reconnect: { shouldReconnect: () => true }, onDisconnect: (info) => losses.push(info) });
    runtime.server.cut();
    await clock.pass(1_000);

    // A frame that is masked, as a server's must not be.
    runtime.server.stream.write([Uint8Array.of(0x81, 0x80, 1, 2, 3, 4)]);
    await settle();

    expect(losses).toMatchObject([
      { code: 1006, cause: { message: "read ECONNRESET" } },
      { code: 1002, error: { code: "MASK_UNEXPECTED" } },
    ]);
  });

  test("may send: that goes out with the next connection", async () => {
    const { connect, runtime, clock } = testClient();
    const socket: ClientSocket = await connect({
      reconnect: true,
      onDisconnect: ({ unconfirmed }) => void socket.send(`lost ${unconfirmed}`),
    });
    runtime.server.cut();
    await clock.pass(1_000);

    expect(runtime.received).toEqual(["lost 0"]);
  });

  test.each(["close", "terminate"] as const)(
    "may %s the socket: then it is told of the end, and no more",
    async (how) => {
      const { connect, runtime, clock } = testClient();
      const heard: (number | undefined)[] = [];
      const socket: ClientSocket = await connect({
        reconnect: true,
        onDisconnect: ({ retryIn }) => {
          heard.push(retryIn);
          void socket[how]();
        },
      });

      runtime.server.cut();
      await clock.pass(3_600_000);

      expect(heard).toEqual([500, undefined]);
      expect([socket.state, runtime.attempts.length]).toEqual(["closed", 1]);
      await expectNothingLeft(runtime);
    },
  );

  test("at the end, the socket knows that it is closed", async () => {
    const { connect, runtime } = testClient();
    const heard: unknown[] = [];
    const socket: ClientSocket = await connect({
      onDisconnect: () => {
        void socket.close();
        socket.terminate();
        heard.push(socket.state);
        void socket.closed.then(({ code }) => heard.push(code));
        socket.send("x").catch(({ name }) => heard.push(name));
      },
    });

    await runtime.server.socket.close(3000);
    await settle();

    expect(heard).toEqual(["closed", "DisconnectError", 3000]);
  });
});

describe("onRetry", () => {
  test("may close the socket", async () => {
    const { connect, runtime, clock } = testClient({ script: ["opens", REFUSED, REFUSED] });
    let retries = 0;
    const socket: ClientSocket = await connect({
      reconnect: true,
      onRetry: () => {
        retries++;
        void socket.close();
      },
    });

    runtime.server.cut();
    await clock.pass(3_600_000);

    expect([retries, runtime.attempts.length, socket.state]).toEqual([1, 2, "closed"]);
    await expectNothingLeft(runtime);
  });

  test("may abort the signal before there ever was a connection", async () => {
    const { connect, runtime, clock } = testClient({ script: [REFUSED, REFUSED] });
    const abort = new AbortController();
    const opening = connect({
      signal: abort.signal,
      reconnect: { initial: true },
      onRetry: ({ error }) => abort.abort(error),
    });
    opening.catch(() => {});

    await clock.pass(3_600_000);

    await expect(opening).rejects.toBe(REFUSED);
    expect(runtime.attempts).toHaveLength(1);
    await expectNothingLeft(runtime, abort.signal);
  });
});

test("hooks that throw are told of as uncaught, and change nothing", async () => {
  const errors = uncaught();
  const { connect, runtime, clock } = testClient({ script: ["opens", REFUSED] });
  const fail = (name: string) => () => {
    throw new Error(name);
  };
  const socket = await connect({
    reconnect: true,
    onOpen: fail("open"),
    onDisconnect: fail("disconnect"),
    onRetry: fail("retry"),
  });
  await socket.send("1");
  await settle();
  runtime.server.cut();
  await settle();
  await socket.send("2");
  await clock.pass(500 + 1_000);
  await socket.send("3");
  await settle();

  expect(runtime.received).toEqual(["1", "2", "3"]);
  await socket.close();
  expect(errors.map((error) => (error as Error).message)).toEqual([
    "open",
    "disconnect",
    "retry",
    "open",
    "disconnect",
  ]);
  await expectNothingLeft(runtime);
});

describe("a hook that is asynchronous", () => {
  test("may be overtaken by the end of its connection: that is no mistake", async () => {
    const { connect, runtime, clock } = testClient();
    const errors = uncaught();
    const socket = await connect({
      reconnect: true,
      onOpen: async (opened) => {
        await settle();
        await opened.ping();
      },
    });

    runtime.server.cut();
    socket.terminate();
    await clock.pass(1000);

    expect(errors).toEqual([]);
  });

  test("and fails is told as an uncaught error, and the socket goes on", async () => {
    const { connect, runtime } = testClient();
    const errors = uncaught();
    const mistake = new Error("in an asynchronous onOpen");

    const socket = await connect({ onOpen: () => Promise.reject(mistake) });
    await settle();
    await socket.send("goes on");
    await settle();

    expect(errors).toEqual([mistake]);
    expect(runtime.received).toEqual(["goes on"]);
  });
});

describe("onDisconnect at the end", () => {
  test("says how many messages wait, and will not be sent", async () => {
    const { connect, runtime, clock } = testClient({ script: ["opens", REFUSED, REFUSED] });
    const ends: DisconnectInfo[] = [];
    const socket = await connect({ reconnect: { maxAttempts: 1 }, onDisconnect: (info) => ends.push(info) });
    runtime.server.cut();
    await clock.pass(1);
    for (const text of ["1", "2", "3"]) await socket.send(text);

    await clock.pass(60_000);

    expect(ends).toMatchObject([
      { unsent: 0, retryIn: 500 },
      { unsent: 3, retryIn: undefined },
    ]);
  });
});
