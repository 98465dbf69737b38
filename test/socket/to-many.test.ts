/** What a room sends to a socket: in batches, at once or at the end of the turn, and before whatever the socket sends itself. */

import { describe, expect, test } from "vitest";
import { PreparedBatch } from "../../src/protocol/prepared-batch.ts";
import { PreparedMessage } from "../../src/protocol/prepared-message.ts";
import type { SocketConfig } from "../../src/socket/socket-config.ts";
import { WIRE_HIGH_WATER } from "../../src/socket/wire.ts";
import { agreement } from "../support/agreements.ts";
import { brief } from "../support/brief.ts";
import type { SocketEnd, SocketPairOptions } from "../support/socket-pair.ts";
import { all, settle, socketPair } from "../support/socket-pair.ts";
import { TestPlatform } from "../support/test-platform.ts";

const KIB = 1024;
const platform = new TestPlatform();

function batchOf(...texts: readonly string[]): PreparedBatch {
  return new PreparedBatch(
    texts.map((text) => new PreparedMessage(text, platform)),
    platform,
  );
}

/** A pair whose server has messages of rooms that wait for it: they are handed to it when it catches up. */
function pairWithRooms(options: SocketPairOptions = {}) {
  const waiting: PreparedBatch[] = [];
  let link: SocketEnd["link"] | undefined;
  const asked: object[] = [];
  const toMany: NonNullable<SocketConfig["toMany"]> = {
    get waits() {
      return waiting.length > 0;
    },
    catchUp: (face) => {
      asked.push(face);
      for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift()) link!.deliver(batch);
    },
  };
  const pair = socketPair({ ...options, server: { ...options.server, toMany } });
  link = pair.server.link;
  link.face = pair.server.socket;
  return { ...pair, waiting, asked };
}

describe("what waits for a socket goes first", () => {
  test("before a message, a stream and the goodbye of its own", async () => {
    const { server, client, waiting, asked } = pairWithRooms();
    const received = all(client.socket);

    waiting.push(batchOf("1", "2"));
    void server.socket.send("3");
    void server.socket.send("4");
    waiting.push(batchOf("5"));
    void server.socket.sendStream(["6"]);
    waiting.push(batchOf("7"), batchOf("8"));
    await server.socket.close();

    expect(await received).toEqual(["1", "2", "3", "4", "5", "6", "7", "8"]);
    expect(asked).toEqual([server.socket, server.socket, server.socket]);
  });

  test("and is not asked for before it is open, nor after the end", async () => {
    const { server, waiting, asked } = pairWithRooms();
    await server.socket.close();

    waiting.push(batchOf("late"));
    void server.socket.send("late");
    void server.socket.sendStream(["late"]);
    void server.socket.close();

    expect(asked).toEqual([]);
  });

  test("may be too much: it is closed with 1013, once, and what waits is not sent behind it", async () => {
    const { server, client, waiting, asked } = pairWithRooms({ server: { limits: { sendBuffer: 210 * KIB } } });
    server.stream.block();
    const many = Array.from({ length: 20 }, (_, at) => `${at} `.padEnd(50 * KIB, "."));

    waiting.push(batchOf(...many), batchOf(...many));
    void server.socket.send("its own");
    server.stream.unblock();
    const received = all(client.socket);

    expect(await client.socket.closed).toMatchObject({ code: 1013, wasClean: true });
    expect(await server.socket.closed).toMatchObject({ code: 1013, error: { code: "SEND_BUFFER_FULL" } });
    expect((await received).map((text) => Number.parseInt(String(text), 10))).toEqual([0, 1]);
    expect(asked.length).toBeLessThan(5);
  });

  test("is given up with all the rest when the socket fails: nothing follows but the goodbye", async () => {
    const { server, client, waiting } = pairWithRooms({ server: { limits: { sendBuffer: 210 * KIB } } });
    server.stream.block();
    const received = all(client.socket);

    void server.socket.send("on its way ".padEnd(100 * KIB, "."));
    waiting.push(batchOf("of a room"));
    for (let at = 0; at < 5; at++) server.link.deliver(batchOf("too much".padEnd(100 * KIB, ".")));
    server.stream.unblock();

    expect(await client.socket.closed).toMatchObject({ code: 1013, wasClean: true });
    expect((await received).map((text) => String(text).slice(0, 9))).toEqual(["on its wa"]);
  });

  test("is not put in the middle of a stream that fails", async () => {
    const { server, client, waiting } = pairWithRooms();
    const received = all(client.socket);
    async function* chunks() {
      yield* ["half", "a", "mess"];
      await settle();
      waiting.push(batchOf("of a room"));
      throw new Error("no more");
    }

    await expect(server.socket.sendStream(chunks())).rejects.toThrow("no more");

    expect(await client.socket.closed).toMatchObject({ code: 1011, wasClean: true });
    expect((await client.socket.closed).error).toBeUndefined();
    expect(await received).toEqual([]);
  });
});

