/** The socket as users hold it: arguments, states, closing in every way, permission, and what it is before it is open. */

import { describe, expect, test } from "vitest";
import { PreparedMessage } from "../../src/protocol/prepared-message.ts";
import { ByteBudget } from "../../src/socket/byte-budget.ts";
import { EngineWire } from "../../src/socket/engine-wire.ts";
import { Link } from "../../src/socket/link.ts";
import { Wheel } from "../../src/socket/wheel.ts";
import { memoryStreams } from "../support/memory-streams.ts";
import { all, makeConfig, settle, socketPair, stateOfPromise, TestSocket } from "../support/socket-pair.ts";
import { TestClock } from "../support/test-clock.ts";

describe("send", () => {
  test("takes text, and bytes in any shape", async () => {
    const { server, client } = socketPair();
    const { buffer } = Uint8Array.of(9, 1, 2, 9);

    void client.socket.send("text");
    void client.socket.send(Buffer.from("buffer"));
    void client.socket.send(buffer);
    void client.socket.send(new DataView(buffer, 1, 2));
    void client.socket.sendBytes(new Uint16Array([1, 2]));
    void client.socket.send(new PreparedMessage("prepared", client.config.platform));

    expect(await server.socket.receive()).toBe("text");
    expect(await server.socket.receive()).toEqual(new Uint8Array(Buffer.from("buffer")));
    expect(await server.socket.receive()).toEqual(Uint8Array.of(9, 1, 2, 9));
    expect(await server.socket.receive()).toEqual(Uint8Array.of(1, 2));
    expect(await server.socket.receive()).toEqual(Uint8Array.of(1, 0, 2, 0));
    expect(await server.socket.receive()).toBe("prepared");
  });

  test.each([
    ["send", 5, "Number"],
    ["send", null, "Null"],
    ["send", { a: 1 }, "Object"],
    ["send", ["a"], "Array"],
    ["sendText", Uint8Array.of(1), "Uint8Array"],
    ["sendBytes", "text", "String"],
  ] as const)("%s(%j) is a mistake that is told by its kind, at once", (method, value, kind) => {
    const { client } = socketPair();
    const call = client.socket[method].bind(client.socket) as (value: unknown) => unknown;

    expect(() => call(value)).toThrow(expect.objectContaining({ name: "UsageError" }));
    expect(() => call(value)).toThrow(kind);
  });
});

describe("close", () => {
  test("is told to the peer with code and reason; the state goes from open through closing to closed", async () => {
    const { server, client } = socketPair();
    expect([server.socket.state, server.socket.open]).toEqual(["open", true]);

    const closed = server.socket.close(4000, "done");
    expect([server.socket.state, server.socket.open]).toEqual(["closing", false]);
    const info = await closed;

    expect(server.socket.state).toBe("closed");
    expect(info).toEqual({ code: 4000, reason: "", wasClean: true });
    expect(await client.socket.closed).toEqual({ code: 4000, reason: "done", wasClean: true });
  });

  test("is 1000 without arguments, and may be called as often as one likes, also after the end", async () => {
    const { server, client } = socketPair();

    const all = [server.socket.close(), server.socket.close(4000), client.socket.close(4001)];
    await Promise.all(all);

    expect(await client.socket.closed).toMatchObject({ code: 1000 });
    expect(await server.socket.close(3000, "again")).toEqual(await server.socket.closed);
    await server.socket[Symbol.asyncDispose]();
  });

  test.each([
    ["ASCII", "x".repeat(200), "x".repeat(123)],
    ["two bytes a letter", "ж".repeat(100), "ж".repeat(61)],
    ["three bytes a letter", "語".repeat(100), "語".repeat(41)],
    ["four bytes a character", "😀".repeat(100), "😀".repeat(30)],
    ["mixed", `a${"語".repeat(100)}`, `a${"語".repeat(40)}`],
  ])("cuts a reason to 123 bytes, at a character: %s", async (_name, reason, cut) => {
    const { server, client } = socketPair();

    void server.socket.close(4000, reason);

    expect(await client.socket.closed).toMatchObject({ code: 4000, reason: cut, wasClean: true });
  });

  test.each([0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 1000.5, Number.NaN])(
    "throws for %d, in every state",
    async (code) => {
      const { server, client } = socketPair();
      const bad = () => server.socket.close(code);
      const mistake = expect.objectContaining({ name: "UsageError", code: "CLOSE_CODE_UNSENDABLE" });

      expect(bad).toThrow(mistake);
      expect(server.socket.state).toBe("open");
      void server.socket.close();
      expect(bad).toThrow(mistake);
      await client.socket.closed;
      await settle();
      expect(bad).toThrow(mistake);
    },
  );

  test("1010 is for clients", async () => {
    const { server, client } = socketPair();

    expect(() => server.socket.close(1010)).toThrow("1010 is for clients");

    void client.socket.close(1010);
    expect(await server.socket.closed).toMatchObject({ code: 1010 });
  });

  test("what is called afterwards is told", async () => {
    const { server } = socketPair();

    void server.socket.close(4000, "mine");

    for (const call of [server.socket.send("late"), server.socket.sendStream(["late"]), server.socket.ping()]) {
      await expect(call).rejects.toMatchObject({ name: "DisconnectError", code: 4000, reason: "mine" });
    }
  });

  test("comes behind everything that was sent, however much", async () => {
    const { server, client } = socketPair();
    const received = all(client.socket);

    for (let i = 0; i < 100; i++) void server.socket.send(`${i} ${"x".repeat(20_000)}`);
    await server.socket.close();

    expect(await received).toHaveLength(100);
  });

  test.each(["server", "client"] as const)(
    "has ten seconds for a peer that never answers (we are the %s)",
    async (who) => {
      const pair = socketPair();
      pair.server.stream.block();
      pair.client.stream.block();

      const closed = pair[who].socket.close(4000);
      await pair.clock.pass(9_900);
      expect(await stateOfPromise(closed)).toBe("pending");
      await pair.clock.pass(100);

      expect(await closed).toEqual({ code: 1006, reason: "", wasClean: false });
    },
  );

  test("lasts as long as a slow peer takes what is left, and closeTimeout when it takes nothing", async () => {
    const { server, client, clock } = socketPair();
    client.stream.pause();
    for (let i = 0; i < 100; i++) void server.socket.send("x".repeat(10_000));
    const closed = server.socket.close();

    for (let i = 0; i < 6; i++) {
      await clock.pass(8_000);
      // One chunk of it.
      client.stream.resume();
      await new Promise((resolve) => setImmediate(resolve));
      client.stream.pause();
    }
    expect(await stateOfPromise(closed)).toBe("pending");
    // It is looked at every ten seconds.
    await clock.pass(20_000);

    expect(await closed).toMatchObject({ code: 1006, wasClean: false });
  });

  test("does not wait for a peer that sends all the time and reads nothing", async () => {
    const { server, client, clock } = socketPair();
    server.stream.block();
    for (let i = 0; i < 100; i++) void server.socket.send("x".repeat(10_000));
    const closed = server.socket.close();

    for (let second = 0; second < 11; second++) {
      client.wire.send("still here", true);
      await clock.pass(1_000);
    }

    expect(await closed).toMatchObject({ code: 1006 });
  });

  test("by both at once is clean for both", async () => {
    const { server, client } = socketPair();

    const infos = await Promise.all([server.socket.close(4001), client.socket.close(4002)]);

    expect(infos).toMatchObject([
      { code: 4002, wasClean: true },
      { code: 4001, wasClean: true },
    ]);
  });
});

