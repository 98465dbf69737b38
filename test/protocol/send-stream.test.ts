/** One message out of an iterable, sent as the transport takes it. */

import { describe, expect, test } from "vitest";
import type { Engine } from "../../src/protocol/engine.ts";
import type { Message } from "../../src/protocol/message.ts";
import { sendStream } from "../../src/protocol/send-stream.ts";
import { agreement } from "../support/agreements.ts";
import { takeBytes } from "../support/feed.ts";
import { readFrames } from "../support/frames.ts";
import { hex, join } from "../support/hex.ts";
import { makeEnd, Pair } from "../support/pair.ts";
import { turns } from "../support/run.ts";

const drained = () => Promise.resolve();

/** A drained() that is told when to go on. */
function gate() {
  const waiting: (() => void)[] = [];
  const wait = () => new Promise<void>((resolve) => waiting.push(resolve));
  return { wait, open: () => waiting.shift()?.(), waiting };
}

async function* slowly(...chunks: Message[]): AsyncGenerator<Message> {
  for (const chunk of chunks) {
    await Promise.resolve();
    yield chunk;
  }
}

describe("what arrives", () => {
  test.each([
    ["text", ["one ", "two ", "three"], "one two three"],
    ["bytes", [hex("01"), hex("0203")], hex("010203")],
    ["text cut inside a character", ["\ud83d", "\ude00"], "😀"],
    ["one chunk", ["alone"], "alone"],
    ["empty chunks among others", ["", "a", "", "b", ""], "ab"],
  ] as [string, Message[], Message][])("%s", async (_name, chunks, whole) => {
    for (const deflate of [null, agreement()]) {
      const pair = new Pair({ deflate });

      await sendStream(pair.server.engine, chunks, { drained });
      await sendStream(pair.server.engine, slowly(...chunks), { drained });
      pair.server.engine.send("behind");
      await pair.run();

      expect(pair.client.sink.messages).toEqual([whole, whole, "behind"]);
    }
  });

  test("nothing at all is an empty message: bytes, unless told otherwise", async () => {
    const pair = new Pair();

    await sendStream(pair.server.engine, [], { drained });
    await sendStream(pair.server.engine, [], { drained, emptyAs: "text" });
    await pair.run();

    expect(pair.client.sink.messages).toEqual([hex(""), ""]);
  });

  test.each([null, agreement()])("large chunks", async (deflate) => {
    const pair = new Pair({ deflate });
    const bytes = new Uint8Array(300_000).map((_, at) => (at * at) >> 7);
    const text = "€uro😀".repeat(30_001);

    await sendStream(pair.client.engine, [bytes, bytes.subarray(0, 65_536)], { drained });
    await sendStream(pair.client.engine, [text, text], { drained });
    await pair.run();

    const [first, second] = pair.server.sink.messages;
    expect(Buffer.from(first as Uint8Array).equals(join(bytes, bytes.subarray(0, 65_536)))).toBe(true);
    expect(second === text + text).toBe(true);
  });

  test("compress: false", async () => {
    const { engine } = makeEnd("server", { deflate: agreement() });

    await sendStream(engine, ["a", "b"], { drained, compress: false });

    expect(readFrames(takeBytes(engine)).every(({ rsv }) => rsv === 0)).toBe(true);
  });
});

describe("backpressure", () => {
  test("the next chunk is asked for when the transport can take more", async () => {
    const { engine } = makeEnd("server");
    const { wait, open } = gate();
    let asked = 0;
    function* chunks() {
      for (; asked < 3; asked++) yield `chunk ${asked}`;
    }

    const sent = sendStream(engine, chunks(), { drained: wait });
    for (let expected = 0; expected < 3; expected++) {
      await turns(3);
      expect(asked).toBe(expected);
      expect(readFrames(takeBytes(engine))).toHaveLength(1);
      open();
    }
    await sent;

    expect(readFrames(takeBytes(engine))).toMatchObject([{ fin: true, opcode: 0 }]);
  });

  test("a large chunk is sent in fragments of at most 64 KiB, one at a time", async () => {
    const { engine } = makeEnd("server");
    const { wait, open } = gate();

    const sent = sendStream(engine, [new Uint8Array(150_000)], { drained: wait });
    const sizes: number[] = [];
    for (let i = 0; i < 3; i++) {
      await turns(3);
      sizes.push(...readFrames(takeBytes(engine)).map(({ payload }) => payload.length));
      open();
    }
    await sent;

    expect(sizes).toEqual([65_536, 65_536, 18_928]);
  });

  test("empty chunks are no frames: a peer may take many of them for a flood", async () => {
    const pair = new Pair();

    await sendStream(pair.server.engine, ["a", ...new Array(1500).fill("")], { drained });
    await pair.run();

    expect(pair.client.sink.events).toEqual([{ type: "message", data: "a" }]);
  });
});

