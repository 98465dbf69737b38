/** Rooms where nobody observes each message: then they write to their members at once, and all is as it is otherwise. */

import { describe, expect, onTestFinished, test } from "vitest";
import type { AppOptions, ServerSocket } from "../../../src/index.ts";
import { App } from "../../../src/index.ts";
import type { ConnectionClosed } from "../../../src/server/observing/observer.ts";
import { listenAnywhere } from "../../support/app-server.ts";
import { eventually } from "../../support/eventually.ts";
import type { RawTcp } from "../../support/raw-tcp.ts";
import { rawOpen } from "../../support/raw-tcp.ts";
import { uncaught } from "../../support/uncaught.ts";
import { WsPeer } from "../../support/ws-peer.ts";

/** An app of whose messages nobody hears; each client is in the room, and has been told so. */
async function start(options: AppOptions = {}) {
  const closed: ConnectionClosed[] = [];
  const errors: unknown[] = [];
  const observer = {
    connectionClosed: (event: ConnectionClosed) => closed.push(event),
    error: ({ error }: { readonly error: unknown }) => errors.push(error),
  };
  const app = new App({ logger: false, observer, ...options });
  onTestFinished(() => app.close({ timeout: 0 }));
  const sockets: ServerSocket[] = [];
  app.ws("/ws", async (socket) => {
    sockets.push(socket);
    socket.join("choir");
    await socket.send("in");
    for await (const text of socket.iterText()) await socket.send(`echo ${text}`);
  });
  const port = await listenAnywhere(app);
  const enter = async (): Promise<RawTcp> => {
    const client = await rawOpen(port);
    await client.next();
    return client;
  };
  const enterWs = async (perMessageDeflate = false): Promise<WsPeer> => {
    const peer = await WsPeer.open(`ws://127.0.0.1:${port}/ws`, { perMessageDeflate });
    await peer.next();
    return peer;
  };
  return { app, room: app.room("choir"), sockets, closed, errors, enter, enterWs };
}

const numbers = (count: number) => Array.from({ length: count }, (_, at) => `${at}`);

test("each member gets all, once and in order, whatever it sends and is sent in between", async () => {
  const { room, sockets, enterWs } = await start();
  const peers = await Promise.all(Array.from({ length: 12 }, () => enterWs()));

  for (let round = 0; round < 30; round++) {
    for (let at = 0; at < 3; at++) room.sendText(`${round * 3 + at}`);
    if (round % 7 === 0) void sockets[round % 12]!.send(`own ${round}`);
    if (round % 5 === 0) peers[round % 12]!.send("hello");
    if (round % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  room.sendText("end");

  for (const peer of peers) {
    const heard: string[] = [];
    while (heard.at(-1) !== "end") heard.push(await peer.next());
    expect(heard.filter((text) => /^\d+$/.test(text))).toEqual(numbers(90));
  }
});

test("compressed for those who agreed on it", async () => {
  const { room, enterWs } = await start({ compression: { threshold: 0 } });
  const peers = [await enterWs(true), await enterWs(false), await enterWs(true)];
  const texts = numbers(20).map((text) => text.padEnd(500, "abc"));

  for (const [at, text] of texts.entries()) {
    room.sendText(text);
    if (at % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
    if (at % 6 === 0) for (const peer of peers) peer.send(`${at}`);
  }
  room.sendText("end");

  for (const peer of peers) {
    const heard: string[] = [];
    while (heard.at(-1) !== "end") heard.push(await peer.next());
    expect(heard.filter((text) => !text.startsWith("echo"))).toEqual([...texts, "end"]);
  }
});

test("those who die, in every stage of dying, hurt nobody else", async () => {
  const thrown = uncaught();
  const { app, room, sockets, errors, enter } = await start();
  const [first, dying, closing, , last] = [await enter(), await enter(), await enter(), await enter(), await enter()];

  dying.reset();
  void sockets[2]!.close(4000);
  room.sendText("0");
  sockets[3]!.terminate();
  for (let at = 1; at < 20; at++) {
    room.sendText(`${at}`);
    await new Promise((resolve) => setImmediate(resolve));
  }

  for (const client of [first, last]) for (const text of numbers(20)) expect(await client.next()).toBe(text);
  expect(await closing.next()).toEqual({ code: 4000, reason: "" });
  closing.close(4000);
  await eventually(() => app.sockets.size).toBe(2);
  expect([errors, thrown]).toEqual([[], []]);
});

describe("a member that does not read", () => {
  const SIZE = 50_000;
  const COUNT = 400;
  const limits = { sendBuffer: 1_000_000, closeTimeout: 1_000 };

  /** One that reads, one that does not, and more than fits for both. */
  async function flood(options: AppOptions) {
    const started = await start({ limits, ...options });
    const [reading, slow] = [await started.enterWs(), await started.enterWs()];
    slow.socket.pause();
    for (let at = 0; at < COUNT; at++) {
      started.room.sendText(`${at}`.padEnd(SIZE, "."));
      // The one that reads has had it before the next one is sent.
      expect(Number.parseInt(await reading.next(), 10)).toBe(at);
    }
    return { ...started, slow };
  }

  test("is closed with 1013, and the others have missed nothing", async () => {
    const { slow, closed } = await flood({});

    slow.socket.resume();

    expect(await slow.ended()).toEqual({ code: 1013, reason: "" });
    await eventually(() => closed.length).toBe(1);
    expect(closed[0]).toMatchObject({ error: { code: "SEND_BUFFER_FULL" } });
  });

  test("loses what the policy drops, and is counted", async () => {
    const { slow, sockets, closed } = await flood({ slowConsumer: "drop-oldest" });
    const got: number[] = [];
    slow.socket.on("message", (data) => got.push(Number.parseInt(String(data), 10)));

    slow.socket.resume();
    await eventually(() => [got.at(-1), sockets[1]!.bufferedAmount]).toEqual([COUNT - 1, 0]);
    await slow.close();
    await eventually(() => closed.length).toBe(1);

    expect(got[0]).toBe(0);
    expect(got).toEqual([...got].sort((one, other) => one - other));
    const { dropped, sent } = closed[0]!;
    expect(dropped).toBeGreaterThan(0);
    expect([dropped + got.length, sent.messages]).toEqual([COUNT, got.length + 1]);
  });
});