describe("the end", () => {
  test("terminate is 1006 for both, at once for this side, and safe to call again", async () => {
    const { server, client } = socketPair();

    server.socket.terminate();
    server.socket.terminate();

    expect(server.socket.state).toBe("closed");
    expect(await server.socket.closed).toEqual({ code: 1006, reason: "", wasClean: false });
    expect(await client.socket.closed).toMatchObject({ code: 1006, wasClean: false });
  });

  test.each(["server", "client"] as const)("a FIN without a Close frame is 1006 for the %s, at once", async (who) => {
    const pair = socketPair();
    const other = who === "server" ? pair.client : pair.server;

    other.stream.end();
    await settle();

    expect(pair[who].socket.state).toBe("closed");
    expect(await pair[who].socket.closed).toMatchObject({ code: 1006, wasClean: false });
  });

  test("an error of the transport is told as the cause", async () => {
    const { server } = socketPair();
    const received = server.socket.receive();
    const cause = new Error("read ECONNRESET");

    server.stream.fail(cause);

    await expect(received).rejects.toMatchObject({ name: "DisconnectError", code: 1006, cause });
  });

  test("a limit that the peer passed is told as the cause", async () => {
    const { server, client } = socketPair({ server: { messageSize: 10 } });
    const received = server.socket.receive();

    await client.socket.sendText("more than ten characters");

    const cause = { name: "ProtocolError", code: "MESSAGE_TOO_BIG" };
    await expect(received).rejects.toMatchObject({ name: "DisconnectError", code: 1009, cause });
  });

  test("the signal aborts with a DisconnectError, also one that is asked for afterwards", async () => {
    const { server, client } = socketPair();
    const { signal } = server.socket;
    expect(signal.aborted).toBe(false);

    await client.socket.close(4000, "bye");

    expect(signal.reason).toMatchObject({ name: "DisconnectError", code: 4000, reason: "bye", wasClean: true });
    expect(client.socket.signal).toMatchObject({ aborted: true, reason: { name: "DisconnectError", code: 4000 } });
  });

  test("an end is recognized as one's own, and no other's", async () => {
    const [one, two] = [socketPair(), socketPair()];
    one.client.socket.terminate();
    two.client.socket.terminate();
    await settle();

    const error = await one.server.socket.receive().catch((thrown: unknown) => thrown);

    expect(one.server.link.isOwnEnd(error)).toBe(true);
    expect(two.server.link.isOwnEnd(error)).toBe(false);
    expect(one.server.link.isOwnEnd(one.server.socket.signal.reason)).toBe(true);
    expect(one.server.link.isOwnEnd(new Error("mine"))).toBe(false);
    expect(one.server.link.isOwnEnd(null)).toBe(false);
  });

  test("a message that is too big is 1009, and says so", async () => {
    const { server, client } = socketPair({ server: { messageSize: 100 } });

    void client.socket.send("x".repeat(101));

    expect(await client.socket.closed).toMatchObject({ code: 1009 });
    expect(await server.socket.closed).toMatchObject({ code: 1009, error: { code: "MESSAGE_TOO_BIG" } });
  });
});

