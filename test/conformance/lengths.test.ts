/** What Autobahn lacks on lengths (RFC 6455, 5.2): not the shortest form, the top bit set, and far more than will come. */

import { describe, expect, test } from "vitest";
import type { Case } from "./case.ts";
import { apart, chopped, fails, piece } from "./case.ts";
import { holdEngine, ROLES } from "./endpoints.ts";
import type { Frame } from "./frames.ts";
import { binary, close, last, ping, repeat, text, textPart } from "./frames.ts";
import { describeCases } from "./run-case.ts";

const HELLO = text("Hello");

/** "the minimal number of bytes MUST be used to encode the length" */
describeCases("x.length not the shortest form", [
  ...tooLong(2, [0, 1, 125]),
  ...tooLong(8, [0, 125, 126, 65_535]),
  {
    id: "x.length.continuation",
    title: "on a continuation",
    send: [apart(textPart("a"), { ...last("b"), lengthBytes: 2 })],
    end: fails(1002),
  },
  { id: "x.length.ping", title: "on a ping", send: [{ ...ping("a"), lengthBytes: 2 }, ping()], end: fails(1002) },
  { id: "x.length.close", title: "on a Close frame", send: [{ ...close(1000), lengthBytes: 8 }], end: fails(1002) },
  {
    id: "x.length.later",
    title: "behind a right frame, octet by octet",
    send: [chopped(1, HELLO, { ...HELLO, lengthBytes: 8 })],
    back: [HELLO],
    end: fails(1002),
  },
]);

function tooLong(lengthBytes: 2 | 8, sizes: readonly number[]): Case[] {
  return sizes.map((size) => ({
    id: `x.length.${lengthBytes * 8}.${size}`,
    title: `${size} in ${lengthBytes} bytes`,
    send: [{ ...binary(repeat("x", size)), lengthBytes }],
    end: fails(1002),
  }));
}

/** "the most significant bit MUST be 0"; and what is only far too much fails as too big, before a byte of it has come. */
describeCases("x.length more than there can be", [
  announced("8000000000000000", 1002),
  announced("8000000000000005", 1002),
  announced("ffffffffffffffff", 1002),
  announced("7fffffffffffffff", 1009),
  announced("0020000000000000", 1009),
  announced("0000000100000000", 1009),
  announced("0000000004000001", 1009),
]);

function announced(length: string, code: number): Case {
  const frame: Frame = { ...text(""), announced: BigInt(`0x${length}`), lengthBytes: 8 };
  return {
    id: `x.length.64.${length}`,
    title: `fails with ${code} on the header`,
    send: [piece(frame, 0, 0)],
    end: fails(code),
    late: [HELLO],
  };
}

describe.each(ROLES)("x.limits with messages of at most 1 KiB: our engine as a %s", (role) => {
  const limits = { messageSize: 1024 };

  test("a message of 1 KiB is taken, in one frame and in two", async () => {
    await using held = await holdEngine(role, { limits });
    await held.peer.send(text(repeat("*", 1024)), textPart(repeat("*", 1000)), last(repeat("*", 24)));
    await held.peer.receive(2);
    expect(held.messages).toEqual(["*".repeat(1024), "*".repeat(1024)]);
  });

  test.each<[how: string, frames: Frame[]]>([
    ["one frame", [text(repeat("*", 1025))]],
    ["two fragments", [textPart(repeat("*", 1000)), last(repeat("*", 25))]],
    [
      "many fragments",
      [textPart("a"), ...Array.from({ length: 1023 }, () => ({ ...last("*"), fin: false })), last("bc")],
    ],
  ])("a message of 1025 bytes in %s fails with 1009", async (_, frames) => {
    await using held = await holdEngine(role, { limits });
    await held.peer.send(...frames);
    await held.peer.receive(1);
    expect(held.peer.closeFrame?.payload.readUInt16BE(0)).toBe(1009);
    expect(await held.closed).toMatchObject({ code: 1009, wasClean: false, error: { code: "MESSAGE_TOO_BIG" } });
  });

  test("a header that announces 16 MiB, again and again, costs no memory", async () => {
    const before = process.memoryUsage();
    const many: Awaited<ReturnType<typeof holdEngine>>[] = [];
    try {
      for (let count = 0; count < 20; count++) {
        const held = await holdEngine(role);
        many.push(held);
        await held.peer.write(held.peer.encode({ ...binary("x"), announced: 16n << 20n, lengthBytes: 8 }));
        await held.peer.quiet();
      }
      const { external, arrayBuffers } = process.memoryUsage();
      expect(external + arrayBuffers - before.external - before.arrayBuffers).toBeLessThan(16 << 20);
    } finally {
      for (const held of many) await held[Symbol.asyncDispose]();
    }
  });
});
