/** Several messages made ready for many, as one run of frames: what goes out is what each of them alone would have been. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nodePlatform } from "../../src/protocol/node/platform.ts";
import { PreparedBatch } from "../../src/protocol/prepared-batch.ts";
import { PreparedMessage } from "../../src/protocol/prepared-message.ts";
import { agreement, mirrored } from "../support/agreements.ts";
import { brief } from "../support/brief.ts";
import { settled, takeBytes } from "../support/feed.ts";
import { readFrames } from "../support/frames.ts";
import { hex, join, toHex } from "../support/hex.ts";
import { makeEnd, Pair } from "../support/pair.ts";
import { TestPlatform } from "../support/test-platform.ts";

const LARGE = new Uint8Array(200_000).map((_, at) => (at * at) >> 6);
const TEXT = "All of you: hello, hello, hello, hello.";

function batchOf(...messages: readonly (string | Uint8Array)[]): PreparedBatch {
  const platform = new TestPlatform();
  return new PreparedBatch(
    messages.map((data) => new PreparedMessage(data, platform)),
    platform,
  );
}

describe("a batch", () => {
  test("is its messages, in order, and their size", () => {
    const batch = batchOf("Hello", hex("010203"), "");

    expect(batch.messages.map(({ data }) => data)).toEqual(["Hello", hex("010203"), ""]);
    expect(batch.size).toBe(8);
  });

  test("has the frames of all in one piece, made once", () => {
    const batch = batchOf("Hello", hex("010203"), "");

    const [piece, ...others] = batch.plainFrames;

    expect(toHex(piece!)).toBe(
      toHex(
        hex(`
          8105 48656c6c6f // text "Hello"
          8203 010203     // three bytes
          8100            // empty text
        `),
      ),
    );
    expect(others).toEqual([]);
    expect(batch.plainFrames).toBe(batch.plainFrames);
  });

  test("of one has the frame of that one", () => {
    const platform = new TestPlatform();
    const message = new PreparedMessage("Hello", platform);

    expect(new PreparedBatch([message], platform).plainFrames[0]).toBe(message.plainFrame);
  });

  test("goes to all as the same memory", () => {
    const batch = batchOf("a", "b".repeat(5_000));
    const ends = [1, 2, 3].map(() => makeEnd("server"));

    const pieces = ends.map(({ engine }) => {
      engine.sendPrepared(batch);
      return engine.take();
    });

    expect(pieces.map((one) => one.length)).toEqual([1, 1, 1]);
    expect(new Set(pieces.map(([piece]) => piece!.buffer)).size).toBe(1);
  });

  test("is one that the runtime's streams like, where it says what they like", () => {
    const batch = new PreparedBatch(
      [new PreparedMessage("a", nodePlatform), new PreparedMessage("b", nodePlatform)],
      nodePlatform,
    );

    expect(Buffer.isBuffer(batch.plainFrames[0])).toBe(true);
    expect(toHex(batch.plainFrames[0]!)).toBe(toHex(hex("8101 61 8101 62")));
  });

  test("5.3: a client masks each message with a key of its own", () => {
    const { engine } = makeEnd("client");

    engine.sendPrepared(batchOf("Hello", "Hello"));
    const frames = readFrames(takeBytes(engine));

    expect(frames.map(({ masked, payload }) => [masked, toHex(payload)])).toEqual(Array(2).fill([true, "48656c6c6f"]));
    expect(engine.sendAtOnce(batchOf("Hello"))).toBeUndefined();
  });

  test("is what its messages are one by one, whatever they are and to whomever they go", () => {
    const message = fc.oneof(fc.string({ unit: "binary" }), fc.uint8Array({ maxLength: 300 }), fc.constant(TEXT));
    const role = fc.constantFrom("server" as const, "client" as const);
    const deflate = fc.constantFrom(
      undefined,
      agreement(),
      agreement({ threshold: 30 }),
      agreement({ sendWindowBits: 9 }),
    );
    fc.assert(
      fc.property(
        fc.array(message, { minLength: 1, maxLength: 8 }),
        role,
        deflate,
        fc.boolean(),
        (all, as, agreed, compress) => {
          const options = agreed === undefined ? {} : { deflate: agreed };
          const [together, alone] = [makeEnd(as, options), makeEnd(as, options)];
          const platform = new TestPlatform();

          together.engine.sendPrepared(batchOf(...all), { compress });
          for (const data of all) alone.engine.sendPrepared(new PreparedMessage(data, platform), { compress });

          expect(toHex(takeBytes(together.engine))).toBe(toHex(takeBytes(alone.engine)));
        },
      ),
    );
  });
});

describe("compressed", () => {
  test("is joined once for each window", () => {
    const batch = batchOf(TEXT, TEXT);
    const [wide, narrow] = [agreement(), agreement({ sendWindowBits: 9 })];

    const joined = batch.compressedFrames(wide);

    expect(batch.compressedFrames(wide)).toBe(joined);
    expect(batch.compressedFrames(narrow)).not.toBe(joined);
    expect(readFrames(joined![0]!).map(({ rsv }) => rsv)).toEqual([4, 4]);
  });

  test("is not there while one of its messages is compressed off the event loop, and is then", async () => {
    const batch = batchOf("a", LARGE, "b");
    const deflate = agreement();
    const { engine } = makeEnd("server", { deflate });

    expect(batch.compressedFrames(deflate)).toBeUndefined();
    engine.sendPrepared(batch);
    await settled(engine);

    expect(batch.compressedFrames(deflate)).toHaveLength(1);
    expect(toHex(takeBytes(engine))).toBe(toHex(join(...batch.compressedFrames(deflate)!)));
  });

  test.each([8, 15])(
    "with context takeover is read rightly among all else, with a window of 2^%i",
    async (sendWindowBits) => {
      const pair = new Pair({ deflate: agreement({ sendWindowBits, receiveWindowBits: sendWindowBits }) });
      const { engine, platform } = pair.server;
      const batches = [[TEXT], [TEXT, "short"], ["short", LARGE, TEXT], [TEXT.repeat(2), TEXT]];

      const expected = batches.flatMap((messages) => {
        engine.send(TEXT);
        engine.sendPrepared(
          new PreparedBatch(
            messages.map((data) => new PreparedMessage(data, platform)),
            platform,
          ),
        );
        return [TEXT, ...messages];
      });
      engine.send(TEXT);
      await pair.run();

      expect(pair.client.sink.messages.map(brief)).toEqual([...expected, TEXT].map(brief));
    },
  );

  test("our own compressor starts afresh after one that went out at once", async () => {
    const deflate = agreement();
    const [server, client] = [makeEnd("server", { deflate }), makeEnd("client", { deflate: mirrored(deflate) })];

    server.engine.send(TEXT);
    const pieces = [...server.engine.take()];
    pieces.push(...server.engine.sendAtOnce(batchOf(`${TEXT} once more`, "x"))!);
    server.engine.send(TEXT);
    pieces.push(...server.engine.take());
    for (const piece of pieces) client.engine.receive(piece.slice());

    expect(client.sink.messages).toEqual([TEXT, `${TEXT} once more`, "x", TEXT]);
  });
});

describe("at once", () => {
  test("gives the bytes past the output", () => {
    const { engine } = makeEnd("server");

    expect(toHex(join(...engine.sendAtOnce(batchOf("a", "b"))!))).toBe(toHex(hex("8101 61 8101 62")));
    expect([engine.take(), engine.outputSize]).toEqual([[], 0]);
  });

  test("is refused behind what waits: output, a fragment, a message that is being compressed", async () => {
    const plain = makeEnd("server").engine;
    plain.send("waits");
    expect(plain.sendAtOnce(batchOf("a"))).toBeUndefined();
    plain.take();
    plain.sendFragment("half", false);
    plain.take();
    expect(plain.sendAtOnce(batchOf("a"))).toBeUndefined();
    plain.sendFragment("whole", true);
    plain.take();
    expect(plain.sendAtOnce(batchOf("a"))).toHaveLength(1);
    const { engine } = makeEnd("server", { deflate: agreement() });
    engine.send(LARGE);
    expect(engine.sendAtOnce(batchOf("a"))).toBeUndefined();
    await settled(engine);
    engine.take();

    expect(engine.sendAtOnce(batchOf("a"))).toHaveLength(1);
  });

  test("is refused when it is not open any more, where sending is an error", () => {
    const { engine } = makeEnd("server");
    engine.close(1000);

    expect(engine.sendAtOnce(batchOf("a"))).toBeUndefined();
    expect(() => engine.sendPrepared(batchOf("a"))).toThrow(expect.objectContaining({ code: "NOT_OPEN" }));
  });
});

test("5.4: a batch in the middle of a fragmented message is an error, as a message is", () => {
  const { engine } = makeEnd("server");
  engine.sendFragment("half", false);

  expect(() => engine.sendPrepared(batchOf("a", "b"))).toThrow(expect.objectContaining({ code: "MESSAGE_UNFINISHED" }));
});

test("in the order of the calls, among messages and the Close frame", async () => {
  const pair = new Pair({ deflate: agreement() });
  const { engine } = pair.server;

  engine.send("one");
  engine.sendPrepared(batchOf("two", LARGE, "three"));
  engine.send("four");
  engine.sendPrepared(batchOf("five", "six"));
  engine.close(1000);
  await pair.run();

  const heard = pair.client.sink.messages.map((data) => (typeof data === "string" ? data : data.length));
  expect(heard).toEqual(["one", "two", 200_000, "three", "four", "five", "six"]);
  expect(pair.client.sink.events.at(-1)).toMatchObject({ type: "close", code: 1000 });
});
