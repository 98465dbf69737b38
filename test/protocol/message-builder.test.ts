/** Payloads become messages, whole or in parts; text is valid UTF-8 and never cut inside a character. */

import { beforeEach, describe, expect, test } from "vitest";
import { Opcode } from "../../src/protocol/frame-header.ts";
import type { Piece } from "../../src/protocol/message-builder.ts";
import { MessageBuilder } from "../../src/protocol/message-builder.ts";
import { hex, toHex } from "../support/hex.ts";
import { Recorder } from "../support/recorder.ts";
import { TestPlatform } from "../support/test-platform.ts";

const TEXT = "a£€😀\ufeff\u0000z";
const BYTES = Uint8Array.from(Buffer.from(TEXT));

let sink: Recorder;
let builder: MessageBuilder;

beforeEach(() => {
  sink = new Recorder();
  builder = new MessageBuilder(sink, new TestPlatform());
});

/** All pieces of a message; gives what was wrong with each. */
function add(opcode: number, ...pieces: Uint8Array[]) {
  return pieces.map((bytes, i) => builder.add(opcode, piece(bytes, i === pieces.length - 1))?.code);
}

function piece(bytes: Uint8Array, last: boolean, from = 0, to = bytes.length): Piece {
  return { bytes, from, to, key: 0, announced: Number.POSITIVE_INFINITY, last };
}

describe("a message that is whole at once", () => {
  test("text, out of the middle of a chunk", () => {
    builder.whole(Opcode.text, hex("ff 68656c6c6f ff"), 1, 6);

    expect(sink.events).toEqual([{ type: "message", data: "hello" }]);
  });

  test("bytes, which are the user's own", () => {
    const chunk = hex("ff 0102 ff");

    builder.whole(Opcode.binary, chunk, 1, 3);
    chunk.fill(0);

    expect(sink.events).toEqual([{ type: "message", data: hex("0102") }]);
  });

  test.each([Opcode.text, Opcode.binary])("empty is a message, too (opcode %i)", (opcode) => {
    builder.whole(opcode, hex(""), 0, 0);

    expect(sink.messages).toHaveLength(1);
    expect(sink.messages[0]).toHaveLength(0);
  });

  test("text that is no UTF-8 is refused", () => {
    const error = builder.whole(Opcode.text, hex("61 c3"), 0, 2);

    expect(error).toMatchObject({ code: "INVALID_UTF8", closeCode: 1007 });
    expect(sink.events).toEqual([]);
  });
});

describe("a message in pieces", () => {
  test("text may be cut anywhere", () => {
    for (let one = 0; one <= BYTES.length; one++) {
      for (let two = one; two <= BYTES.length; two++) {
        add(Opcode.text, BYTES.slice(0, one), BYTES.slice(one, two), BYTES.slice(two));
      }
    }

    expect(new Set(sink.messages)).toEqual(new Set([TEXT]));
  });

  test("it comes once, when its last piece has come", () => {
    builder.add(Opcode.binary, piece(hex("0102"), false));
    expect(sink.events).toEqual([]);

    builder.add(Opcode.binary, piece(hex("ff03ff"), true, 1, 2));
    expect(sink.events).toEqual([{ type: "message", data: hex("010203") }]);
  });

  test("text fails with the piece that holds the first impossible byte", () => {
    expect(add(Opcode.text, hex("61 e2"), hex("82"), hex("28"), hex("61"))).toEqual([
      undefined,
      undefined,
      "INVALID_UTF8",
      expect.anything(),
    ]);
    expect(sink.events).toEqual([]);
  });

  test("text may not end inside a character", () => {
    expect(add(Opcode.text, hex("61"), hex("e282"))).toEqual([undefined, "INVALID_UTF8"]);
    expect(sink.events).toEqual([]);
  });

  test("after `drop` nothing of it is left", () => {
    builder.add(Opcode.text, piece(hex("61 e2"), false));

    builder.drop();

    add(Opcode.text, hex("62"));
    expect(sink.messages).toEqual(["b"]);
  });
});

describe("in parts", () => {
  beforeEach(() => {
    builder.inParts = true;
  });

  test("each piece comes as soon as it is there", () => {
    builder.add(Opcode.binary, piece(hex("0102"), false));
    expect(sink.events).toEqual([{ type: "part", data: hex("0102"), last: false }]);

    builder.add(Opcode.binary, piece(hex("03"), true));
    expect(sink.events[1]).toEqual({ type: "part", data: hex("03"), last: true });
  });

  test("a message that is whole at once is one part, the last", () => {
    builder.whole(Opcode.text, hex("6869"), 0, 2);

    expect(sink.events).toEqual([{ type: "part", data: "hi", last: true }]);
  });

  test("text is never cut inside a character, wherever its pieces are", () => {
    const wrong: string[] = [];
    for (let one = 0; one <= BYTES.length; one++) {
      for (let two = one; two <= BYTES.length; two++) {
        sink.events.length = 0;
        add(Opcode.text, BYTES.slice(0, one), BYTES.slice(one, two), BYTES.slice(two));
        const parts = sink.events.map((event) => (event.type === "part" ? event : undefined));
        const whole = parts.map((part) => part?.data).join("") === TEXT;
        const wellFormed = parts.every((part) => Buffer.from(part!.data as string).toString() === part!.data);
        const lasts = parts.map((part) => part?.last).join();
        if (!whole || !wellFormed || !/^(false,)*true$/.test(lasts)) wrong.push(`${one} ${two}: ${lasts}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("a part is never empty, but for the last", () => {
    add(Opcode.text, hex("e2"), hex("82"), hex("ac"), hex(""));
    add(Opcode.binary, hex(""), hex("01"), hex(""));

    expect(sink.events).toEqual([
      { type: "part", data: "€", last: false },
      { type: "part", data: "", last: true },
      { type: "part", data: hex("01"), last: false },
      { type: "part", data: hex(""), last: true },
    ]);
  });

  test("what the user got does not change with what comes after", () => {
    const first = new Uint8Array(20_000).fill(1);
    add(Opcode.binary, first, new Uint8Array(20_000).fill(2));

    const [one, two] = sink.events.map((event) => (event.type === "part" ? (event.data as Uint8Array) : hex("")));
    expect(toHex(one!.subarray(0, 2)) + toHex(two!.subarray(0, 2))).toBe("01010202");
    expect(one!.buffer).not.toBe(two!.buffer);
  });

  test("wrong text is refused before its part comes", () => {
    expect(add(Opcode.text, hex("61"), hex("ff"))).toEqual([undefined, "INVALID_UTF8"]);
    expect(sink.events).toEqual([{ type: "part", data: "a", last: false }]);
  });
});
