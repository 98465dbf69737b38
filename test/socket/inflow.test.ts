/** What comes: held back when too much waits, slowed or refused when it comes too fast, given one by one in events style. */

import { describe, expect, test } from "vitest";
import type { CloseInfo } from "../../src/protocol/engine-sink.ts";
import type { InflowListener } from "../../src/socket/inflow.ts";
import type { Deferred } from "../support/deferred.ts";
import { deferred } from "../support/deferred.ts";
import type { SocketPair } from "../support/socket-pair.ts";
import { all, settle, socketPair, stateOfPromise } from "../support/socket-pair.ts";

const MIB = 1024 * 1024;

/** Writes down what comes; what `act` returns is what the event returns. */
class Events implements InflowListener {
  readonly log: string[] = [];
  readonly act: (event: string) => unknown;
  infos: CloseInfo[] = [];

  constructor(act: (event: string) => unknown = () => {}) {
    this.act = act;
  }

  readonly open = () => this.#event("open");
  readonly message = (data: unknown) => this.#event(typeof data === "string" ? data : "bytes");

  failed(error: unknown): void {
    this.log.push(`failed: ${(error as Error).message}`);
  }

  end(info: CloseInfo): void {
    this.infos.push(info);
    this.log.push("end");
  }

  #event(event: string): unknown {
    this.log.push(event);
    return this.act(event);
  }
}

function sendAll({ client }: SocketPair, ...messages: string[]): void {
  for (const message of messages) void client.socket.send(message);
}

describe("a full receive queue", () => {
  test("of 64 messages pauses reading, and the peer's sends stall", async () => {
    const { server, client } = socketPair();
    for (let i = 0; i < 100; i++) void client.socket.send(String(i));
    await settle();

    expect(server.reports.received).toHaveLength(64);
    expect(server.reports.words).toEqual(["receive full"]);
    const stalls = client.socket.send("x".repeat(MIB));
    await settle();
    expect(await stateOfPromise(stalls)).toBe("pending");
    for (let i = 0; i < 100; i++) expect(await server.socket.receive()).toBe(String(i));

    await stalls;
    expect(await server.socket.receive()).toHaveLength(MIB);
  });

  test("goes on at half", async () => {
    const pair = socketPair();
    const { server } = pair;
    sendAll(pair, ...Array.from({ length: 100 }, (_, i) => String(i)));
    await settle();

    for (let i = 0; i < 31; i++) await server.socket.receive();
    await settle();
    expect(server.reports.received).toHaveLength(64);
    await server.socket.receive();
    await settle();

    expect(server.reports.received).toHaveLength(96);
    expect(server.reports.words).toEqual(["receive full", "receive relieved", "receive full"]);
  });

  test("of 1 MiB pauses reading, however few the messages", async () => {
    const { server, client } = socketPair();
    for (let i = 0; i < 8; i++) void client.socket.send(new Uint8Array(300 * 1024).fill(i));
    await settle();

    expect(server.reports.received).toHaveLength(4);
    for (let i = 0; i < 8; i++) expect((await server.socket.receiveBytes())[0]).toBe(i);
    expect(server.reports.received).toHaveLength(8);
  });

  test("takes one message of any size", async () => {
    const { server, client } = socketPair();
    void client.socket.send("x".repeat(5 * MIB));
    void client.socket.send("next");
    for (let i = 0; i < 4; i++) await settle();

    expect(server.reports.received).toHaveLength(1);
    expect(await server.socket.receive()).toHaveLength(5 * MIB);
    expect(await server.socket.receive()).toBe("next");
  });

  test("that stays full for 60 s closes with 1008 and names the option; what is in it can be read", async () => {
    const pair = socketPair();
    const { server, client, clock } = pair;
    sendAll(pair, ...Array.from({ length: 100 }, (_, i) => String(i)));
    await clock.pass(59_900);
    expect(server.socket.state).toBe("open");
    await clock.pass(150);

    expect(await client.socket.closed).toMatchObject({ code: 1008 });
    const info = await server.socket.closed;
    expect(info).toMatchObject({ code: 1008, error: { code: "RECEIVE_QUEUE_FULL" } });
    expect(info.error?.message).toContain("limits.receiveFullTimeout (60 000 ms)");
    expect(await all(server.socket)).toHaveLength(64);
  });

  test("that has room now and then is never full for so long", async () => {
    const pair = socketPair();
    const { server, clock } = pair;
    sendAll(pair, ...Array.from({ length: 200 }, (_, i) => String(i)));
    for (let i = 0; i < 4; i++) {
      await clock.pass(40_000);
      for (let taken = 0; taken < 32; taken++) await server.socket.receive();
    }

    expect(server.socket.state).toBe("open");
  });

  test("makes nobody take the peer for dead: the heartbeat stands still, and begins anew", async () => {
    const pair = socketPair({ limits: { receiveFullTimeout: Number.POSITIVE_INFINITY } });
    const { server, client, clock } = pair;
    sendAll(pair, ...Array.from({ length: 100 }, (_, i) => String(i)));
    await clock.pass(290_000);
    expect(server.socket.state).toBe("open");

    // From here on it reads again, and the peer has vanished.
    client.stream.block();
    server.stream.block();
    for (let i = 0; i < 64; i++) await server.socket.receive();
    await clock.pass(40_000);
    expect(server.socket.state).toBe("open");
    await clock.pass(6_000);

    expect(await server.socket.closed).toMatchObject({ code: 1006, error: { code: "HEARTBEAT_TIMEOUT" } });
  });

  test("does not make the peer take this side for dead either: it hears pings, though its own are not answered", async () => {
    const pair = socketPair({ limits: { receiveFullTimeout: Number.POSITIVE_INFINITY, idleTimeout: 1e9 } });
    const { server, client, clock } = pair;
    sendAll(pair, ...Array.from({ length: 100 }, (_, i) => String(i)));

    await clock.pass(600_000);

    expect([server.socket.state, client.socket.state]).toEqual(["open", "open"]);
  });

  test("a paused side that closes reads on, to find the peer's Close frame", async () => {
    const pair = socketPair();
    const { server, client } = pair;
    sendAll(pair, ...Array.from({ length: 1000 }, (_, i) => String(i)));
    void client.socket.send("x".repeat(MIB));
    await settle();

    expect(await server.socket.close(4000)).toMatchObject({ code: 4000, wasClean: true });
    expect(await all(server.socket)).toHaveLength(64);
  });

  test("the peer leaves while reading is paused: what it sent before can be read, then the end comes", async () => {
    const pair = socketPair();
    const { server, client } = pair;
    sendAll(pair, ...Array.from({ length: 100 }, (_, i) => String(i)));
    await settle();
    void client.socket.close(4000);

    expect(await all(server.socket)).toHaveLength(100);
    expect(await server.socket.closed).toMatchObject({ code: 4000 });
  });
});

