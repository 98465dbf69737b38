/** Sending: order, backpressure, what is handed to the transport, and what happens to a peer that is too slow. */

import { describe, expect, onTestFinished, test } from "vitest";
import { PreparedBatch } from "../../src/protocol/prepared-batch.ts";
import { PreparedMessage } from "../../src/protocol/prepared-message.ts";
import { WIRE_HIGH_WATER } from "../../src/socket/wire.ts";
import { brief } from "../support/brief.ts";
import type { SocketEnd, SocketPair, SocketPairOptions } from "../support/socket-pair.ts";
import { all, settle, socketPair, stateOfPromise } from "../support/socket-pair.ts";

const KIB = 1024;
const bytes = (size: number, value = 1) => new Uint8Array(size).fill(value);
/** A text of so many characters, which begins with its name. */
const text = (name: string, size: number) => name.padEnd(size, ".");

/** A server whose bytes go nowhere until `stream.unblock`. */
function stalled(options: SocketPairOptions = {}): SocketPair {
  const pair = socketPair(options);
  pair.server.stream.block();
  return pair;
}

/** What a room hands to a member. */
function batchOf({ config: { platform } }: SocketEnd, ...messages: readonly string[]): PreparedBatch {
  return new PreparedBatch(
    messages.map((message) => new PreparedMessage(message, platform)),
    platform,
  );
}

function unhandled(): unknown[] {
  const reasons: unknown[] = [];
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", (reason) => reasons.push(reason));
  onTestFinished(() => {
    process.removeAllListeners("unhandledRejection");
    for (const listener of others) process.on("unhandledRejection", listener);
  });
  return reasons;
}

describe("order", () => {
  test("messages of all kinds, room frames and streams arrive in the order of the calls, the close behind them", async () => {
    const { server, client } = stalled();
    const received = all(client.socket);

    void server.socket.send(text("a", 100 * KIB));
    server.link.deliver(batchOf(server, "b"));
    void server.socket.sendStream(["c", text("c", 100 * KIB)]);
    void server.socket.send(bytes(10 * KIB));
    server.link.deliver(batchOf(server, text("d", 100 * KIB)));
    void server.socket.send("");
    void server.socket.sendJson({ e: 1 });
    const closed = server.socket.close(4000, "done");
    server.stream.unblock();
    await closed;

    expect((await received).map(brief)).toEqual(
      [text("a", 100 * KIB), "b", `c${text("c", 100 * KIB)}`, bytes(10 * KIB), text("d", 100 * KIB), "", '{"e":1}'].map(
        brief,
      ),
    );
    expect(await client.socket.closed).toMatchObject({ code: 4000, reason: "done" });
  });

  test("the same with a peer that reads all the time", async () => {
    const { server, client } = socketPair();
    const received = all(client.socket);

    for (let i = 0; i < 50; i++) {
      void server.socket.send(`text ${i}`);
      if (i % 7 === 0) void server.socket.sendStream([`stream ${i}`]);
      server.link.deliver(batchOf(server, `room ${i}`));
    }
    await server.socket.close();

    const expected = Array.from({ length: 50 }, (_, i) => [
      `text ${i}`,
      ...(i % 7 === 0 ? [`stream ${i}`] : []),
      `room ${i}`,
    ]).flat();
    expect(await received).toEqual(expected);
  });
});