test("a large message before it is waited for, without keeping it from its turn", async () => {
  const pair = new Pair({ deflate: agreement() });
  const large = new Uint8Array(300_000).map((_, at) => (at * at) >> 7);
  let asked = 0;
  const options = {
    // A loop of promises that are resolved already never lets zlib have its turn.
    drained: () => (++asked > 5000 ? Promise.reject(new Error("asked too often")) : Promise.resolve()),
  };

  pair.server.engine.send(large);
  await sendStream(pair.server.engine, ["a", "b"], options);
  await pair.run();

  expect(pair.client.sink.messages.map((data) => data.length)).toEqual([300_000, 2]);
});

describe("when it fails", () => {
  const broken = new Error("disk on fire");

  async function* failing(): AsyncGenerator<Message> {
    yield "first";
    throw broken;
  }

  test.each([
    ["the iterable", () => ({ chunks: failing(), drained })],
    ["drained", () => ({ chunks: ["first", "second"], drained: () => Promise.reject(broken) })],
  ])("%s: the connection is closed with 1011, and the promise rejects with its error", async (_name, make) => {
    const pair = new Pair();
    const { chunks, ...options } = make();

    await expect(sendStream(pair.server.engine, chunks, options)).rejects.toBe(broken);
    await pair.run();

    expect(pair.client.sink.events).toEqual([{ type: "close", code: 1011, reason: "", wasClean: true }]);
    expect(pair.server.engine.state).toBe("closed");
  });

  test("chunks of both kinds: 1011 and a UsageError", async () => {
    const { engine } = makeEnd("server");

    await expect(sendStream(engine, ["a", hex("01")], { drained })).rejects.toMatchObject({
      code: "MESSAGE_KIND_CHANGED",
    });

    expect(engine.state).toBe("closing");
  });

  test.each([
    ["closed by us", (engine: Engine) => engine.close(1000)],
    ["ended", (engine: Engine) => engine.end()],
  ])("the connection is %s meanwhile: a UsageError, and the iterable is let go", async (_name, end) => {
    const { engine } = makeEnd("server");
    let finished = false;
    async function* endless(): AsyncGenerator<Message> {
      try {
        for (;;) yield "more";
      } finally {
        finished = true;
      }
    }
    let fragments = 0;
    const options = {
      drained: async () => {
        if (++fragments === 3) end(engine);
      },
    };

    await expect(sendStream(engine, endless(), options)).rejects.toMatchObject({
      name: "UsageError",
      code: "NOT_OPEN",
    });

    expect(finished).toBe(true);
    expect(fragments).toBe(3);
  });

  test("it has ended behind the last chunk: a UsageError, too", async () => {
    const { engine } = makeEnd("server");

    const sent = sendStream(engine, ["a"], { drained: async () => engine.end() });

    await expect(sent).rejects.toMatchObject({ code: "NOT_OPEN" });
  });
});

describe("a second one before the first has ended", () => {
  test("is refused, and the first arrives whole", async () => {
    const pair = new Pair();
    const { engine } = pair.server;

    const first = sendStream(engine, slowly("a", "b", "c"), { drained: () => turns(1) });
    await turns(1);
    const second = sendStream(engine, slowly("1", "2", "3"), { drained: () => turns(1) });
    await expect(second).rejects.toMatchObject({ name: "UsageError", code: "MESSAGE_UNFINISHED" });
    await first;
    await pair.run();

    expect(pair.client.sink.messages).toEqual(["abc"]);
    expect(engine.state).toBe("open");
  });
});