describe("events", () => {
  test("come one at a time: open first, then the messages in order, the end once and last", async () => {
    const pair = socketPair();
    const events = new Events();
    sendAll(pair, "early");
    await settle();

    pair.server.link.listen(events);
    sendAll(pair, "a", "b");
    await pair.client.socket.close(4000);
    await settle();

    expect(events.log).toEqual(["open", "early", "a", "b", "end"]);
    expect(events.infos).toMatchObject([{ code: 4000 }]);
  });

  test("a promise holds the next one back, which waits in the queue", async () => {
    const pair = socketPair();
    const gates = new Map<string, Deferred<void>>();
    const events = new Events((event) => {
      gates.set(event, deferred());
      return gates.get(event)!.promise;
    });
    pair.server.link.listen(events);
    sendAll(pair, "a", "b");
    await settle();
    expect(events.log).toEqual(["open"]);

    gates.get("open")!.resolve();
    await settle();
    expect(events.log).toEqual(["open", "a"]);
    expect(pair.server.link.queuedMessages).toBe(1);
    gates.get("a")!.resolve();
    await settle();

    expect(events.log).toEqual(["open", "a", "b"]);
  });

  test("messages that wait behind a promise fill the queue and pause reading; none is lost or overtaken", async () => {
    const pair = socketPair();
    const gate = deferred<void>();
    const events = new Events((event) => (event === "0" ? gate.promise : undefined));
    const texts = Array.from({ length: 500 }, (_, i) => String(i));
    pair.server.link.listen(events);
    sendAll(pair, ...texts);
    await settle();
    expect(pair.server.reports.received).toHaveLength(65);

    gate.resolve();
    await settle();

    expect(events.log.slice(1)).toEqual(texts);
  });

  test("the order holds too when each message takes a turn", async () => {
    const pair = socketPair();
    const events = new Events(() => new Promise((resolve) => setImmediate(resolve)));
    const texts = Array.from({ length: 300 }, (_, i) => String(i));
    pair.server.link.listen(events);
    sendAll(pair, ...texts);
    for (let i = 0; i < 12; i++) await settle();

    expect(events.log.slice(1)).toEqual(texts);
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("oops");
      },
    ],
    ["rejects", () => Promise.reject(new Error("oops"))],
    ["rejects later", () => new Promise((_, reject) => setImmediate(() => reject(new Error("oops"))))],
  ])("one that %s is told once, and no message comes after it; then the end", async (_name, fail) => {
    const pair = socketPair();
    const events = new Events((event) => (event === "b" ? fail() : undefined));
    pair.server.link.listen(events);

    sendAll(pair, "a", "b", "c", "d");
    await settle();
    expect(events.log).toEqual(["open", "a", "b", "failed: oops"]);
    await pair.server.socket.close(1011);
    await settle();

    expect(events.log).toEqual(["open", "a", "b", "failed: oops", "end"]);
    expect(pair.budget.used).toBe(0);
  });

  test("an `open` that throws is told, and no message comes", async () => {
    const pair = socketPair();
    const events = new Events((event) => {
      if (event === "open") throw new Error("oops");
    });
    sendAll(pair, "early");
    await settle();

    pair.server.link.listen(events);
    sendAll(pair, "late");
    await settle();
    await pair.server.socket.close(1011);

    expect(events.log).toEqual(["open", "failed: oops", "end"]);
  });

  test("the end comes after all queued messages, though state and signal change at once", async () => {
    const pair = socketPair();
    const gate = deferred<void>();
    const events = new Events((event) => (event === "a" ? gate.promise : undefined));
    pair.server.link.listen(events);
    const { signal } = pair.server.socket;
    sendAll(pair, "a", "b", "c");
    await settle();
    pair.client.socket.terminate();
    await settle();

    expect([pair.server.socket.state, signal.aborted]).toEqual(["closed", true]);
    expect(events.log).toEqual(["open", "a"]);
    gate.resolve();
    await settle();

    expect(events.log).toEqual(["open", "a", "b", "c", "end"]);
  });

  test("when the end is told, the state is `closed` and the signal has aborted", async () => {
    const pair = socketPair();
    const { signal } = pair.server.socket;
    const seen: unknown[] = [];
    const events = new Events();
    events.end = () => seen.push(pair.server.socket.state, signal.aborted);
    pair.server.link.listen(events);

    await pair.client.socket.close();

    expect(seen).toEqual(["closed", true]);
  });

  test("receive and iterators are refused", async () => {
    const pair = socketPair();
    pair.server.link.listen(new Events());

    const refused = { name: "UsageError", code: "READ_IN_EVENTS_STYLE" };
    await expect(pair.server.socket.receive()).rejects.toMatchObject(refused);
    await expect(pair.server.socket.iterText().next()).rejects.toMatchObject(refused);
    await expect(pair.server.socket.iterJson().next()).rejects.toMatchObject(refused);
  });

  test("without `message`, what comes is thrown away and holds nothing up", async () => {
    const pair = socketPair();
    const events = new Events();
    pair.server.link.listen({
      open: events.open,
      message: undefined,
      failed: () => {},
      end: (info) => events.end(info),
    });

    sendAll(pair, ...Array.from({ length: 500 }, () => "nobody listens"));
    await settle();
    await pair.client.socket.close();

    expect(pair.server.link.received.messages).toBe(500);
    expect(pair.budget.used).toBe(0);
    expect(events.log).toEqual(["open", "end"]);
  });

  test("the answer to the last message still goes out when the peer closes right behind it", async () => {
    const pair = socketPair();
    pair.server.link.listen(new Events((event) => pair.server.socket.send(`re: ${event}`)));
    const answers = all(pair.client.socket);

    sendAll(pair, "a", "b");
    // A peer that goes on listening after its goodbye, as browsers do.
    pair.client.wire.close(1000, "");
    await settle();

    expect(await answers).toEqual(["re: open", "re: a", "re: b"]);
    expect(await pair.server.socket.closed).toMatchObject({ code: 1000, wasClean: true });
    expect(pair.clock.timers).toBe(0);
  });
});

