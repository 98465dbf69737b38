/** A peer's Close frame that is put aside until what came before it has been answered (RFC 6455, 5.5.1). */

import { describe, expect, test } from "vitest";
import { takeBytes } from "../support/feed.ts";
import { readFrames } from "../support/frames.ts";
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

test("a sink that does not hold has it answered at once", () => {
  const { engine, sink } = makeEnd("client");

  engine.receive(MESSAGE_AND_CLOSE);

  expect(engine.state).toBe("closed");
  expect(sink.events.at(-1)).toMatchObject({ type: "close", code: 1001 });
});
