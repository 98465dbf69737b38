/** The closing handshake and the end of a connection (RFC 6455, 5.5.1 and 7.1), each event of its state machine. */

import { describe, expect, test } from "vitest";
import { takeBytes } from "../support/feed.ts";
import { readFrames } from "../support/frames.ts";
import { hex, toHex } from "../support/hex.ts";
import { carry, makeEnd, Pair } from "../support/pair.ts";

describe("7.1.2, closing from one side", () => {
  test.each([
    ["server", "client"],
    ["client", "server"],
  ] as const)("the %s begins", async (first, second) => {
    const pair = new Pair();
    const [one, two] = [pair[first], pair[second]];

    one.engine.close(4001, "bye");
    expect(one.engine.state).toBe("closing");
    expect(one.engine.transport).toBe("keep");
    expect(one.sink.events).toEqual([]);
    carry(one, two);
    expect(two.engine.state).toBe("closed");
    expect(two.sink.events).toEqual([{ type: "close", code: 4001, reason: "bye", wasClean: true }]);
    carry(two, one);

    // 5.5.1: "the endpoint typically echos the status code it received"; the reason is ours to leave out.
    expect(one.sink.events).toEqual([{ type: "close", code: 4001, reason: "", wasClean: true }]);
    expect(one.engine.state).toBe("closed");
    // 7.1.1: the server closes TCP first.
    expect(pair.server.engine.transport).toBe("end");
    expect(pair.client.engine.transport).toBe("await-end");
    expect([...one.engine.take(), ...two.engine.take()]).toEqual([]);
  });

  test("without a code the frame is empty, and so is the answer: 1005 for both", async () => {
    const pair = new Pair();

    pair.client.engine.close();
    expect(readFrames(pair.client.engine.take()[0]!.slice())).toMatchObject([{ opcode: 8, payload: hex("") }]);
    pair.server.engine.receive(hex("8880 00000000"));
    expect(toHex(takeBytes(pair.server.engine))).toBe("8800");
    pair.client.engine.receive(hex("8800"));

    const event = { type: "close", code: 1005, reason: "", wasClean: true };
    expect(pair.server.sink.events).toEqual([event]);
    expect(pair.client.sink.events).toEqual([event]);
  });

  test("both at once: each takes the other's Close frame for the answer", async () => {
    const pair = new Pair();

    pair.server.engine.close(1000, "enough");
    pair.client.engine.close(1001, "leaving");
    await pair.run();

    expect(pair.server.sink.events).toEqual([{ type: "close", code: 1001, reason: "leaving", wasClean: true }]);
    expect(pair.client.sink.events).toEqual([{ type: "close", code: 1000, reason: "enough", wasClean: true }]);
    expect(pair.server.engine.transport).toBe("end");
    expect(pair.client.engine.transport).toBe("await-end");
  });

  test("messages before the Close frame arrive, in both directions", async () => {
    const pair = new Pair();

    pair.server.engine.send("one");
    pair.client.engine.send("still on its way");
    pair.server.engine.send("two");
    pair.server.engine.close(1000);
    await pair.run();

    expect(pair.client.sink.messages).toEqual(["one", "two"]);
    expect(pair.server.sink.messages).toEqual(["still on its way"]);
    expect(pair.server.sink.events.at(-1)).toMatchObject({ type: "close", code: 1000, wasClean: true });
  });

  test("a reason longer than 123 bytes is cut at a character", () => {
    const { engine } = makeEnd("server");

    engine.close(1000, "€".repeat(100));

    const [frame] = readFrames(takeBytes(engine));
    expect(Buffer.from(frame!.payload.subarray(2)).toString()).toBe("€".repeat(41));
  });

  test("closing twice is closing once", () => {
    const { engine } = makeEnd("server");

    engine.close(1000, "first");
    engine.close(1001, "second");

    expect(readFrames(takeBytes(engine))).toHaveLength(1);
  });

  test.each([999, 1005, 1006, 1015, 2999, 5000])("%i may not be sent: nothing happens", (code) => {
    const { engine } = makeEnd("server");

    expect(() => engine.close(code)).toThrow(expect.objectContaining({ code: "CLOSE_CODE_UNSENDABLE" }));

    expect(engine.state).toBe("open");
    expect(engine.take()).toEqual([]);
  });
});

