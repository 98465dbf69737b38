/** Sending a message fragment by fragment (RFC 6455, 5.4): its frames, its kind, its characters, and what may not be. */

import { describe, expect, test } from "vitest";
import { PreparedMessage } from "../../src/protocol/prepared-message.ts";
import { agreement } from "../support/agreements.ts";
import { settled, takeBytes } from "../support/feed.ts";
import { readFrames } from "../support/frames.ts";
import { hex, toHex } from "../support/hex.ts";
import { makeEnd, Pair } from "../support/pair.ts";

describe("the frames", () => {
  test("text: the first has the opcode, the last has FIN", () => {
    const { engine } = makeEnd("server");

    engine.sendFragment("a", false);
    engine.sendFragment("b", false);
    engine.sendFragment("c", true);

    expect(toHex(takeBytes(engine))).toBe("010161" + "000162" + "800163");
  });

  test("bytes, from a client", () => {
    const { engine } = makeEnd("client");

    engine.sendFragment(hex("01"), false);
    engine.sendFragment(hex(""), true);

    expect(readFrames(takeBytes(engine))).toEqual([
      { fin: false, rsv: 0, opcode: 2, masked: true, payload: hex("01") },
      { fin: true, rsv: 0, opcode: 0, masked: true, payload: hex("") },
    ]);
  });

  test("the only fragment is a whole message", () => {
    const { engine } = makeEnd("server");

    engine.sendFragment("a", true);
    engine.send("b");

    expect(toHex(takeBytes(engine))).toBe("810161" + "810162");
  });

  test("RFC 7692, 6.1: compressed, only the first has RSV1", () => {
    const { engine } = makeEnd("server", { deflate: agreement() });

    engine.sendFragment("Hel", false);
    engine.sendFragment("lo", true);

    expect(readFrames(takeBytes(engine)).map(({ rsv, fin }) => [rsv, fin])).toEqual([
      [4, false],
      [0, true],
    ]);
  });

  test("the first fragment decides about compression", () => {
    const { engine } = makeEnd("server", { deflate: agreement() });

    engine.sendFragment("a", false, { compress: false });
    engine.sendFragment("b", true, { compress: true });

    expect(toHex(takeBytes(engine))).toBe("010161" + "800162");
  });

  test("control frames may stand between them", () => {
    const { engine } = makeEnd("server");

    engine.sendFragment("a", false);
    engine.ping();
    engine.pong();
    engine.sendFragment("b", true);

    expect(toHex(takeBytes(engine))).toBe("010161" + "8900" + "8a00" + "800162");
  });

  test("a Close frame may end it unfinished", async () => {
    const pair = new Pair();

    pair.server.engine.sendFragment("a", false);
    pair.server.engine.close(1000);
    await pair.run();

    expect(pair.client.sink.events).toEqual([{ type: "close", code: 1000, reason: "", wasClean: true }]);
    expect(() => pair.server.engine.sendFragment("b", true)).toThrow("the connection is closed");
  });
});

test("sendingFragments tells whether one is unfinished", () => {
  const { engine } = makeEnd("server");
  const told = [engine.sendingFragments];

  engine.sendFragment("a", false);
  told.push(engine.sendingFragments);
  engine.ping();
  told.push(engine.sendingFragments);
  engine.sendFragment("b", true);
  told.push(engine.sendingFragments);

  expect(told).toEqual([false, true, true, false]);
});

describe("characters cut in two by the caller", () => {
  const [high, low] = ["\ud83d", "\ude00"];

  test.each([
    [["a😀b"], "a😀b"],
    [[`a${high}`, `${low}b`], "a😀b"],
    [[high, low], "😀"],
    [[high, "", "", low], "😀"],
    [[high, low + high, low], "😀😀"],
    [[high, "a"], "\ufffda"],
    [[high, high, low], "\ufffd😀"],
    [[high], "\ufffd"],
    [[high, ""], "\ufffd"],
    [[low, high], "\ufffd\ufffd"],
    [["é", "€", "\ufeff"], "é€\ufeff"],
  ])("%j arrive as %j", async (fragments, text) => {
    for (const deflate of [null, agreement()]) {
      const pair = new Pair({ deflate });

      fragments.forEach((fragment, i) => {
        pair.client.engine.sendFragment(fragment, i === fragments.length - 1);
      });
      await pair.run();

      expect(pair.server.sink.messages).toEqual([text]);
    }
  });

  test("each fragment is valid UTF-8 by itself", () => {
    const { engine } = makeEnd("server");

    engine.sendFragment(`a${high}`, false);
    engine.sendFragment(low, true);

    expect(toHex(takeBytes(engine))).toBe(toHex(hex("0101 61 8004 f09f9880")));
  });

  test("the next message knows nothing of it", () => {
    const { engine } = makeEnd("server");
    engine.sendFragment(high, true);
    takeBytes(engine);

    engine.sendFragment(low, true);

    expect(toHex(takeBytes(engine))).toBe(toHex(hex("8103 efbfbd")));
  });
});

describe("what may not be", () => {
  test("a message, a prepared one too, between fragments", () => {
    for (const role of ["server", "client"] as const) {
      const { engine, platform } = makeEnd(role);
      engine.sendFragment("a", false);
      takeBytes(engine);

      const error = expect.objectContaining({ name: "UsageError", code: "MESSAGE_UNFINISHED" });
      expect(() => engine.send("b")).toThrow(error);
      expect(() => engine.sendPrepared(new PreparedMessage("b", platform))).toThrow(error);

      expect(engine.take()).toEqual([]);
      engine.sendFragment("c", true);
      engine.send("d");
      expect(readFrames(takeBytes(engine))).toHaveLength(2);
    }
  });

  test.each([
    ["text and bytes", "a", hex("01")],
    ["bytes and text", hex("01"), "a"],
  ])("fragments of both kinds: %s", (_name, one, other) => {
    const { engine } = makeEnd("server");
    engine.sendFragment(one, false);
    takeBytes(engine);

    expect(() => engine.sendFragment(other, true)).toThrow(
      expect.objectContaining({ name: "UsageError", code: "MESSAGE_KIND_CHANGED" }),
    );

    expect(engine.take()).toEqual([]);
    // The message is still unfinished, and can be finished.
    engine.sendFragment(one, true);
    expect(readFrames(takeBytes(engine))).toMatchObject([{ opcode: 0, fin: true }]);
  });
});

test("large fragments are compressed off the event loop, in order with everything else", async () => {
  const pair = new Pair({ deflate: agreement() });
  const { engine } = pair.server;
  const large = new Uint8Array(200_000).map((_, at) => (at * at) >> 7);

  engine.send("before");
  engine.sendFragment(large, false);
  engine.sendFragment(large.subarray(0, 10), false);
  expect(() => engine.send("x")).toThrow("has not ended");
  engine.sendFragment(large, true);
  engine.send("behind");
  await settled(engine);
  await pair.run();

  expect(pair.client.sink.messages.map((data) => data.length)).toEqual([6, 400_010, 6]);
});