describe("ignoreMessages", () => {
  test("what comes is thrown away, what waited too; reading goes on", async () => {
    const pair = socketPair();
    sendAll(pair, ...Array.from({ length: 100 }, () => "spam"));
    await settle();

    pair.server.socket.ignoreMessages();
    await settle();

    expect(pair.server.link.received.messages).toBe(100);
    expect(pair.budget.used).toBe(0);
    expect(pair.server.reports.words).toEqual(["receive full", "receive relieved"]);
    await pair.clock.pass(70_000);
    expect(pair.server.socket.open).toBe(true);
  });

  test("who reads afterwards is told; who waited before gets the end", async () => {
    const { server, client } = socketPair();
    const waiting = all(server.socket);
    server.socket.ignoreMessages();

    await expect(server.socket.receive()).rejects.toMatchObject({ code: "READ_IN_EVENTS_STYLE" });
    void client.socket.send("spam");
    await client.socket.close();

    expect(await waiting).toEqual([]);
  });
});

describe("rates", () => {
  const everySecond = (count: number) => ({ limits: { messagesPerSecond: count } });

  test("more messages in a second than allowed close with 1008 and the option's name", async () => {
    const pair = socketPair({ server: everySecond(10) });
    sendAll(pair, ...Array.from({ length: 11 }, () => "!"));

    expect(await pair.client.socket.closed).toMatchObject({ code: 1008 });
    const { error } = await pair.server.socket.closed;
    expect(error).toMatchObject({ code: "TOO_MANY_MESSAGES" });
    expect(error?.message).toContain("limits.messagesPerSecond (10)");
    expect(await all(pair.server.socket)).toHaveLength(10);
  });

  test("as many as allowed, second after second, are fine", async () => {
    const pair = socketPair({ server: everySecond(10) });
    void all(pair.server.socket);

    for (let second = 0; second < 20; second++) {
      sendAll(pair, ...Array.from({ length: 10 }, () => "!"));
      await pair.clock.pass(1_000);
    }

    expect(pair.server.link.received.messages).toBe(200);
    expect(pair.server.socket.open).toBe(true);
  });

  test("more bytes than allowed close with 1008", async () => {
    const pair = socketPair({ server: { limits: { bytesPerSecond: 1_000 } } });
    sendAll(pair, "x".repeat(900), "x".repeat(200));

    expect((await pair.server.socket.closed).error).toMatchObject({ code: "TOO_MANY_BYTES" });
  });

  test("`pause` reads such a peer more slowly, at the rate, and loses nothing", async () => {
    const pair = socketPair({ server: { ...everySecond(10), overRate: "pause" } });
    const received = all(pair.server.socket);
    sendAll(pair, ...Array.from({ length: 100 }, (_, i) => String(i)));

    await pair.clock.pass(0);
    expect(pair.server.link.received.messages).toBe(11);
    await pair.clock.pass(1_000);
    expect(pair.server.link.received.messages).toBeLessThanOrEqual(21);
    expect(pair.server.link.received.messages).toBeGreaterThanOrEqual(19);
    await pair.clock.pass(8_100);
    expect(pair.server.link.received.messages).toBe(100);
    await pair.client.socket.close();

    expect(await received).toEqual(Array.from({ length: 100 }, (_, i) => String(i)));
  });

  test("`pause` by bytes: a message larger than a second's worth waits for its time, and passes", async () => {
    const pair = socketPair({ server: { limits: { bytesPerSecond: 1_000 }, overRate: "pause" } });
    const received = all(pair.server.socket);
    sendAll(pair, "x".repeat(5_000), "y", "z");

    await pair.clock.pass(3_900);
    expect(pair.server.link.received.messages).toBeLessThan(3);
    await pair.clock.pass(1_200);
    await pair.client.socket.close();

    expect(await received).toHaveLength(3);
  });

  test("a slowed socket that ends leaves no timer", async () => {
    const pair = socketPair({ heartbeat: null, server: { ...everySecond(1), overRate: "pause" } });
    sendAll(pair, "a", "b", "c");
    await settle();
    expect(pair.clock.timers).toBe(1);

    await pair.server.socket.close();
    await settle();

    expect(pair.clock.timers).toBe(0);
  });
});
