/** Pongs of an engine over a Node stream (RFC 6455, 5.5.2 and 5.5.3), and its timeouts. */

import { describe, expect, test } from "vitest";
import type { RunEngineOptions } from "../../../src/protocol/node/index.ts";
import { hex } from "../../support/hex.ts";
import { run as runAs, turns } from "../../support/run.ts";

function run(options: Partial<RunEngineOptions> = {}) {
  return runAs({ role: "server", ...options });
}

/** A ping with one byte, masked with zeros. */
function ping(byte: string): Uint8Array {
  return hex(`8981 00000000 ${byte}`);
}

describe("pongs", () => {
  test("each ping is answered while the peer reads", async () => {
    const { stream, sink } = run();

    stream.push(ping("01"));
    stream.push(ping("02"));
    await turns();

    expect(stream.frames).toEqual(["10 01", "10 02"]);
    expect(sink.events).toHaveLength(2);
  });

  test("a peer that does not read is owed one pong, for its last ping", async () => {
    const { stream, engine } = run();
    stream.block();
    engine.send(new Uint8Array(1_000_000));
    await turns();
    const held = stream.writableLength;

    for (const byte of ["01", "02", "03"]) stream.push(ping(byte));
    await turns();
    expect(stream.writableLength).toBe(held);
    stream.unblock();
    await turns();

    expect(stream.frames.slice(1)).toEqual(["10 03"]);
  });

  test("none with autoPong off", async () => {
    const { stream, sink } = run({ autoPong: false });

    stream.push(ping("01"));
    await turns();

    expect(stream.written).toEqual([]);
    expect(sink.events).toEqual([{ type: "ping", payload: hex("01") }]);
  });
});

describe("closeTimeout", () => {
  test("Infinity waits", async () => {
    const { stream, engine } = run({ closeTimeout: Number.POSITIVE_INFINITY });

    engine.close(1000);
    await new Promise((resolve) => setTimeout(resolve, 20));

    expect([stream.destroyed, engine.state]).toEqual([false, "closing"]);
  });

  test.each([-1, Number.NaN, 2 ** 31])("%d is refused with a sentence that names it", (closeTimeout) => {
    expect(() => run({ closeTimeout })).toThrow(/closeTimeout is .*; a timeout is 0 to 2 147 483 647 milliseconds/);
  });
});
