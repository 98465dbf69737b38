/** Pings and pongs (RFC 6455, 5.5.2 and 5.5.3). */

import { describe, expect, test } from "vitest";
import { agreement } from "../support/agreements.ts";
import { feed, settled, takeBytes } from "../support/feed.ts";
import { readFrames } from "../support/frames.ts";
import { hex, toHex } from "../support/hex.ts";
import { makeEnd, Pair } from "../support/pair.ts";

describe("5.5.2, pings", () => {
  test.each(["", "00", "48656c6c6f", "ff".repeat(125)])("a ping with [%s] is answered with the same", (payload) => {
    const { engine, sink } = makeEnd("client");
    const bytes = Uint8Array.from([0x89, hex(payload).length, ...hex(payload)]);

    engine.receive(bytes);

    expect(sink.events).toEqual([{ type: "ping", payload: hex(payload) }]);
    const [pong, ...more] = readFrames(takeBytes(engine));
    expect(pong).toMatchObject({ fin: true, rsv: 0, opcode: 10, masked: true });
    expect(toHex(pong!.payload)).toBe(payload);
    expect(more).toEqual([]);
  });

  test("several are answered in order, each", () => {
    const { engine } = makeEnd("client");

    engine.receive(hex("8901 01 8901 02 8901 03"));

    expect(readFrames(takeBytes(engine)).map(({ payload }) => toHex(payload))).toEqual(["01", "02", "03"]);
  });

  test("between the fragments of a message that we are sending, too", () => {
    const { engine } = makeEnd("server");
    engine.sendFragment("a", false);

    engine.receive(hex("8980 01020304"));
    engine.sendFragment("b", true);

    expect(toHex(takeBytes(engine))).toBe("010161" + "8a00" + "800162");
  });

  test("at once, while a large message is compressed", async () => {
    const { engine } = makeEnd("server", { deflate: agreement() });
    engine.send(new Uint8Array(200_000));

    engine.receive(hex("8980 01020304"));
    const atOnce = takeBytes(engine);
    await settled(engine);

    expect(toHex(atOnce)).toBe("8a00");
    expect(readFrames(takeBytes(engine))).toMatchObject([{ opcode: 2, rsv: 4 }]);
  });

  test("autoPong: false leaves the answer to the user", () => {
    const { engine, sink } = makeEnd("client", { autoPong: false });

    engine.receive(hex("8901 07"));

    expect(sink.events).toEqual([{ type: "ping", payload: hex("07") }]);
    expect(engine.take()).toEqual([]);
  });

  test("its payload is the user's own", () => {
    const { engine, sink } = makeEnd("client");
    const chunk = hex("8903 010203");

    engine.receive(chunk);
    chunk.fill(0);

    expect(sink.events).toEqual([{ type: "ping", payload: hex("010203") }]);
  });

  test("after our Close frame too, until the peer's has come: a pong is no data frame", () => {
    const { engine, sink } = makeEnd("client");
    engine.close(1000);
    takeBytes(engine);

    engine.receive(hex("8900"));

    expect(sink.events).toEqual([{ type: "ping", payload: hex("") }]);
    expect(takeBytes(engine).subarray(0, 2)).toEqual(hex("8a80"));
  });
});

describe("5.5.3, pongs", () => {
  test("unasked for, they are heard, and not answered", () => {
    const { engine, sink } = makeEnd("client");

    engine.receive(hex("8a02 0102"));

    expect(sink.events).toEqual([{ type: "pong", payload: hex("0102") }]);
    expect(engine.take()).toEqual([]);
  });

  test("can be sent unasked", () => {
    const { engine } = makeEnd("server");

    engine.pong(hex("01"));
    engine.pong();

    expect(toHex(takeBytes(engine))).toBe("8a01018a00");
  });
});

test("a ping of ours comes back as a pong", async () => {
  const pair = new Pair();

  pair.server.engine.ping(hex("0a0b"));
  pair.client.engine.ping();
  await pair.run();

  expect(pair.server.sink.events).toEqual([
    { type: "ping", payload: hex("") },
    { type: "pong", payload: hex("0a0b") },
  ]);
  expect(pair.client.sink.events).toEqual([
    { type: "ping", payload: hex("0a0b") },
    { type: "pong", payload: hex("") },
  ]);
});

describe("5.5, at most 125 bytes", () => {
  test.each(["ping", "pong"] as const)("%s refuses more, and sends nothing", (call) => {
    const { engine } = makeEnd("server");

    expect(() => engine[call](new Uint8Array(126))).toThrow(
      expect.objectContaining({ name: "UsageError", code: "CONTROL_PAYLOAD_TOO_LONG" }),
    );
    expect(engine.take()).toEqual([]);
    engine[call](new Uint8Array(125));
    expect(takeBytes(engine)).toHaveLength(127);
  });

  test("they take the bytes as they are now", () => {
    const { engine } = makeEnd("server");
    const payload = hex("01");

    engine.ping(payload);
    payload.fill(2);

    expect(toHex(takeBytes(engine))).toBe("890101");
  });
});

test("control frames cut anywhere, also inside a message that is cut anywhere", async () => {
  const bytes = hex("0103 616263 8903 010203 8a02 0405 8002 6465 8904 06070809");
  for (let one = 1; one < bytes.length; one++) {
    for (let two = one; two < bytes.length; two++) {
      const { engine, sink } = makeEnd("client");
      await feed(engine, [bytes.slice(0, one), bytes.slice(one, two), bytes.slice(two)]);
      expect(sink.events).toEqual([
        { type: "ping", payload: hex("010203") },
        { type: "pong", payload: hex("0405") },
        { type: "message", data: "abcde" },
        { type: "ping", payload: hex("06070809") },
      ]);
    }
  }
});
