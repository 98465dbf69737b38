/** The end of a connection while a large message is on its way through zlib, in either direction (RFC 6455, 7.1). */

import { describe, expect, test } from "vitest";
import { ENTRY } from "../../src/protocol/send-order.ts";
import { agreement } from "../support/agreements.ts";
import { settled, stateOf, takeBytes } from "../support/feed.ts";
import { readFrames } from "../support/frames.ts";
import { hex, toHex } from "../support/hex.ts";
import type { End } from "../support/pair.ts";
import { makeEnd, Pair } from "../support/pair.ts";
import { zlibHadItsTurn } from "../support/zlib-turn.ts";

const LARGE = new Uint8Array(300_000).map((_, at) => (at * at) >> 6);

describe("while a large message is compressed", () => {
  test("our Close waits behind it, and the messages too", async () => {
    const pair = new Pair({ deflate: agreement() });

    pair.server.engine.send(LARGE);
    pair.server.engine.send("small");
    pair.server.engine.close(1000);
    expect(pair.server.engine.take()).toEqual([]);
    expect(pair.server.engine.outputSize).toBe(300_000 + 5 + 2 + 2 * ENTRY);
    await pair.run();
    expect(pair.server.engine.outputSize).toBe(0);

    expect(pair.client.sink.messages.map((data) => data.length)).toEqual([300_000, 5]);
    expect(pair.client.sink.events.at(-1)).toMatchObject({ type: "close", code: 1000, wasClean: true });
    expect(pair.server.sink.events).toMatchObject([{ type: "close", code: 1000, wasClean: true }]);
  });

  test.each(["open", "closing"] as const)("the peer's Close is answered behind it, in state %s", async (state) => {
    const { engine, sink } = makeEnd("client", { deflate: agreement() });
    engine.send(LARGE);
    engine.send("small");
    if (state === "closing") engine.close(4000);

    engine.receive(hex("8802 03e9"));
    expect(sink.events).toEqual([{ type: "close", code: 1001, reason: "", wasClean: true }]);
    expect([engine.state, engine.transport]).toEqual(["closed", "keep"]);
    expect(engine.take()).toEqual([]);
    await settled(engine);

    const frames = readFrames(takeBytes(engine)).map(
      ({ opcode, payload }) => `${opcode} ${toHex(payload).slice(0, 4)}`,
    );
    expect(frames.map((line) => line[0])).toEqual(["2", "1", "8"]);
    expect(frames[2]).toBe(state === "open" ? "8 03e9" : "8 0fa0");
    expect(engine.transport).toBe("await-end");
    expect(sink.events).toHaveLength(1);
  });

  test("a fail gives it up: the Close frame with its code, and silence", async () => {
    const { engine, sink } = makeEnd("client", { deflate: agreement() });
    engine.send(LARGE);
    engine.close(1000);

    engine.receive(hex("8f00"));
    await zlibHadItsTurn();

    expect(readFrames(takeBytes(engine)).map(({ payload }) => toHex(payload))).toEqual(["03ea"]);
    expect(sink.events).toMatchObject([{ type: "close", code: 1002 }]);
  });

  test.each(["end", "abort"] as const)("%s gives it up", async (how) => {
    const { engine, sink } = makeEnd("client", { deflate: agreement() });
    engine.send(LARGE);

    engine[how]();
    await zlibHadItsTurn();

    expect(engine.take()).toEqual([]);
    expect(engine.compressing).toBe(false);
    expect(sink.events).toEqual([{ type: "close", code: 1006, reason: "", wasClean: false }]);
  });
});

describe("compressed()", () => {
  test("resolves at once when nothing waits", async () => {
    const { engine } = makeEnd("client", { deflate: agreement() });

    await expect(engine.compressed()).resolves.toBeUndefined();
  });

  test("resolves when the last of several large messages is out", async () => {
    const { engine } = makeEnd("client", { deflate: agreement() });
    engine.send(LARGE);
    engine.send("small");
    engine.send(LARGE);

    await Promise.all([engine.compressed(), engine.compressed()]);

    expect(readFrames(takeBytes(engine)).map(({ opcode }) => opcode)).toEqual([2, 1, 2]);
    expect(engine.compressing).toBe(false);
  });

  test.each([
    ["abort", (end: End) => end.engine.abort()],
    ["a fail", (end: End) => end.engine.receive(hex("8f00"))],
  ])("resolves when all is given up: %s", async (_name, giveUp) => {
    const end = makeEnd("client", { deflate: agreement() });
    end.engine.send(LARGE);
    const compressed = end.engine.compressed();

    giveUp(end);

    await expect(compressed).resolves.toBeUndefined();
  });
});

describe("while a large message is inflated", () => {
  async function suspended() {
    const sender = makeEnd("server", { deflate: agreement() });
    sender.engine.send(LARGE);
    sender.engine.send("behind");
    sender.engine.close(1000);
    await settled(sender.engine);
    const end = makeEnd("client", { deflate: agreement() });
    expect(end.engine.receive(takeBytes(sender.engine))).toBe("suspended");
    return end;
  }

  test("what came behind it, and the Close frame, wait for it", async () => {
    const { engine, sink } = await suspended();

    expect(sink.events).toEqual([]);
    await settled(engine);

    expect(sink.events.map(({ type }) => type)).toEqual(["message", "message", "close"]);
    expect(stateOf(engine)).toBe("ended");
  });

  test("we can close, and hear of the rest", async () => {
    const { engine, sink } = await suspended();

    engine.close(1001);
    await settled(engine);

    expect(sink.events.map(({ type }) => type)).toEqual(["message", "message", "close"]);
    expect(readFrames(takeBytes(engine)).map(({ payload }) => toHex(payload))).toEqual(["03e9"]);
  });

  test("a FIN waits for it, too", async () => {
    const { engine, sink } = await suspended();

    engine.end();
    await settled(engine);

    expect(sink.events.map(({ type }) => type)).toEqual(["message", "message", "close"]);
    expect(sink.events.at(-1)).toMatchObject({ code: 1000, wasClean: true });
  });

  test("a FIN without a Close frame: what had come, and then 1006", async () => {
    const sender = makeEnd("server", { deflate: agreement() });
    sender.engine.send(LARGE);
    await settled(sender.engine);
    const { engine, sink } = makeEnd("client", { deflate: agreement() });

    engine.receive(takeBytes(sender.engine));
    engine.end();
    await settled(engine);

    expect(sink.events.map(({ type }) => type)).toEqual(["message", "close"]);
    expect(sink.events.at(-1)).toMatchObject({ code: 1006, wasClean: false });
  });

  test("abort ends it at once, and once", async () => {
    const { engine, sink } = await suspended();

    engine.abort();
    await zlibHadItsTurn();

    expect(sink.events).toEqual([{ type: "close", code: 1006, reason: "", wasClean: false }]);
  });
});
