/** What goes out (RFC 6455, 6.1): every size and kind of message as its frame, from both roles. */

import { describe, expect, test } from "vitest";
import { agreement } from "../support/agreements.ts";
import { takeBytes } from "../support/feed.ts";
import { readFrames } from "../support/frames.ts";
import { hex, toHex } from "../support/hex.ts";
import { makeEnd } from "../support/pair.ts";

describe("6.1, what goes out", () => {
  test.each([
    ["server", "Hello", "8105 48656c6c6f"],
    ["server", hex("0102"), "8202 0102"],
    ["server", "", "8100"],
    ["server", "é".repeat(63), `817e 007e ${"c3a9".repeat(63)}`],
    ["server", "\ud800", "8103 efbfbd"],
  ] as const)("%s: %j", (role, data, bytes) => {
    const { engine } = makeEnd(role);

    engine.send(data);

    expect(toHex(takeBytes(engine))).toBe(toHex(hex(bytes)));
  });

  const sizes = [0, 1, 41, 42, 43, 62, 63, 125, 126, 127, 1365, 1366, 4095, 4096, 4097, 65_535, 65_536, 200_000];
  const cases = sizes.flatMap((size) => (["server", "client"] as const).map((role) => [size, role] as const));

  test.each(cases)("%i characters from a %s: each of 1 to 3 bytes, and bytes", (size, role) => {
    for (const data of [
      "x".repeat(size),
      "é".repeat(size),
      "€".repeat(size),
      `${"x".repeat(size)}é`,
      new Uint8Array(size),
    ]) {
      const { engine } = makeEnd(role);
      engine.send("before");

      engine.send(data);
      engine.send("behind");

      const [before, frame, behind] = readFrames(takeBytes(engine));
      expect(frame).toMatchObject({ fin: true, rsv: 0, opcode: typeof data === "string" ? 1 : 2 });
      expect([before!.masked, frame!.masked]).toEqual(new Array(2).fill(role === "client"));
      expect(Buffer.from(frame!.payload).equals(Buffer.from(data as string))).toBe(true);
      expect(Buffer.from(behind!.payload).toString()).toBe("behind");
    }
  });

  test.each(["server", "client"] as const)("a %s never changes the bytes that it sends", (role) => {
    for (const size of [10, 5000, 100_000]) {
      const data = new Uint8Array(size).fill(7);
      const { engine } = makeEnd(role, { deflate: size === 10 ? agreement() : null });

      engine.send(data);
      takeBytes(engine);

      expect(data).toEqual(new Uint8Array(size).fill(7));
    }
  });

  test("compress: false, and what is below the threshold, goes as it is", () => {
    const { engine } = makeEnd("server", { deflate: agreement({ threshold: 10 }) });

    engine.send("123456789");
    engine.send("1234567890");
    engine.send("1234567890", { compress: false });
    engine.send("éééé"); // 8 bytes
    engine.send("ééééé"); // 10 bytes
    engine.send(new Uint8Array(9));
    engine.send(new Uint8Array(10));

    expect(readFrames(takeBytes(engine)).map(({ rsv }) => rsv)).toEqual([0, 4, 0, 0, 4, 0, 4]);
  });

  test.each([1, null, undefined, {}, [1, 2], new ArrayBuffer(4)])("%o is no message", (data) => {
    const { engine } = makeEnd("server", { deflate: agreement() });

    expect(() => engine.send(data as never)).toThrow(expect.objectContaining({ name: "UsageError" }));
    expect(() => engine.sendFragment(data as never, true)).toThrow(expect.objectContaining({ name: "UsageError" }));
    expect(takeBytes(engine)).toHaveLength(0);
  });

  test("outputSize is what `take` will give", () => {
    const { engine } = makeEnd("client");
    expect(engine.outputSize).toBe(0);

    engine.send("Hello");
    engine.send(new Uint8Array(10_000));

    expect(engine.outputSize).toBe(2 + 4 + 5 + 4 + 4 + 10_000);
    takeBytes(engine);
    expect(engine.outputSize).toBe(0);
    expect(engine.take()).toEqual([]);
  });
});
