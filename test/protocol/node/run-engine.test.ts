/** An engine over a Node stream: both ways, a turn at a time, and pauses. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { runEngine } from "../../../src/protocol/node/index.ts";
import { agreement } from "../../support/agreements.ts";
import { settled, takeBytes } from "../../support/feed.ts";
import { frame } from "../../support/frames.ts";
import { hex } from "../../support/hex.ts";
import { makeEnd } from "../../support/pair.ts";
import { Recorder } from "../../support/recorder.ts";
import { run, turns } from "../../support/run.ts";
import { TestStream } from "../../support/test-stream.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});

afterEach(() => {
  vi.useRealTimers();
});

describe("both ways", () => {
  test("what comes is heard, and what a turn sends leaves together", async () => {
    const { stream, sink, engine } = run({ role: "server" });

    stream.push(frame({ opcode: 1, payload: Buffer.from("Hello"), key: hex("01020304") }));
    await turns();
    engine.send("a");
    engine.send("b");
    engine.send(new Uint8Array(10_000));
    engine.send("c");
    expect(stream.writes).toBe(0);
    await turns();

    expect(sink.messages).toEqual(["Hello"]);
    expect(stream.frames.map((line) => line.slice(0, 4))).toEqual(["1 61", "1 62", "2 00", "1 63"]);
    expect(stream.writes).toBe(1);
  });

  test("an answer leaves when all of a chunk has been read", async () => {
    const { stream, sink, engine } = run();
    sink.message = (data) => engine.send(data);

    stream.push(hex("8101 61 8900 8101 62"));
    await turns();

    expect(stream.frames).toEqual(["1 61", "10 ", "1 62"]);
    expect(stream.writes).toBe(1);
  });

  test("a head is read first, when the caller holds the engine", async () => {
    let engineInMessage: unknown;
    const sink = new Recorder();
    sink.message = (data) => {
      engineInMessage ??= engine;
      sink.events.push({ type: "message", data });
    };
    const stream = new TestStream();

    const engine = runEngine(stream, { role: "client", sink, head: hex("8101 61 81") });
    expect(sink.events).toEqual([]);
    stream.push(hex("01 62"));
    await turns();

    expect(sink.messages).toEqual(["a", "b"]);
    expect(engineInMessage).toBe(engine);
  });
});

test("`output` tells that something was written, and how much waits", async () => {
  const { stream, sink, engine } = run({ role: "server" });
  const lengths: number[] = [];
  sink.output = () => lengths.push(stream.writableLength);
  stream.block();

  engine.send("a");
  engine.send("b");
  await turns();
  engine.send(new Uint8Array(10_000));
  await turns();

  expect(lengths).toEqual([6, 6 + 10_004]);
});

describe("pauses", () => {
  test("a paused engine pauses the stream, and resume lets it go on", async () => {
    const { stream, sink, engine } = run();
    sink.message = (data) => {
      sink.events.push({ type: "message", data });
      engine.pause();
    };

    stream.push(hex("8101 61 8101 62"));
    stream.push(hex("8101 63"));
    await turns();
    expect(sink.messages).toEqual(["a"]);
    expect(stream.isPaused()).toBe(true);
    engine.resume();
    engine.resume();
    await turns();
    engine.resume();
    await turns();

    expect(sink.messages).toEqual(["a", "b", "c"]);
  });

  test("while a large message is inflated the stream is paused", async () => {
    const sender = makeEnd("server", { deflate: agreement() });
    sender.engine.send(new Uint8Array(500_000));
    await settled(sender.engine);
    const { stream, sink } = run({ deflate: agreement() });

    stream.push(takeBytes(sender.engine));
    stream.push(hex("8101 61"));
    stream.push(null);
    await turns(1);
    expect(stream.isPaused()).toBe(true);
    while (sink.events.length < 3) await turns(1);

    // The end of the stream does not overtake what came before it.
    expect(sink.events.map(({ type }) => type)).toEqual(["message", "message", "close"]);
    expect(stream.destroyed || stream.ended).toBe(true);
  });
});

test("a peer that does not read makes writableLength grow, and messages keep their order", async () => {
  const { stream, engine } = run({ role: "server" });
  stream.block();
  engine.send("a");
  await turns();
  for (let i = 0; i < 10; i++) engine.send(new Uint8Array(10_000).fill(i));
  await turns();
  expect(stream.writableLength).toBeGreaterThan(100_000);

  stream.unblock();
  await turns();

  expect(stream.frames.map((line) => line.slice(0, 4))).toEqual([
    "1 61",
    ...Array.from({ length: 10 }, (_, i) => `2 0${i}`),
  ]);
});