describe("backpressure", () => {
  test("while there is room, every send gives the same promise, which is resolved", async () => {
    const { server } = socketPair();

    const [first, second] = [server.socket.send("a"), server.socket.sendBytes(bytes(10))];

    expect(second).toBe(first);
    expect(await stateOfPromise(first)).toBe("resolved");
  });

  test("without room a send waits, and resolves when what waits has left", async () => {
    const { server, client } = stalled();
    server.stream.block();

    const sent = server.socket.send(text("large", 100 * KIB));
    const behind = server.socket.send("behind");
    await settle();
    expect(await stateOfPromise(sent)).toBe("pending");
    expect(await stateOfPromise(behind)).toBe("pending");
    expect(server.socket.bufferedAmount).toBeGreaterThan(100 * KIB);
    server.stream.unblock();
    await Promise.all([sent, behind]);
    await settle();

    expect(server.socket.bufferedAmount).toBe(0);
    expect(await client.socket.receive()).toHaveLength(100 * KIB);
    expect(await client.socket.receive()).toBe("behind");
    expect(server.reports.words).toEqual(["send full", "send relieved"]);
  });

  test("awaiting sends keeps a fast producer at the pace of the peer", async () => {
    const { server, client } = stalled();
    void all(client.socket);
    let produced = 0;
    const produce = (async () => {
      while (produced < 100) {
        produced++;
        await server.socket.send(text("", 10 * KIB));
      }
    })();

    await settle();
    expect(produced).toBe(7);
    server.stream.unblock();
    await produce;

    expect(produced).toBe(100);
  });

  test("bytes above 4 KiB resolve only once they are out, though there is room, and may be changed then", async () => {
    const { server, client } = stalled();
    const message = bytes(8 * KIB, 1);

    const sent = server.socket.send(message);
    await settle();
    expect(await stateOfPromise(sent)).toBe("pending");
    expect(await stateOfPromise(server.socket.send("there is room"))).toBe("resolved");
    server.stream.unblock();
    await sent;
    message.fill(2);

    expect(brief(await client.socket.receive())).toBe(brief(bytes(8 * KIB, 1)));
  });

  test("also those that had to wait in line may be changed after their promise, one by one", async () => {
    const { server, client } = stalled();
    const messages = Array.from({ length: 40 }, (_, i) => bytes(20 * KIB, i));

    const sent = messages.map(async (message) => {
      await server.socket.send(message);
      message.fill(255);
    });
    await settle();
    server.stream.unblock();
    await Promise.all(sent);

    for (let i = 0; i < 40; i++) {
      expect(brief(await client.socket.receive())).toBe(brief(bytes(20 * KIB, i)));
    }
  });

  test("bytes up to 4 KiB are copied at once", async () => {
    const { server, client } = stalled();
    const message = bytes(4 * KIB, 1);

    await server.socket.send(message);
    message.fill(2);
    server.stream.unblock();

    expect(brief(await client.socket.receive())).toBe(brief(bytes(4 * KIB, 1)));
  });

  test("at most 64 KiB, and the message that passes them, lie with the transport; the rest waits as messages", async () => {
    const { server, client } = stalled();
    void all(client.socket);

    for (let i = 0; i < 100; i++) void server.socket.send(text(String(i), 10 * KIB));
    await settle();

    expect(server.stream.bufferedAmount).toBeLessThan(WIRE_HIGH_WATER + 11 * KIB);
    expect(server.socket.bufferedAmount).toBeGreaterThanOrEqual(1000 * KIB);
    expect(server.reports.sent).toHaveLength(7);
    server.stream.unblock();
    await settle();
    expect(server.reports.sent).toHaveLength(100);
  });

  test("nobody awaits anything, and the peer leaves: no rejection is left over", async () => {
    const reasons = unhandled();
    const { server, client } = stalled();
    client.stream.pause();

    void server.socket.send(text("", 100 * KIB));
    void server.socket.send("waits");
    void server.socket.send(bytes(8 * KIB));
    void server.socket.sendStream(["also waits"]);
    void server.socket.ping();
    void server.socket.receive();
    client.socket.terminate();
    server.stream.unblock();
    await settle();
    void server.socket.send("after the end");
    void server.socket.sendStream(["after the end"]);
    void server.socket.ping();
    void server.socket.receiveJson();
    await settle();

    expect(server.socket.state).toBe("closed");
    expect(reasons).toEqual([]);
  });
});

describe("the peer leaves", () => {
  test("pending sends reject with its code and reason", async () => {
    const { server, client } = stalled();
    const pending = [
      server.socket.send(text("", 100 * KIB)),
      server.socket.send("in line"),
      server.socket.sendBytes(bytes(8 * KIB)),
      server.socket.sendStream(["in line"]),
    ];

    void client.socket.close(4321, "had enough");
    await settle();

    for (const sent of pending) {
      await expect(sent).rejects.toMatchObject({
        name: "DisconnectError",
        code: 4321,
        reason: "had enough",
        wasClean: true,
      });
    }
    await expect(server.socket.send("later")).rejects.toMatchObject({ name: "DisconnectError", code: 4321 });
    await expect(server.socket.sendStream(["later"])).rejects.toMatchObject({ name: "DisconnectError", code: 4321 });
  });

  test("without a word: 1006, not clean", async () => {
    const { server, client } = stalled();
    const sent = server.socket.send(text("", 100 * KIB));
    await settle();

    client.socket.terminate();

    await expect(sent).rejects.toMatchObject({ code: 1006, reason: "", wasClean: false });
  });
});

