/** Frame headers, byte by byte (RFC 6455, 5.2; RFC 7692, 6). */

import { describe, expect, test } from "vitest";
import {
  checkFrameHeader,
  FrameHeader,
  frameHeaderSize,
  Opcode,
  parseFrameHeader,
  writeFrameHeader,
} from "../../src/protocol/frame-header.ts";
import { hex, join, toHex } from "../support/hex.ts";

function parse(bytes: Uint8Array, at = 0, end = bytes.length) {
  const header = new FrameHeader();
  return { size: parseFrameHeader(header, bytes, at, end), header };
}

describe("5.2, the fields", () => {
  test.each([
    ["8100 // FIN, text", { fin: true, rsv: 0, opcode: Opcode.text, masked: false, length: 0 }],
    ["0200 // no FIN, binary", { fin: false, rsv: 0, opcode: Opcode.binary, masked: false, length: 0 }],
    ["8000 // FIN, continuation", { fin: true, opcode: Opcode.continuation }],
    ["8805 // Close of 5 bytes", { fin: true, opcode: Opcode.close, length: 5 }],
    ["8900 // Ping", { opcode: Opcode.ping }],
    ["8a00 // Pong", { opcode: Opcode.pong }],
    ["c100 // RSV1", { rsv: 4, opcode: Opcode.text }],
    ["a100 // RSV2", { rsv: 2 }],
    ["9100 // RSV3", { rsv: 1 }],
    ["f100 // RSV1 to RSV3", { rsv: 7 }],
    ["8f00 // opcode 15", { opcode: 15 }],
    ["8180 01020304 // masked; the key as it lies in memory", { masked: true, key: 0x04030201, length: 0 }],
    ["8180 ffffffff // a key that is negative as an integer", { masked: true, key: -1 }],
  ])("%s", (bytes, fields) => {
    const { size, header } = parse(hex(bytes));

    expect(header).toMatchObject(fields);
    expect(size).toBe(hex(bytes).length);
  });
});

describe("5.2, the length", () => {
  test.each([
    ["8200 // 0", 0, 0],
    ["827d // 125, the longest in 7 bits", 125, 0],
    ["827e 007e // 126, the shortest in 16 bits", 126, 2],
    ["827e ffff // 65 535, the longest in 16 bits", 65_535, 2],
    ["827f 0000000000010000 // 65 536, the shortest in 64 bits", 65_536, 8],
    ["827f 00000000ffffffff // 2^32 - 1", 2 ** 32 - 1, 8],
    ["827f 0000000100000000 // 2^32", 2 ** 32, 8],
    ["827f 001fffffffffffff // 2^53 - 1", 2 ** 53 - 1, 8],
    ["827f 7fffffffffffffff // 2^63 - 1, rounded", 2 ** 63, 8],
  ])("%s", (bytes, length, lengthBytes) => {
    const { size, header } = parse(hex(bytes));

    expect(header).toMatchObject({ length, lengthBytes });
    expect(size).toBe(2 + lengthBytes);
    expect(checkFrameHeader(header, "client", false)).toBeUndefined();
  });

  test.each([
    ["827e 0000 // 0 in 16 bits", "LENGTH_NOT_MINIMAL"],
    ["827e 007d // 125 in 16 bits", "LENGTH_NOT_MINIMAL"],
    ["827f 0000000000000000 // 0 in 64 bits", "LENGTH_NOT_MINIMAL"],
    ["827f 000000000000007d // 125 in 64 bits", "LENGTH_NOT_MINIMAL"],
    ["827f 000000000000ffff // 65 535 in 64 bits", "LENGTH_NOT_MINIMAL"],
    ["827f 8000000000000000 // the most significant bit", "LENGTH_OVERFLOW"],
    ["827f ffffffffffffffff // all bits", "LENGTH_OVERFLOW"],
    ["897e 0000 // a control frame", "LENGTH_NOT_MINIMAL"],
  ])("refuses %s", (bytes, code) => {
    const error = checkFrameHeader(parse(hex(bytes)).header, "client", false);

    expect(error).toMatchObject({ code, closeCode: 1002 });
  });

  test("says what was not minimal", () => {
    const error = checkFrameHeader(parse(hex("827f 000000000000ffff")).header, "client", false);

    expect(error?.message).toContain("65 535 written in 8 bytes");
  });
});