describe("a batch", () => {
  test.each(["deliver", "deliverAtOnce"] as const)(
    "%s: is one write, reported as its messages or not at all",
    async (how) => {
      const { server, client } = socketPair();
      const received = all(client.socket);
      await settle();
      const before = server.stream.written.length;

      expect(server.link.takesAtOnce).toBe(true);
      server.link[how](batchOf("one", "two", "three"));
      const atOnce = server.stream.written.length - before;
      await settle();

      expect([atOnce, server.stream.written.length - before]).toEqual([how === "deliver" ? 0 : 1, 1]);
      expect(server.reports.sent).toEqual(how === "deliver" ? ["one", "two", "three"] : []);
      expect(server.link.sending!.sent).toEqual({ messages: 3, bytes: 11 });
      await server.socket.close();
      expect(await received).toEqual(["one", "two", "three"]);
    },
  );

  test.each(["deliver", "deliverAtOnce"] as const)(
    "%s: of more than lies with the transport waits as messages",
    async (how) => {
      const { server, client } = socketPair({
        server: { limits: { sendBuffer: 300 * KIB }, slowConsumer: "drop-oldest" },
      });
      server.stream.block();
      const received = all(client.socket);

      server.link[how](batchOf(...Array.from({ length: 40 }, (_, at) => `${at} `.padEnd(20 * KIB, "."))));
      expect(server.stream.bufferedAmount).toBeLessThan(WIRE_HIGH_WATER + 21 * KIB);
      expect(server.link.takesAtOnce).toBe(false);
      const { dropped } = server.link.sending!;
      expect(dropped).toBeGreaterThan(10);
      server.stream.unblock();
      await settle();
      await server.socket.close();

      const numbers = (await received).map((text) => Number.parseInt(String(text), 10));
      expect(numbers).toHaveLength(40 - dropped);
      expect(numbers.slice(0, 4)).toEqual([0, 1, 2, 3]);
      expect(numbers.at(-1)).toBe(39);
    },
  );

  test.each(["deliver", "deliverAtOnce"] as const)(
    "%s: that fills the transport is backpressure for what comes after",
    async (how) => {
      const { server, client } = socketPair();
      server.stream.block();
      const received = all(client.socket);

      server.link[how](batchOf("x".repeat(40 * KIB), "y".repeat(20 * KIB)));
      expect(server.reports.words).toEqual([]);
      server.link.deliver(batchOf("z".repeat(10 * KIB)));
      expect(server.reports.words).toEqual(["send full"]);
      server.link.deliver(batchOf("a", "b"));
      expect(server.link.sending!.sent.messages).toBe(3);
      server.stream.unblock();
      await settle();
      await server.socket.close();

      expect(server.reports.words).toEqual(["send full", "send relieved"]);
      expect((await received).map((text) => [String(text)[0], text.length])).toEqual([
        ["x", 40 * KIB],
        ["y", 20 * KIB],
        ["z", 10 * KIB],
        ["a", 1],
        ["b", 1],
      ]);
    },
  );

  test("at once by itself says when it fills the transport", async () => {
    const { server } = socketPair();
    server.stream.block();

    server.link.deliverAtOnce(batchOf("x".repeat(60 * KIB)));
    server.link.deliver(batchOf("y".repeat(60 * KIB)));
    await settle();

    expect(server.reports.words).toEqual(["send full"]);
    expect(server.link.takesAtOnce).toBe(false);
  });

  test("is compressed where that was agreed on, in order with what is compressed off the event loop", async () => {
    const { server, client } = socketPair({ deflate: agreement() });
    const received = all(client.socket);
    const large = Array.from({ length: 60_000 }, (_, at) => (at * 7) % 1000).join(",");

    void server.socket.send("first");
    server.link.deliver(batchOf("second", "second ".repeat(50)));
    server.link.deliver(batchOf("short", large.slice(0, 60_000)));
    void server.socket.send(large);
    expect(server.link.takesAtOnce).toBe(false);
    server.link.deliver(batchOf("behind", "it"));
    void server.socket.send("last");
    await server.socket.close();

    expect((await received).map(brief)).toEqual(
      ["first", "second", "second ".repeat(50), "short", large.slice(0, 60_000), large, "behind", "it", "last"].map(
        brief,
      ),
    );
  });

  test("goes at once where compression was agreed on, too, and our own compressor does not mind", async () => {
    const { server, client } = socketPair({ deflate: agreement({ threshold: 0 }) });
    const received = all(client.socket);
    const text = "all of you: hello, hello, hello";
    await settle();

    for (let round = 0; round < 3; round++) {
      await server.socket.send(text);
      await settle();
      expect(server.link.takesAtOnce).toBe(true);
      server.link.deliverAtOnce(batchOf(text, text));
    }
    await server.socket.close();

    expect(await received).toEqual(Array(9).fill(text));
  });

  test("is not taken at once while something waits before it, a stream is under way, or after the end", async () => {
    const { server, client } = socketPair();
    void all(client.socket);
    await settle();
    const takes: boolean[] = [];
    async function* chunks() {
      yield "a";
      takes.push(server.link.takesAtOnce);
      yield "b";
    }

    void server.socket.send("this turn's");
    takes.push(server.link.takesAtOnce);
    await settle();
    takes.push(server.link.takesAtOnce);
    await server.socket.sendStream(chunks());
    const closed = server.socket.close();
    takes.push(server.link.takesAtOnce);
    await closed;
    takes.push(server.link.takesAtOnce);

    expect(takes).toEqual([false, true, false, false, false]);
  });

  test("is nothing after the end", async () => {
    const { server } = socketPair();
    await server.socket.close();

    server.link.deliver(batchOf("late"));

    expect(server.reports.sent).toEqual([]);
    expect(server.link.sending!.sent.messages).toBe(0);
  });

  test("keeps an idle socket open: it is a message", async () => {
    const { server, clock } = socketPair({ server: { limits: { idleTimeout: 10_000 } } });
    for (let round = 0; round < 4; round++) {
      await clock.pass(8_000);
      server.link[round % 2 === 0 ? "deliver" : "deliverAtOnce"](batchOf("x"));
    }
    expect(server.socket.state).toBe("open");

    await clock.pass(12_000);

    expect(server.socket.state).not.toBe("open");
  });
});