describe("a peer that is too slow", () => {
  const limits = { sendBuffer: 210 * KIB };
  const fill = ({ server }: SocketPair, count: number) =>
    Array.from({ length: count }, (_, i) => server.socket.send(text(`${i} `, 50 * KIB)));
  const names = (messages: unknown[]) => messages.map((message) => Number.parseInt(String(message), 10));

  test("`close`: 1013, what waits is given up, its promises reject, and the report says why", async () => {
    const pair = stalled({ server: { limits } });
    const { server, client, budget } = pair;

    const sent = fill(pair, 5);
    expect(server.socket.state).toBe("closing");
    expect(budget.used).toBe(0);
    server.stream.unblock();

    await expect(client.socket.closed).resolves.toMatchObject({ code: 1013 });
    const info = await server.socket.closed;
    expect(info).toMatchObject({ code: 1013, error: { code: "SEND_BUFFER_FULL" } });
    expect(info.error?.message).toContain("215 040");
    expect(await Promise.all(sent.map(stateOfPromise))).toEqual([
      "resolved",
      "rejected",
      "rejected",
      "rejected",
      "rejected",
    ]);
  });

  test("`close`, and the peer never reads again: it is over after closeTimeout", async () => {
    const pair = stalled({ server: { limits } });
    fill(pair, 5);

    await pair.clock.pass(10_000);

    expect(await pair.server.socket.closed).toMatchObject({ code: 1006, error: { code: "SEND_BUFFER_FULL" } });
  });

  test("`drop-oldest`: what has waited longest is left out, counted and reported; its promise resolves", async () => {
    const pair = stalled({ server: { limits, slowConsumer: "drop-oldest" } });
    const { server, client } = pair;
    const received = all(client.socket);

    const sent = fill(pair, 10);
    expect(server.link.sending!.dropped).toBe(6);
    expect(server.reports.drops).toHaveLength(6);
    expect(server.reports.drops[0]).toEqual({ policy: "drop-oldest", messages: 1, bytes: 50 * KIB });
    server.stream.unblock();
    await Promise.all(sent);
    await server.socket.close();

    expect(names(await received)).toEqual([0, 1, 8, 9]);
  });

  test("`drop-newest`: what comes last is left out", async () => {
    const pair = stalled({ server: { limits, slowConsumer: "drop-newest" } });
    const { server, client } = pair;
    const received = all(client.socket);

    const sent = fill(pair, 10);
    expect(server.link.sending!.dropped).toBe(6);
    server.stream.unblock();
    await Promise.all(sent);
    await server.socket.close();

    expect(names(await received)).toEqual([0, 1, 2, 3]);
  });

  test.each(["drop-oldest", "drop-newest"] as const)(
    "`%s`: large bytes that are dropped are the caller's at once",
    async (slowConsumer) => {
      const pair = stalled({ server: { limits, slowConsumer } });

      const sent = Array.from({ length: 10 }, () => pair.server.socket.send(bytes(50 * KIB)));

      const states = await Promise.all(sent.map(stateOfPromise));
      expect(states.filter((state) => state === "resolved")).toHaveLength(6);
    },
  );

  test.each(["close", "drop-oldest", "drop-newest"] as const)(
    "`%s`: one message always fits, however large",
    async (slowConsumer) => {
      const { server, client } = stalled({ server: { limits, slowConsumer } });

      void server.socket.send(text("fills the transport", 70 * KIB));
      void server.socket.send(text("larger than the limit", 300 * KIB));
      server.stream.unblock();

      expect(await client.socket.receive()).toHaveLength(70 * KIB);
      expect(await client.socket.receive()).toHaveLength(300 * KIB);
      expect(server.link.sending!.dropped).toBe(0);
      expect(server.socket.state).toBe("open");
    },
  );

  test("empty messages fill the buffer, too", async () => {
    const { server } = stalled({ server: { limits } });

    void server.socket.send(text("fills the transport", 70 * KIB));
    for (let i = 0; i < 1_200 && server.socket.open; i++) void server.socket.send("");

    expect(server.socket.state).toBe("closing");
  });

  test("room messages are dropped by the same policy", async () => {
    const { server, client } = stalled({ server: { limits, slowConsumer: "drop-oldest" } });
    const received = all(client.socket);

    for (let i = 0; i < 10; i++) {
      server.link.deliver(batchOf(server, text(`${i} `, 50 * KIB)));
    }
    expect(server.link.sending!.dropped).toBe(6);
    server.stream.unblock();
    await server.socket.close();

    expect(names(await received)).toEqual([0, 1, 8, 9]);
  });

  test("a stream that waits for its turn is no message that could be dropped", async () => {
    const pair = stalled({ server: { limits, slowConsumer: "drop-oldest" } });
    const { server, client } = pair;
    const received = all(client.socket);

    void server.socket.send(text("0 ", 70 * KIB));
    const streamed = server.socket.sendStream(["1 ", "streamed"]);
    fill(pair, 5);
    server.stream.unblock();
    await streamed;
    await server.socket.close();

    expect(names(await received)).toEqual([0, 1, 0, 1]);
  });
});

describe("reports", () => {
  test("each message that is sent is told when it is handed on, and counted", async () => {
    const { server } = socketPair();

    void server.socket.send("abc");
    void server.socket.send(bytes(5));
    server.link.deliver(batchOf(server, "room"));

    expect(server.reports.sent).toEqual(["abc", bytes(5), "room"]);
    expect(server.link.sending!.sent).toEqual({ messages: 3, bytes: 12 });
  });

  test("what the end overtakes is not told as sent", async () => {
    const { server } = socketPair();

    void server.socket.close();
    server.link.deliver(batchOf(server, "room"));
    void server.socket.send("late");
    await settle();

    expect(server.reports.sent).toEqual([]);
    expect(server.reports.words).toEqual([]);
  });

  test("room again is told to whoever asked", async () => {
    const { server } = stalled();
    let relieved = 0;
    server.link.sendQueueOnRelieved = () => relieved++;

    void server.socket.send(text("", 100 * KIB));
    await settle();
    expect(relieved).toBe(0);
    server.stream.unblock();
    await settle();

    expect(relieved).toBe(1);
  });
});
