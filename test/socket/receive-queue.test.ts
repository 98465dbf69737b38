/** Receiving: messages and readers meet in order, and none is lost to a timeout, a signal or a mistake. */

import { describe, expect, test } from "vitest";
import { all, settle, socketPair, stateOfPromise } from "../support/socket-pair.ts";

describe("receive", () => {
  test("gives what has come already, then waits for what comes", async () => {
    const { server, client } = socketPair();
    void client.socket.send("one");
    void client.socket.send(Uint8Array.of(2));
    await settle();

    expect(await server.socket.receive()).toBe("one");
    expect(await server.socket.receiveBytes()).toEqual(Uint8Array.of(2));
    const third = server.socket.receiveText();
    void client.socket.send("three");

    expect(await third).toBe("three");
  });

  test("an empty message is a message, not the end", async () => {
    const { server, client } = socketPair();
    const received = all(server.socket);

    void client.socket.send("");
    void client.socket.send(new Uint8Array(0));
    void client.socket.send("");
    await client.socket.close();

    expect(await received).toEqual(["", new Uint8Array(0), ""]);
  });

  test("with a timeout: a TimeoutError with its number, and the next message is not lost", async () => {
    const { server, client, clock } = socketPair();

    const received = server.socket.receiveText({ timeout: 1_500 });
    const outcome = expect(received).rejects.toMatchObject({
      name: "TimeoutError",
      code: "RECEIVE_TIMEOUT",
      message: "receiveText: no message within 1 500 ms",
    });
    await clock.pass(1_500);
    await outcome;
    void client.socket.send("late");

    expect(await server.socket.receiveText({ timeout: 1_000 })).toBe("late");
    expect(clock.timers).toBe(1); // the wheel's
  });

  test("a timeout of nothing takes what is there, and else gives up", async () => {
    const { server, client, clock } = socketPair();
    void client.socket.send("there");
    await settle();

    expect(await server.socket.receive({ timeout: 0 })).toBe("there");
    const nothing = expect(server.socket.receive({ timeout: 0 })).rejects.toMatchObject({ name: "TimeoutError" });
    await clock.pass(0);

    await nothing;
  });

  test("with a signal: its reason, and the next message is not lost", async () => {
    const { server, client } = socketPair();
    const controller = new AbortController();

    const received = server.socket.receive({ signal: controller.signal, timeout: 5_000 });
    controller.abort(new Error("changed my mind"));
    await expect(received).rejects.toThrow("changed my mind");
    void client.socket.send("late");

    expect(await server.socket.receive()).toBe("late");
  });

  test("with a signal that has aborted: its reason, although a message waits, which stays", async () => {
    const { server, client } = socketPair();
    void client.socket.send("waits");
    await settle();

    await expect(server.socket.receive({ signal: AbortSignal.abort("no") })).rejects.toBe("no");

    expect(await server.socket.receive()).toBe("waits");
  });

  test("that was answered leaves no timer and no listener behind", async () => {
    const { server, client, clock } = socketPair({ heartbeat: null });
    const controller = new AbortController();
    const added: unknown[] = [];
    const signal = controller.signal;
    signal.addEventListener = (...args: unknown[]) => added.push(args[1]);
    signal.removeEventListener = (...args: unknown[]) => added.splice(added.indexOf(args[1]), 1);

    const received = server.socket.receive({ timeout: 5_000, signal });
    expect([added.length, clock.timers]).toEqual([1, 1]);
    void client.socket.send("soon");
    await received;

    expect([added.length, clock.timers]).toEqual([0, 0]);
  });

  test("a message of the wrong kind is told with the message, and the socket goes on", async () => {
    const { server, client } = socketPair();
    void client.socket.send(Uint8Array.of(1));
    void client.socket.send("two");
    void client.socket.send("three");

    await expect(server.socket.receiveText()).rejects.toMatchObject({
      name: "MessageTypeError",
      closeCode: 1003,
      data: Uint8Array.of(1),
    });
    await expect(server.socket.receiveBytes()).rejects.toMatchObject({ name: "MessageTypeError", data: "two" });

    expect(await server.socket.receiveText()).toBe("three");
    expect(server.socket.state).toBe("open");
  });
});