describe("5.2 and 5.5, what one header may not say", () => {
  test.each([
    [0x81, "data", undefined],
    [0xc1, "RSV1 on text", "RSV_UNEXPECTED"],
    [0xa1, "RSV2", "RSV_UNEXPECTED"],
    [0x91, "RSV3", "RSV_UNEXPECTED"],
    [0xc9, "RSV1 on a ping", "RSV_UNEXPECTED"],
    ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((n) => [0x80 | n, `opcode ${n}`, "OPCODE_RESERVED"] as const),
    [0x08, "a Close without FIN", "CONTROL_FRAGMENTED"],
    [0x09, "a ping without FIN", "CONTROL_FRAGMENTED"],
    [0x0a, "a pong without FIN", "CONTROL_FRAGMENTED"],
  ] as const)("0x%s: %s", (first, _what, code) => {
    const { header } = parse(Uint8Array.of(first, 0));

    expect(checkFrameHeader(header, "client", false)?.code).toBe(code);
  });

  test.each(["8", "9", "a"])("a control frame (opcode %s) holds 125 bytes and no more", (opcode) => {
    const most = parse(hex(`8${opcode}7d`)).header;
    const tooLong = parse(hex(`8${opcode}7e 007e`)).header;

    expect(checkFrameHeader(most, "client", false)).toBeUndefined();
    expect(checkFrameHeader(tooLong, "client", false)).toMatchObject({ code: "CONTROL_TOO_LONG", closeCode: 1002 });
  });
});

describe("RFC 7692, 6: RSV1, where permessage-deflate was negotiated", () => {
  test.each([
    ["c1", "text", undefined],
    ["42", "the first fragment of a binary message", undefined],
    ["c0", "a continuation", "RSV_UNEXPECTED"],
    ["c8", "a Close", "RSV_UNEXPECTED"],
    ["c9", "a ping", "RSV_UNEXPECTED"],
    ["ca", "a pong", "RSV_UNEXPECTED"],
    ["e1", "together with RSV2", "RSV_UNEXPECTED"],
    ["d1", "together with RSV3", "RSV_UNEXPECTED"],
  ])("%s: %s", (first, _what, code) => {
    const { header } = parse(hex(`${first}00`));

    expect(checkFrameHeader(header, "client", true)?.code).toBe(code);
  });
});

describe("5.1, masks", () => {
  test.each([
    ["server", "8180 01020304", undefined],
    ["server", "8100", "MASK_MISSING"],
    ["client", "8100", undefined],
    ["client", "8180 01020304", "MASK_UNEXPECTED"],
    ["client", "8180 00000000", "MASK_UNEXPECTED"],
    ["server", "8800", "MASK_MISSING"],
  ] as const)("a %s gets %s", (role, bytes, code) => {
    const error = checkFrameHeader(parse(hex(bytes)).header, role, false);

    expect(error?.code).toBe(code);
    expect(error?.closeCode).toBe(code && 1002);
  });
});

describe("parse and encode", () => {
  const lengths = [0, 1, 125, 126, 127, 65_535, 65_536, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 40 + 5, 2 ** 53 - 1];
  const cases = lengths.flatMap((length) => [false, true].map((masked) => [length, masked] as const));

  test.each(cases)("agree on a length of %i, masked: %s", (length, masked) => {
    const bytes = new Uint8Array(20).fill(0xee);

    const end = writeFrameHeader(bytes, 3, 0x82, length, masked ? 0x80 : 0);
    const { size, header } = parse(bytes, 3);

    expect(end - 3 + (masked ? 4 : 0)).toBe(frameHeaderSize(length, masked));
    expect(size).toBe(frameHeaderSize(length, masked));
    expect(header).toMatchObject({ fin: true, opcode: 2, masked, length });
    expect(toHex(bytes.subarray(0, 3)) + toHex(bytes.subarray(end))).toBe("ee".repeat(20 - (end - 3)));
  });

  test.each(cases)("wait for the last byte of the header: length %i, masked: %s", (length, masked) => {
    const bytes = new Uint8Array(14);
    writeFrameHeader(bytes, 0, 0x82, length, masked ? 0x80 : 0);
    const size = frameHeaderSize(length, masked);

    const sizes = Array.from({ length: size + 1 }, (_, end) => parse(bytes.slice(0, end)).size);

    expect(sizes).toEqual([...new Array(size).fill(0), size]);
  });

  test("look no further than `end`, though there are bytes behind it", () => {
    const bytes = join(hex("aaaa 827e 0100"), new Uint8Array(256));

    expect(parse(bytes, 2, 5).size).toBe(0);
    expect(parse(bytes, 2, 6)).toMatchObject({ size: 4, header: { length: 256 } });
  });
});