describe("expires", () => {
  test("closes with 4401 when the time has come", async () => {
    const { server, client, clock } = socketPair({ heartbeat: null });

    server.socket.expires(new Date(Date.now() + 30_000));
    await clock.pass(29_900);
    expect(server.socket.open).toBe(true);
    await clock.pass(200);

    expect(await client.socket.closed).toMatchObject({ code: 4401, reason: "" });
    expect(await server.socket.closed).toMatchObject({ error: { code: "PERMISSION_EXPIRED" } });
  });

  test("can be renewed, shortened, and taken back with null", async () => {
    const [renewed, shortened, forever] = [socketPair(), socketPair(), socketPair()];
    for (const { server } of [renewed, shortened, forever]) server.socket.expires(Date.now() + 30_000);

    renewed.server.socket.expires(Date.now() + 90_000);
    shortened.server.socket.expires(Date.now() + 10_000);
    forever.server.socket.expires(null);
    for (const { clock } of [renewed, shortened, forever]) await clock.pass(60_000);

    expect([renewed, shortened, forever].map(({ server }) => server.socket.state)).toEqual(["open", "closed", "open"]);
    await renewed.clock.pass(31_000);
    expect(renewed.server.socket.state).toBe("closed");
  });

  test("a time that is past closes at once", async () => {
    const { server, client, clock } = socketPair();

    server.socket.expires(Date.now() - 1);
    await clock.pass(50);

    expect(await client.socket.closed).toMatchObject({ code: 4401 });
  });

  test("throws for what is no time", () => {
    const { server } = socketPair();

    expect(() => server.socket.expires(new Date("soon"))).toThrow("a date, or milliseconds since 1970");
  });

  test("after the end it does nothing, and keeps nothing", async () => {
    const { server, client, wheel, clock } = socketPair();
    await client.socket.close();
    await settle();

    server.socket.expires(Date.now() + 1e9);

    expect([wheel.size, clock.timers]).toEqual([0, 0]);
  });
});

describe("before it is open", () => {
  function connecting() {
    const clock = new TestClock();
    const shared = { clock, wheel: new Wheel(clock), budget: new ByteBudget(1) };
    const { config } = makeConfig("server", shared);
    const link = new Link(config);
    const open = () => {
      const options = { role: "server", platform: config.platform, clock, closeTimeout: 10_000 } as const;
      link.open(new EngineWire(memoryStreams()[0], options));
    };
    return { link, open, ...shared };
  }

  test("the first use begins it; asking does not", () => {
    const uses: ((socket: TestSocket) => unknown)[] = [
      (socket) => socket.send("a"),
      (socket) => socket.sendStream([]),
      (socket) => socket.receive(),
      (socket) => socket.receiveJson(),
      (socket) => socket.iterText().next(),
      (socket) => socket.iterJson().next(),
      (socket) => socket.ping(),
    ];
    for (const use of uses) {
      const { link, open } = connecting();
      const socket = new TestSocket(link, open);
      void [socket.state, socket.open, socket.closed, socket.signal, socket.latency, socket.bufferedAmount, socket.id];
      socket.iterText();
      socket.iterJson();
      expect([socket.begun, socket.state]).toEqual([0, "connecting"]);

      use(socket);

      expect([socket.begun, socket.state]).toEqual([1, "open"]);
    }
  });

  test("permission can be given an end, which holds once it is open, and opens nothing", async () => {
    const { link, open, clock } = connecting();
    const socket = new TestSocket(link, open);

    socket.expires(Date.now() + 5_000);
    expect(socket.begun).toBe(0);
    open();
    await clock.pass(5_100);

    expect(socket.state).toBe("closing");
  });

  test("a close ends it, and hangs nowhere; a bad code throws", async () => {
    const socket = new TestSocket(connecting().link);

    expect(() => socket.close(1005)).toThrow("1005");
    expect(socket.state).toBe("connecting");

    expect(await socket.close(4000)).toMatchObject({ code: 1006, wasClean: false });
    expect(socket.state).toBe("closed");
    await expect(socket.send("late")).rejects.toMatchObject({ name: "DisconnectError" });
  });

  test("so does terminate; and messages can be ignored before there are any", async () => {
    const socket = new TestSocket(connecting().link);
    const { signal } = socket;

    socket.ignoreMessages();
    socket.terminate();

    expect(await socket.closed).toMatchObject({ code: 1006 });
    expect(signal.aborted).toBe(true);
  });
});

test("a socket has a random name, the same for life", async () => {
  const { server, client } = socketPair();
  const { id } = server.socket;

  await server.socket.close();

  expect(server.socket.id).toBe(id);
  expect(client.socket.id).not.toBe(id);
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
});
