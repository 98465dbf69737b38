/** A peer's Close frame, or the rule it broke, put aside until what came before it has been answered (RFC 6455, 5.5.1). */

import { describe, expect, test } from "vitest";
import { agreement } from "../support/agreements.ts";
import { feed, settled, takeBytes } from "../support/feed.ts";
import { frame, readFrames } from "../support/frames.ts";
import { hex, toHex } from "../support/hex.ts";
import { makeEnd } from "../support/pair.ts";

/** A client's engine, since what it receives has no mask. */
function makeHolding() {
  const end = makeEnd("client");
  Object.assign(end.sink, { holdClose: () => true });
  return end;
}

const MESSAGE_AND_CLOSE = hex("8101 61  8802 03e9"); // text "a", Close 1001

describe("a Close frame that the sink holds", () => {
  test("lets messages be answered before it; then it is answered with its code", () => {
    const { engine, sink } = makeHolding();

    expect(engine.receive(MESSAGE_AND_CLOSE)).toBe("paused");
    expect(engine.state).toBe("open");
    engine.send("answer");
    engine.resume();

    expect(readFrames(takeBytes(engine)).map(({ opcode, payload }) => `${opcode} ${toHex(payload)}`)).toEqual([
      "1 616e73776572",
      "8 03e9",
    ]);
    expect(sink.events.at(-1)).toEqual({ type: "close", code: 1001, reason: "", wasClean: true });
  });

  test("waits for nothing more when we close ourselves: one Close frame goes out", () => {
    const { engine, sink } = makeHolding();

    engine.receive(MESSAGE_AND_CLOSE);
    engine.close(4000);

    expect(readFrames(takeBytes(engine)).map(({ payload }) => toHex(payload))).toEqual(["0fa0"]);
    expect(sink.events.at(-1)).toEqual({ type: "close", code: 1001, reason: "", wasClean: true });
  });

  test("is not overtaken by the FIN behind it", () => {
    const { engine, sink } = makeHolding();

    engine.receive(MESSAGE_AND_CLOSE);
    engine.end();
    expect(engine.state).toBe("open");
    engine.resume();

    expect(sink.events.at(-1)).toEqual({ type: "close", code: 1001, reason: "", wasClean: true });
  });

  test("still says why, when the transport is gone before it was answered", () => {
    const { engine, sink } = makeHolding();

    engine.receive(MESSAGE_AND_CLOSE);
    engine.abort();

    expect(sink.events.at(-1)).toEqual({ type: "close", code: 1001, reason: "", wasClean: false });
  });

  test("that may not be so fails when it is looked at", () => {
    const { engine, sink } = makeHolding();

    engine.receive(hex("8802 03ec")); // 1004
    engine.resume();

    expect(sink.events.at(-1)).toMatchObject({ type: "close", code: 1002, error: "CLOSE_CODE_FORBIDDEN" });
  });
});

describe("a broken rule that the sink holds", () => {
  const MESSAGE_AND_FAULT = hex("8101 61  8300  8101 62"); // text "a", opcode 3, text "b"

  test("lets messages be answered before it; what comes behind it is never read", () => {
    const { engine, sink } = makeHolding();

    expect(engine.receive(MESSAGE_AND_FAULT.slice())).toBe("paused");
    expect(engine.receive(hex("8101 63"))).toBe("paused");
    engine.send("answer");
    engine.resume();

    expect(readFrames(takeBytes(engine)).map(({ opcode, payload }) => `${opcode} ${toHex(payload)}`)).toEqual([
      "1 616e73776572",
      "8 03ea",
    ]);
    expect(sink.messages).toEqual(["a"]);
    expect(sink.events.at(-1)).toMatchObject({ type: "close", code: 1002, wasClean: false, error: "OPCODE_RESERVED" });
    expect(engine.transport).toBe("end");
  });

  test("is told also when the transport is gone, or was ended, before it was answered", () => {
    for (const how of ["abort", "end"] as const) {
      const { engine, sink } = makeHolding();
      engine.receive(MESSAGE_AND_FAULT.slice());

      engine[how]();
      engine.resume();

      expect(sink.events.at(-1)).toMatchObject({ type: "close", code: 1002, error: "OPCODE_RESERVED" });
      expect(sink.events.filter(({ type }) => type === "close")).toHaveLength(1);
    }
  });

  test("waits for nothing more when we close ourselves: one Close frame goes out", () => {
    const { engine, sink } = makeHolding();
    engine.receive(MESSAGE_AND_FAULT.slice());

    engine.close(4000);

    expect(readFrames(takeBytes(engine)).map(({ payload }) => toHex(payload))).toEqual(["0fa0"]);
    expect(sink.events.at(-1)).toMatchObject({ type: "close", code: 1002, error: "OPCODE_RESERVED" });
  });

  test("in a message that was inflated off the event loop, too", async () => {
    const end = makeEnd("client", { deflate: agreement() });
    Object.assign(end.sink, { holdClose: () => true });
    // Compressed, and corrupt: large enough to be inflated later.
    const corrupt = frame({ opcode: 2, rsv: 4, payload: new Uint8Array(300_000).fill(0xff) });

    await feed(end.engine, [hex("8101 61"), corrupt]);
    expect(end.engine.state).toBe("open");
    end.engine.send("answer");
    end.engine.resume();
    await settled(end.engine);

    expect(end.sink.events.at(-1)).toMatchObject({ type: "close", code: 1007, error: "DEFLATE_CORRUPT" });
  });
});

test("a sink that does not hold has it answered at once", () => {
  const { engine, sink } = makeEnd("client");

  engine.receive(MESSAGE_AND_CLOSE);

  expect(engine.state).toBe("closed");
  expect(sink.events.at(-1)).toMatchObject({ type: "close", code: 1001 });
});
