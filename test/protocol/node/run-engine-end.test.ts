/** How an engine over a Node stream ends: TCP as RFC 6455, 7.1.1 wants it, and no timer left behind. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { agreement } from "../../support/agreements.ts";
import { settled, takeBytes } from "../../support/feed.ts";
import { frame } from "../../support/frames.ts";
import { hex } from "../../support/hex.ts";
import { makeEnd } from "../../support/pair.ts";
import { run, turns } from "../../support/run.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});

afterEach(() => {
  vi.useRealTimers();
});

describe("7.1.1, the end of TCP", () => {
  test("a server ends it, as soon as both Close frames are out", async () => {
    const { stream, engine, sink } = run({ role: "server" });
    engine.close(1000);
    await turns();
    expect(stream.ended).toBe(false);

    stream.push(frame({ opcode: 8, payload: hex("03e8"), key: hex("01020304") }));
    await turns();

    expect(stream.frames).toEqual(["8 03e8"]);
    expect(stream.ended).toBe(true);
    expect(sink.events).toMatchObject([{ type: "close", code: 1000, wasClean: true }]);
  });

  test("a client waits for the server to end it, and then ends its own half", async () => {
    const { stream, sink } = run();
    stream.push(hex("8802 03e8"));
    await turns();
    expect(stream.frames).toEqual(["8 03e8"]);
    expect(stream.ended).toBe(false);

    stream.push(null);
    await turns();

    expect(stream.ended).toBe(true);
    expect(sink.events).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("a client does not wait for ever", async () => {
    const { stream } = run({ closeTimeout: 3000 });
    stream.push(hex("8800"));
    await turns();

    vi.advanceTimersByTime(2999);
    expect(stream.destroyed).toBe(false);
    vi.advanceTimersByTime(1);

    expect(stream.destroyed).toBe(true);
  });

  test.each(["server", "client"] as const)(
    "the answer to our Close frame is not waited for for ever: %s",
    async (role) => {
      const { stream, engine, sink } = run({ role });
      engine.close(1000);
      await turns();

      vi.advanceTimersByTime(10_000);
      await turns();

      expect(stream.destroyed).toBe(true);
      expect(sink.events).toEqual([{ type: "close", code: 1006, reason: "", wasClean: false }]);
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  test("a fail: the Close frame goes out, then our half ends, and what still comes is read and ignored", async () => {
    const { stream, sink } = run();
    stream.push(hex("8f00"));
    await turns();
    expect(stream.frames).toEqual(["8 03ea"]);
    expect(stream.ended).toBe(true);

    stream.push(new Uint8Array(100_000));
    stream.push(null);
    await turns();

    expect(stream.readableLength).toBe(0);
    expect(sink.events).toHaveLength(1);
  });

  test("a FIN without a Close frame is 1006, at once, and our half ends", async () => {
    const { stream, sink, engine } = run();
    stream.push(hex("8101 61"));
    stream.push(null);
    await turns();

    expect(sink.events).toEqual([
      { type: "message", data: "a" },
      { type: "close", code: 1006, reason: "", wasClean: false },
    ]);
    expect(stream.ended).toBe(true);
    expect(() => engine.send("x")).toThrow("the connection is closed");
  });

  test("closed in the middle of a pause: what the peer still sends does not block the end", async () => {
    const { stream, engine } = run();
    engine.pause();
    stream.push(hex("8101 61"));
    await turns();
    expect(stream.isPaused()).toBe(true);

    engine.abort();
    stream.push(new Uint8Array(100_000));
    stream.push(null);
    await turns();

    expect(stream.readableEnded).toBe(true);
    expect(stream.ended).toBe(true);
  });

  test("nor when it fails while the stream is paused for a large message", async () => {
    const sender = makeEnd("server", { deflate: agreement() });
    sender.engine.send(new Uint8Array(3_000_000));
    await settled(sender.engine);
    const { stream, sink } = run({ deflate: agreement() });

    stream.push(takeBytes(sender.engine));
    await turns(1);
    expect(stream.isPaused()).toBe(true);
    while (sink.events.length === 0) await turns(1);
    stream.push(new Uint8Array(100_000));
    stream.push(null);
    await turns();

    expect(sink.events).toMatchObject([{ type: "close", code: 1009 }]);
    expect(stream.readableEnded).toBe(true);
  });
});

describe("streams that break", () => {
  test("an error is 1006, and nobody else hears of it", async () => {
    const { stream, sink } = run();

    stream.destroy(new Error("ECONNRESET"));
    await turns();

    expect(sink.events).toEqual([{ type: "close", code: 1006, reason: "", wasClean: false }]);
  });

  test.each(["open", "closing", "closed"] as const)("no timer is left behind when it was %s", async (state) => {
    const { stream, engine, sink } = run();
    if (state !== "open") engine.close(1000);
    if (state === "closed") stream.push(hex("8802 03e8"));
    await turns();

    stream.destroy();
    await turns();

    expect(vi.getTimerCount()).toBe(0);
    expect(sink.events.filter(({ type }) => type === "close")).toHaveLength(1);
    expect(engine.state).toBe("closed");
  });

  test("sending into a stream that was destroyed does nothing but wait for its end", async () => {
    const { stream, engine } = run();

    stream.destroy();
    engine.send("x");
    await turns();

    expect(stream.written).toEqual([]);
    expect(() => engine.send("y")).toThrow("the connection is closed");
  });
});