describe("one reader at a time", () => {
  test("a second one is told at once, and the first one gets the message", async () => {
    const { server, client } = socketPair();

    const first = server.socket.receive();
    await expect(server.socket.receiveText()).rejects.toMatchObject({ name: "UsageError", code: "CONCURRENT_READ" });
    await expect(server.socket.iterText().next()).rejects.toMatchObject({ code: "CONCURRENT_READ" });
    await expect(server.socket.receiveJson()).rejects.toMatchObject({ code: "CONCURRENT_READ" });
    void client.socket.send("one");

    expect(await first).toBe("one");
    void client.socket.send("two");
    expect(await server.socket.receive()).toBe("two");
  });

  test("a reader that gave up makes room for the next", async () => {
    const { server, clock } = socketPair();
    const first = server.socket.receive({ timeout: 10 });
    const gone = expect(first).rejects.toMatchObject({ name: "TimeoutError" });
    await clock.pass(10);
    await gone;

    expect(await stateOfPromise(server.socket.receive())).toBe("pending");
  });
});

describe("iterators", () => {
  test.each([1000, 1001, 1008, 1011, 3000, 4999])("end without an error when the peer closes with %d", async (code) => {
    const { server, client } = socketPair();
    const received = all(server.socket);

    void client.socket.send("last");
    void client.socket.close(code);

    expect(await received).toEqual(["last"]);
  });

  test("end without an error when the peer is gone, and when this side closes or terminates", async () => {
    const ends: ((pair: ReturnType<typeof socketPair>) => unknown)[] = [
      ({ client }) => client.socket.terminate(),
      ({ client }) => client.stream.end(),
      ({ client }) => client.stream.fail(new Error("cable")),
      ({ server }) => server.socket.close(),
      ({ server }) => server.socket.terminate(),
    ];
    for (const end of ends) {
      const pair = socketPair();
      const received = all(pair.server.socket);
      void pair.client.socket.send("first");
      await settle();

      end(pair);

      expect(await received).toEqual(["first"]);
    }
  });

  test("give all queued messages first; `state` and `signal` change at once", async () => {
    const { server, client } = socketPair();
    for (const text of ["a", "b", "c"]) void client.socket.send(text);
    void client.socket.close(4000);
    await settle();

    expect(server.socket.state).toBe("closed");
    expect(server.socket.signal.aborted).toBe(true);
    expect(await all(server.socket)).toEqual(["a", "b", "c"]);
    expect(await all(server.socket)).toEqual([]);
  });

  test("queued messages are received before the DisconnectError comes, which says how it ended", async () => {
    const { server, client } = socketPair();
    void client.socket.send("a");
    void client.socket.close(4000, "bye");
    await settle();

    expect(await server.socket.receive()).toBe("a");
    await expect(server.socket.receive()).rejects.toMatchObject({ name: "DisconnectError", code: 4000, reason: "bye" });
    await expect(server.socket.receiveJson()).rejects.toMatchObject({ code: 4000, wasClean: true });
  });

  test("a receive that waits rejects with the end", async () => {
    const { server, client, clock } = socketPair({ heartbeat: null });
    const received = server.socket.receiveText({ timeout: 60_000 });

    void client.socket.close(4000, "bye");

    await expect(received).rejects.toMatchObject({
      name: "DisconnectError",
      code: 4000,
      reason: "bye",
      wasClean: true,
    });
    await settle();
    expect(clock.timers).toBe(0);
  });

  test("`break` closes nothing, and loses nothing", async () => {
    const { server, client } = socketPair();
    for (const text of ["a", "b", "c"]) void client.socket.send(text);

    for await (const text of server.socket.iterText()) if (text === "a") break;

    expect(server.socket.state).toBe("open");
    expect(await server.socket.receive()).toBe("b");
    for await (const message of server.socket) {
      expect(message).toBe("c");
      break;
    }
  });

  test("of text, or of bytes, throw at the other kind, and another one goes on behind it", async () => {
    const { server, client } = socketPair();
    for (const message of ["a", Uint8Array.of(1), "b"]) void client.socket.send(message);
    const texts: string[] = [];

    const iterate = async () => {
      for await (const text of server.socket.iterText()) texts.push(text);
    };
    await expect(iterate()).rejects.toMatchObject({ name: "MessageTypeError", data: Uint8Array.of(1) });
    await expect(server.socket.iterBytes().next()).rejects.toMatchObject({ name: "MessageTypeError", data: "b" });

    expect(texts).toEqual(["a"]);
    expect(server.socket.open).toBe(true);
  });
});

// Vitest fails for a rejection that nobody handles.
test("a receive that nobody awaits is nothing to the process, whatever became of it", async () => {
  const { server } = socketPair();
  const aborted = AbortSignal.abort();

  void server.socket.receive({ signal: aborted });
  void server.socket.receive();
  void server.socket.receive();
  server.socket.ignoreMessages();
  void server.socket.receive();
  await settle();

  expect(server.socket.state).toBe("open");
});
