/** Autobahn's group 6: UTF-8, valid and invalid, whole and in fragments, and failing at the first impossible byte. */

import { expect, test } from "vitest";
import { hex, join } from "../support/hex.ts";
import type { Case } from "./case.ts";
import { echoes, fails, piece, quiet } from "./case.ts";
import { fragments, last, more, repeat, text, textPart } from "./frames.ts";
import { describeCases } from "./run-case.ts";
import { KOSME, UTF8_SEQUENCES } from "./utf8-sequences.ts";

const EDITED = "656469746564"; // "edited"
const UMLAUTS = text("Hello-µ@ßöäüàá-UTF-8!!");
const GREEK = text(hex(KOSME));

describeCases("6.1 empty fragments", [
  echoes("6.1.1", "empty text", text("")),
  echoes("6.1.2", "text in three fragments, all empty", text(""), [textPart(""), more(""), last("")]),
  echoes("6.1.3", "text in three fragments, only the middle one not empty", text("middle frame payload"), [
    textPart(""),
    more("middle frame payload"),
    last(""),
  ]),
]);

describeCases("6.2 valid text", [
  echoes("6.2.1", "in one frame", UMLAUTS),
  echoes("6.2.2", "in two fragments, cut between characters", UMLAUTS, [textPart("Hello-µ@ßöä"), last("üàá-UTF-8!!")]),
  echoes("6.2.3", "in fragments of one byte", UMLAUTS, fragments(UMLAUTS, 1)),
  echoes("6.2.4", "Greek in fragments of one byte", GREEK, fragments(GREEK, 1)),
]);

const SURROGATE = text(hex(`${KOSME} eda080 ${EDITED}`));

describeCases("6.3 invalid text", [
  { id: "6.3.1", title: "a surrogate, in one frame", send: [SURROGATE], end: fails(1007) },
  { id: "6.3.2", title: "a surrogate, in fragments of one byte", send: fragments(SURROGATE, 1), end: fails(1007) },
]);

/** Up to byte 12 (f4) it may become valid; byte 13 (90) makes it impossible: U+110000 is beyond Unicode. */
const BEYOND = hex(`${KOSME} f4908080 ${EDITED}`);
const WHOLE = text(BEYOND);

// The fail must come before the rest is sent: the harness sends `late` only after the engine's Close frame.
describeCases("6.4 fails fast", [
  {
    id: "6.4.1",
    title: "three fragments: at the second one",
    send: [textPart(BEYOND.slice(0, 11)), quiet, more(BEYOND.slice(11, 15))],
    end: fails(1007),
    late: [last(BEYOND.slice(15))],
  },
  {
    id: "6.4.2",
    title: "three fragments: at the second one, which ends with the impossible byte",
    send: [textPart(BEYOND.slice(0, 12)), quiet, more(BEYOND.slice(12, 13))],
    end: fails(1007),
    late: [last(BEYOND.slice(13))],
  },
  {
    id: "6.4.3",
    title: "one frame in three pieces: at the second one",
    send: [piece(WHOLE, 0, 11), quiet, piece(WHOLE, 11, 15)],
    end: fails(1007),
    late: [piece(WHOLE, 15)],
  },
  {
    id: "6.4.4",
    title: "one frame in three pieces: at the second one, which ends with the impossible byte",
    send: [piece(WHOLE, 0, 12), quiet, piece(WHOLE, 12, 13)],
    end: fails(1007),
    late: [piece(WHOLE, 13)],
  },
]);

describeCases(
  "6.5 to 6.23 sequences",
  UTF8_SEQUENCES.map(({ id, what, bytes, valid }): Case => {
    const message = text(bytes);
    if (valid) return echoes(id, `${what}: ${message.payload.toString("hex")}`, message);
    return { id, title: `${what}: ${message.payload.toString("hex")}`, send: [message], end: fails(1007) };
  }),
);

describeCases(
  "x.6 fails at the first impossible byte of a frame, the rest of which has not been sent",
  UTF8_SEQUENCES.flatMap(({ id, bytes }): Case[] => {
    const impossible = firstImpossible(bytes);
    if (impossible < 0) return [];
    const message = text(join(bytes, repeat("x", 70_000)));
    return [
      {
        id: `x.${id}`,
        title: `in the middle of a frame, byte ${impossible}`,
        send: [piece(message, 0, impossible), quiet, piece(message, impossible, impossible + 1)],
        end: fails(1007),
        late: [piece(message, impossible + 1)],
      },
      {
        id: `x.${id}`,
        title: `as the first byte of a fragment, byte ${impossible}`,
        send: [
          textPart(message.payload.subarray(0, impossible)),
          quiet,
          piece(last(message.payload.subarray(impossible)), 0, 1),
        ],
        end: fails(1007),
      },
    ];
  }),
);

describeCases("x.6 text that ends inside a character", [
  { id: "x.6.1", title: "in one frame", send: [text(hex("c3"))], end: fails(1007) },
  {
    id: "x.6.2",
    title: "with an empty last fragment",
    send: [textPart(hex("41 e282")), quiet, last("")],
    end: fails(1007),
  },
  {
    id: "x.6.3",
    title: "and the next message has the rest",
    send: [text(hex("41 e282")), text(hex("ac"))],
    end: fails(1007),
  },
]);

test("the table holds the 132 sequences of Autobahn", () => {
  expect(UTF8_SEQUENCES.length).toBe(132);
  for (const { id, bytes, valid } of UTF8_SEQUENCES) expect(isText(bytes), id).toBe(valid);
});

/** The index of the first byte after which no text is possible, or -1: as the platform's own decoder has it. */
function firstImpossible(bytes: Uint8Array): number {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  return bytes.findIndex((byte) => {
    try {
      decoder.decode(Uint8Array.of(byte), { stream: true });
      return false;
    } catch {
      return true;
    }
  });
}

function isText(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
