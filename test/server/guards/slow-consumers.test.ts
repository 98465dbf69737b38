/** Guards, end to end: clients that take less than they are sent, and what all of them together may cost. */

import { describe, expect, it } from "vitest";
import type { AppOptions, RouteOptions, ServerSocket } from "../../../src/index.ts";
import { deferred } from "../../support/deferred.ts";
import { eventually } from "../../support/eventually.ts";
import { echo, listeningApp } from "../../support/listening-app.ts";
import { rawAnswer } from "../../support/raw-tcp.ts";
import { within } from "../../support/within.ts";
import { WsPeer } from "../../support/ws-peer.ts";

const SIZE = 100_000;
/** 25 MB: more than the system holds between two sockets. */
const COUNT = 250;
const FILL = "x".repeat(SIZE - 3);

/** Numbered messages, sent without waiting, to a client that does not read. */
async function flood(options: AppOptions) {
  const settled = deferred<PromiseSettledResult<void>[]>();
  const flooded = deferred<ServerSocket>();
  const started = await listeningApp((app) => {
    app.ws("/flood", async (socket) => {
      await socket.accept();
      await socket.receive();
      const sends: Promise<void>[] = [];
      for (let at = 0; at < COUNT; at++) {
        sends.push(socket.sendText(String(at).padStart(3, "0") + FILL));
        // What fits leaves in each turn.
        if (at % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      flooded.resolve(socket);
      settled.resolve(await Promise.allSettled(sends));
      await socket.closed;
    });
    echo(app);
  }, options);
  const client = await WsPeer.open(`${started.url}/flood`);
  client.socket.pause();
  client.send("go");
  const socket = await within(flooded.promise, "flood", 4_000);
  return { ...started, client, socket, settled: settled.promise };
}

/** The numbers of all messages that the client gets, now that it reads, until nothing waits for it any more. */
async function numbersFrom({ client, socket, heard }: Pick<Flood, "client" | "socket" | "heard">): Promise<number[]> {
  const numbers: number[] = [];
  client.socket.on("message", (data) => numbers.push(Number(String(data).slice(0, 3))));
  client.socket.resume();
  const state = () => ({ buffered: socket.bufferedAmount, got: numbers.length });
  await eventually(state).toSatisfy(({ buffered, got }) => {
    return buffered === 0 && got === heard.all("messageSent").length;
  });
  return numbers;
}

type Flood = Awaited<ReturnType<typeof flood>>;

const limits = { sendBuffer: 1_000_000, closeTimeout: 2_000 };

describe("slowConsumer: close, the default", () => {
  it("closes with 1013, which the client reads when it reads again, and names the option in the log", async () => {
    const { client, heard, log, settled } = await flood({ limits });

    client.socket.resume();

    expect(await client.ended()).toEqual({ code: 1013, reason: "" });
    const closed = await heard.once("connectionClosed");
    expect(closed).toMatchObject({ error: { code: "SEND_BUFFER_FULL" }, dropped: 0 });
    expect(closed.sent.messages).toBeLessThan(COUNT);
    expect(log.of("warn")).toEqual([
      expect.stringMatching(/ bytes wait for a slow peer, more than limits\.sendBuffer \(1 000 000\)$/),
    ]);
    const refused = (await settled).filter(({ status }) => status === "rejected");
    expect(refused.length).toBeGreaterThan(0);
    expect(heard.errors).toEqual([]);
  });

  it("ends a client that never reads again after limits.closeTimeout, without another word", async () => {
    const { heard, app } = await flood({ limits: { ...limits, closeTimeout: 150 } });

    expect(await heard.once("connectionClosed")).toMatchObject({ code: 1006, wasClean: false });
    expect(app.sockets.size).toBe(0);
  });
});

describe("slowConsumer: drop", () => {
  it("oldest: the client misses the middle, and gets the last message", async () => {
    const flooded = await flood({ limits, slowConsumer: "drop-oldest" });

    const numbers = await numbersFrom(flooded);
    await flooded.client.close();

    expect(numbers.at(0)).toBe(0);
    expect(numbers.at(-1)).toBe(COUNT - 1);
    expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
    expect(numbers.length).toBeLessThan(COUNT);
    const { dropped, sent } = await flooded.heard.once("connectionClosed");
    expect({ dropped, sent: sent.messages }).toEqual({ dropped: COUNT - numbers.length, sent: numbers.length });
  });

  it("newest: the client misses the end, and nothing before it", async () => {
    const flooded = await flood({ limits, slowConsumer: "drop-newest" });

    const numbers = await numbersFrom(flooded);
    await flooded.client.close();

    expect(numbers.length).toBeLessThan(COUNT);
    const { dropped } = await flooded.heard.once("connectionClosed");
    expect(dropped).toBe(COUNT - numbers.length);
    const firstGap = numbers.findIndex((number, at) => number !== at);
    expect(firstGap === -1 ? numbers.length : firstGap).toBeGreaterThan(5);
  });

  it.each(["drop-oldest", "drop-newest"] as const)(
    "%s: is reported, logged once, and no send rejects",
    async (policy) => {
      const flooded = await flood({ limits, slowConsumer: policy });
      const { heard, log, settled, socket } = flooded;

      const numbers = await numbersFrom(flooded);

      const reported = heard.all("messagesDropped");
      expect(reported.reduce((sum, { messages }) => sum + messages, 0)).toBe(COUNT - numbers.length);
      expect(reported[0]).toEqual({ id: socket.id, policy, messages: expect.any(Number), bytes: expect.any(Number) });
      expect(reported.every(({ messages, bytes }) => bytes === messages * SIZE)).toBe(true);
      expect(log.of("warn")).toHaveLength(1);
      expect((await settled).map(({ status }) => status)).toEqual(Array(COUNT).fill("fulfilled"));
    },
  );

  it("holds no more than limits.sendBuffer, and some for the transport", async () => {
    const { socket } = await flood({ limits, slowConsumer: "drop-oldest" });

    expect(socket.bufferedAmount).toBeLessThan(1_000_000 + 2 * SIZE);
    expect(socket.bufferedAmount).toBeGreaterThan(500_000);
  });
});

describe("slowConsumer: latest-by-key", () => {
  /** Updates of three prices, and a few notes without a key, to a client that does not read. */
  async function prices(options: AppOptions, routeOptions: RouteOptions = {}) {
    const flooded = deferred<ServerSocket>();
    const started = await listeningApp((app) => {
      app.ws("/prices", routeOptions, async (socket) => {
        await socket.receive();
        const room = socket.join("prices");
        for (let at = 0; at < COUNT; at++) {
          const text = `${"abc"[at % 3]}${String(at).padStart(3, "0")}${FILL}`;
          if (at % 50 === 25) void socket.sendText(`n${String(at).padStart(3, "0")}`);
          if (at % 2 === 0) void socket.sendText(text, { key: text.slice(0, 1) });
          else room.sendText(text, { key: text.slice(0, 1) });
          if (at % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
        }
        await new Promise((resolve) => setImmediate(resolve));
        flooded.resolve(socket);
        await socket.closed;
      });
    }, options);
    const client = await WsPeer.open(`${started.url}/prices`);
    client.socket.pause();
    client.send("go");
    return { ...started, client, socket: await within(flooded.promise, "flood", 4_000) };
  }

  /** What the client gets, now that it reads: the key, and the number. */
  async function readAll({ client, socket, heard }: Awaited<ReturnType<typeof prices>>) {
    const got: { key: string; at: number }[] = [];
    client.socket.on("message", (data) => got.push({ key: String(data)[0]!, at: Number(String(data).slice(1, 4)) }));
    client.socket.resume();
    await eventually(() => socket.bufferedAmount + heard.all("messageSent").length - got.length).toBe(0);
    return got;
  }

  it("the client gets the newest of each key, in the order of sending, and all that has no key", async () => {
    const started = await prices({ limits, slowConsumer: "latest-by-key" });

    const got = await readAll(started);
    await started.client.close();

    const last = ["a", "b", "c"].map((key) => got.findLast((one) => one.key === key)!.at);
    expect(last.sort((one, other) => one - other)).toEqual([COUNT - 3, COUNT - 2, COUNT - 1]);
    expect(got.map(({ at }) => at)).toEqual(got.map(({ at }) => at).sort((one, other) => one - other));
    expect(got.filter(({ key }) => key === "n").map(({ at }) => at)).toEqual([25, 75, 125, 175, 225]);
    const { dropped, code } = await started.heard.once("connectionClosed");
    expect([code, dropped]).toEqual([1000, COUNT + 5 - got.length]);
    expect(dropped).toBeGreaterThan(50);
  });

  it("is reported with its policy, and logged once; the buffer stays small", async () => {
    const { heard, log, socket } = await prices({ limits, slowConsumer: "latest-by-key" });

    expect(heard.all("messagesDropped")[0]).toEqual({
      id: socket.id,
      policy: "latest-by-key",
      messages: 1,
      bytes: SIZE + 1,
    });
    expect(log.of("warn")).toHaveLength(1);
    expect(log.of("warn")[0]).toContain("latest-by-key");
    expect(socket.bufferedAmount).toBeLessThan(1_000_000);
  });

  it("is a route's own choice, over the app's", async () => {
    const started = await prices({ limits }, { slowConsumer: "latest-by-key" });
    const [first] = started.heard.all("messagesDropped");
    expect([first?.policy, started.socket.open]).toEqual(["latest-by-key", true]);

    const other = await prices({ limits, slowConsumer: "latest-by-key" }, { slowConsumer: "close" });
    other.client.socket.resume();

    expect(await other.client.ended()).toEqual({ code: 1013, reason: "" });
  });

  it("closes with 1013 when too much has no key", async () => {
    const { client, heard } = await flood({ limits, slowConsumer: "latest-by-key" });

    client.socket.resume();

    expect(await client.ended()).toEqual({ code: 1013, reason: "" });
    expect(await heard.once("connectionClosed")).toMatchObject({ error: { code: "SEND_BUFFER_FULL" }, dropped: 0 });
  });
});

describe("a sender that awaits what send returns", () => {
  it("is slowed down, and nothing is dropped or closed", async () => {
    const sent = { count: 0 };
    const { url, heard } = await listeningApp(
      (app) => {
        app.ws("/ws", async (socket) => {
          await socket.receive();
          for (; sent.count < COUNT; sent.count++) await socket.sendText(String(sent.count).padStart(3, "0") + FILL);
        });
      },
      { limits },
    );
    const client = await WsPeer.open(`${url}/ws`);
    client.socket.pause();
    client.send("go");
    const full = await heard.once("backpressure");
    expect(full).toMatchObject({ direction: "send", state: "full" });
    await eventually(() => heard.all("backpressure").at(-1)?.state).toBe("full");
    expect(sent.count).toBeLessThan(COUNT);

    client.socket.resume();

    for (let at = 0; at < COUNT; at++) expect(Number((await client.next()).slice(0, 3))).toBe(at);
    expect(await client.ended()).toEqual({ code: 1000, reason: "" });
    expect(heard.all("backpressure").at(-1)).toMatchObject({ direction: "send", state: "relieved" });
  });
});

describe("limits.queuedBytes: a budget for the queues of all sockets", () => {
  const budget = { limits: { ...limits, sendBuffer: 50_000_000, queuedBytes: 500_000 } };

  it("answers 503 to new ones while it is exceeded, and lets them in when the client has read", async () => {
    const flooded = await flood(budget);
    const { port, heard } = flooded;

    expect((await rawAnswer(port)).status).toBe(503);
    expect((await heard.once("connectionRejected")).reason).toBe(
      "more than limits.queuedBytes (500 000) wait in the queues of all sockets",
    );

    await numbersFrom(flooded);

    expect((await rawAnswer(port)).status).toBe(101);
  });

  it("is given back when the slow client vanishes", async () => {
    const { port, client, heard } = await flood(budget);
    expect((await rawAnswer(port)).status).toBe(503);

    client.socket.terminate();
    await heard.once("connectionClosed");

    expect((await rawAnswer(port)).status).toBe(101);
  });

  it("counts what waits to be read, too", async () => {
    const { url, port, heard } = await listeningApp(
      (app) => {
        app.ws("/busy", (socket) => socket.accept().then(() => new Promise(() => {})));
        echo(app);
      },
      { limits: { queuedBytes: 200_000 } },
    );
    const client = await WsPeer.open(`${url}/busy`);
    for (let at = 0; at < 3; at++) client.send("x".repeat(SIZE));
    await heard.once("messageReceived", 2);

    expect((await rawAnswer(port)).status).toBe(503);
    client.socket.terminate();
    await heard.once("connectionClosed");
    expect((await rawAnswer(port)).status).toBe(101);
  });
});
