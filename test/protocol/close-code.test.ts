/** Close codes and the payload of Close frames (RFC 6455, 5.5.1 and 7.4). */

import { describe, expect, test } from "vitest";
import { ProtocolError, UsageError } from "../../src/errors.ts";
import { CloseCode, encodeClosePayload, isWireCode, readClosePayload } from "../../src/protocol/close-code.ts";
import { nodeTextCodec as codec } from "../../src/protocol/node/index.ts";
import { hex, join, toHex } from "../support/hex.ts";

const ALLOWED = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999];
const FORBIDDEN = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 1999, 2000, 2999, 5000, 9999, 65_535];

function ofCode(code: number): Uint8Array {
  return Uint8Array.of(code >> 8, code & 255);
}

describe("7.4, codes that come in", () => {
  test.each(ALLOWED)("%i may", (code) => {
    expect(readClosePayload(ofCode(code), codec)).toEqual({ code, reason: "" });
    expect(isWireCode(code)).toBe(true);
  });

  test.each(FORBIDDEN)("%i may not", (code) => {
    expect(isWireCode(code)).toBe(false);
    const error = readClosePayload(ofCode(code), codec);
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({ code: "CLOSE_CODE_FORBIDDEN", closeCode: 1002 });
    expect((error as ProtocolError).message).toContain(String(code));
  });
});

describe("5.5.1, the payload that comes in", () => {
  test("nothing is no code: 1005, which is never on the wire", () => {
    expect(readClosePayload(hex(""), codec)).toEqual({ code: CloseCode.noStatus, reason: "" });
  });

  test("one byte is no payload", () => {
    expect(readClosePayload(hex("03"), codec)).toMatchObject({ code: "CLOSE_PAYLOAD_SHORT", closeCode: 1002 });
  });

  test.each([
    ["03e8 6279 65 // 1000 bye", 1000, "bye"],
    ["0fa0 efbbbf e282ac 00 // 4000, a BOM, € and NUL", 4000, "\ufeff€\u0000"],
  ])("%s", (bytes, code, reason) => {
    expect(readClosePayload(hex(bytes), codec)).toEqual({ code, reason });
  });

  test.each(["03e8 ff", "03e8 e282 // cut inside a character", "03e8 eda080 // a surrogate"])(
    "%s is no UTF-8",
    (bytes) => {
      expect(readClosePayload(hex(bytes), codec)).toMatchObject({ code: "CLOSE_REASON_NOT_UTF8", closeCode: 1007 });
    },
  );
});

describe("the payload to send", () => {
  test.each(ALLOWED)("a client may send %i", (code) => {
    expect(encodeClosePayload("client", code, "", codec)).toEqual(ofCode(code));
  });

  test.each([...FORBIDDEN, -1, 1000.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 16 + 1000])(
    "nobody sends %d",
    (code) => {
      for (const role of ["server", "client"] as const) {
        expect(() => encodeClosePayload(role, code, "", codec)).toThrow(UsageError);
        expect(() => encodeClosePayload(role, code, "", codec)).toThrow(`code ${code} can't be sent`);
      }
    },
  );

  test("7.4.1: 1010 is for clients", () => {
    expect(() => encodeClosePayload("server", 1010, "", codec)).toThrow(UsageError);
  });

  test("without a code it is empty, and there can be no reason", () => {
    expect(encodeClosePayload("server", undefined, "", codec)).toHaveLength(0);
    expect(() => encodeClosePayload("server", undefined, "why", codec)).toThrow(UsageError);
  });

  test.each([
    ["fits", "x".repeat(123), 123],
    ["is one byte too long", "x".repeat(124), 123],
    ["would be cut inside a character of two bytes", `${"x".repeat(122)}é`, 122],
    ["would be cut inside a character of three", `${"x".repeat(121)}€`, 121],
    ["would be cut inside a character of four", `${"x".repeat(120)}😀`, 120],
    ["ends exactly with a character of four", `${"x".repeat(119)}😀x`, 123],
    ["is long beyond measure", "é".repeat(100_000), 122],
    ["has a lone surrogate", "\ud83d", 3],
  ])("a reason that %s", (_what, reason, size) => {
    const payload = encodeClosePayload("server", 1000, reason, codec);

    expect(payload).toHaveLength(2 + size);
    const read = readClosePayload(payload, codec);
    expect(read).toMatchObject({ code: 1000 });
    expect(
      Buffer.from(reason)
        .toString()
        .startsWith((read as { reason: string }).reason),
    ).toBe(true);
  });

  test("what is sent is what is read", () => {
    const payload = encodeClosePayload("server", 4321, "später €", codec);

    expect(toHex(payload)).toBe(toHex(join(hex("10e1"), Buffer.from("später €"))));
    expect(readClosePayload(payload, codec)).toEqual({ code: 4321, reason: "später €" });
  });
});