describe("5.5.1, after a Close frame", () => {
  test.each([
    ["a message", "8101 61"],
    ["a ping", "8900"],
    ["another Close", "8802 03e9"],
    ["nonsense", "ffff ffff ffff"],
  ])("%s is ignored, in the same chunk or a later one", (_name, behind) => {
    for (const together of [true, false]) {
      const { engine, sink } = makeEnd("client");

      if (together) engine.receive(hex(`8802 03e8 ${behind}`));
      else {
        engine.receive(hex("8802 03e8"));
        expect(engine.receive(hex(behind))).toBe("ended");
      }

      expect(sink.events).toEqual([{ type: "close", code: 1000, reason: "", wasClean: true }]);
      expect(readFrames(takeBytes(engine))).toMatchObject([{ opcode: 8 }]);
    }
  });

  test("nothing can be sent after ours", () => {
    const { engine } = makeEnd("server");
    engine.close(1000);
    takeBytes(engine);

    const calls = {
      send: () => engine.send("x"),
      sendFragment: () => engine.sendFragment("x", true),
      ping: () => engine.ping(),
      pong: () => engine.pong(),
    };
    for (const [name, call] of Object.entries(calls)) {
      expect(call).toThrow(expect.objectContaining({ name: "UsageError", code: "NOT_OPEN" }));
      expect(call).toThrow(`${name}: the connection is closing`);
    }
    engine.end();
    for (const call of Object.values(calls)) expect(call).toThrow("the connection is closed");
    expect(engine.take()).toEqual([]);
  });
});

describe("7.1.7, fail the connection", () => {
  test.each([
    ["a protocol error", "8f00", 1002],
    ["invalid UTF-8", "8101 ff", 1007],
    ["a message too big", "827f 0000000000100001", 1009],
    ["a Close frame of one byte", "8801 03", 1002],
    ["a Close frame with a forbidden code", "8802 03ed", 1002],
    ["a Close frame whose reason is no UTF-8", "8803 03e8 ff", 1007],
  ])("%s: one Close frame with its code, then silence", (_name, bytes, code) => {
    const { engine, sink } = makeEnd("client");

    expect(engine.receive(hex(bytes))).toBe("ended");
    engine.receive(hex("8101 61 8900 8800"));

    expect(readFrames(takeBytes(engine)).map(({ opcode, payload }) => `${opcode} ${toHex(payload)}`)).toEqual([
      `8 ${code.toString(16).padStart(4, "0")}`,
    ]);
    expect(sink.events).toMatchObject([
      { type: "close", code, reason: "", wasClean: false, error: expect.any(String) },
    ]);
    expect(engine.state).toBe("closed");
    expect(engine.transport).toBe("end");
  });

  test("after our Close frame there is no second one", () => {
    const { engine, sink } = makeEnd("client");
    engine.close(1000);
    takeBytes(engine);

    engine.receive(hex("8f00"));

    expect(engine.take()).toEqual([]);
    expect(sink.events).toMatchObject([{ type: "close", code: 1002, wasClean: false }]);
    expect(engine.transport).toBe("end");
  });

  test("what was sent before goes out before", () => {
    const { engine } = makeEnd("server");
    engine.send("a");

    engine.receive(hex("8100"));

    expect(toHex(takeBytes(engine))).toBe("810161" + "880203ea");
  });
});

describe.each(["end", "abort"] as const)("7.1.5, the end of the transport: %s", (how) => {
  test.each([
    ["at once", "", []],
    ["behind a message", "8101 61", ["message"]],
    ["inside a header", "8101 61 81", ["message"]],
    ["inside a payload", "8105 61", []],
    ["inside a fragmented message", "0101 61", []],
    ["inside a control frame", "8903 01", []],
  ])("%s: 1006", (_name, bytes, before) => {
    const { engine, sink } = makeEnd("client");
    engine.receive(hex(bytes));

    engine[how]();
    engine[how]();

    expect(sink.events.map(({ type }) => type)).toEqual([...before, "close"]);
    expect(sink.events.at(-1)).toEqual({ type: "close", code: 1006, reason: "", wasClean: false });
    expect(engine.state).toBe("closed");
    expect(engine.transport).toBe("end");
    expect(engine.receive(hex("8101 61"))).toBe("ended");
  });

  test("after our Close frame, without an answer: 1006", () => {
    const { engine, sink } = makeEnd("server");
    engine.close(1000);

    engine[how]();

    expect(sink.events).toEqual([{ type: "close", code: 1006, reason: "", wasClean: false }]);
  });

  test("after the closing handshake it says nothing more", async () => {
    const pair = new Pair();
    pair.server.engine.close(1000);
    await pair.run();

    pair.server.engine[how]();
    pair.client.engine[how]();

    expect(pair.server.sink.events).toHaveLength(1);
    expect(pair.client.engine.transport).toBe("await-end");
  });
});
