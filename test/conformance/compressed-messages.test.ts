/** What Autobahn lacks on compressed messages (RFC 7692, 6 and 7.2): the RFC's examples, any split, and what is corrupt. */

import { deflateRawSync, constants as zlib } from "node:zlib";
import { hex, join } from "../support/hex.ts";
import type { Case } from "./case.ts";
import { answers, apart, chopped, fails, PLAIN_DEFLATE } from "./case.ts";
import type { Frame } from "./frames.ts";
import {
  binary,
  close,
  compressed,
  fragments,
  last,
  more,
  ping,
  pong,
  repeat,
  text,
  textPart,
  withRsv,
} from "./frames.ts";
import { describeCases } from "./run-case.ts";
import { JSON_DATA } from "./test-data.ts";

const HELLO = text("Hello");
/** RFC 7692, 7.2.3.1 */
const ONE_BLOCK = hex("f2 48 cd c9 c9 07 00");
/** 7.2.3.4: the first block has BFINAL; an empty one follows, so that there is a tail to remove. */
const FINAL_BLOCK = hex("f3 48 cd c9 c9 07 00 00");

const EXAMPLES: readonly (readonly [section: string, what: string, payloads: Uint8Array[], back: Frame[]])[] = [
  ["7.2.3.1", "one block", [ONE_BLOCK], [HELLO]],
  ["7.2.3.2", "a second message that refers to the first", [ONE_BLOCK, hex("f2 00 11 00 00")], [HELLO, HELLO]],
  ["7.2.3.3", "a block without compression", [hex("00 05 00 fa ff 48 65 6c 6c 6f 00")], [HELLO]],
  ["7.2.3.4", "a block with BFINAL", [FINAL_BLOCK], [HELLO]],
  ["7.2.3.5", "two blocks", [hex("f2 48 05 00 00 00 ff ff ca c9 c9 07 00")], [HELLO]],
  ["7.2.3.6", "an empty message", [hex("00")], [text("")]],
  ["x.empty", "an empty message as zlib flushes it", [hex("02 00")], [text("")]],
  ["x.empty", "an empty message of an empty final block", [hex("03 00 00")], [text("")]],
  [
    "x.empty",
    "empty and full messages in turn",
    [hex("00"), ONE_BLOCK, hex("00"), ONE_BLOCK],
    [text(""), HELLO, text(""), HELLO],
  ],
  ["x.final", "messages after one with BFINAL", [FINAL_BLOCK, ONE_BLOCK, FINAL_BLOCK], [HELLO, HELLO, HELLO]],
  ["x.final", "two blocks with BFINAL", [hex("f348cdc9c90700 f348cdc9c90700 00")], [text("HelloHello")]],
  ["x.final", "BFINAL, then a block without", [hex("f348cdc9c90700 f248cdc9c90700")], [text("HelloHello")]],
  [
    "x.final",
    "200 blocks with BFINAL",
    [join(...Array.from({ length: 200 }, () => FINAL_BLOCK.slice(0, 7)), hex("00"))],
    [text("Hello".repeat(200))],
  ],
];

describeCases(
  "x.deflate the examples of RFC 7692 and their kin",
  EXAMPLES.flatMap(([id, what, payloads, back]): Case[] => {
    const messages = payloads.map((payload) => compressed(text(payload)));
    const pieces = messages.flatMap((message) => fragments(message, 1));
    const row = { id, back, deflate: PLAIN_DEFLATE };
    return [
      { ...row, title: what, send: messages },
      { ...row, title: `${what}, octet by octet`, send: [chopped(1, ...messages)] },
      { ...row, title: `${what}, in fragments of one byte`, send: pieces },
      { ...row, title: `${what}, in fragments of one byte, frame by frame`, send: [apart(...pieces)] },
    ];
  }),
);

const RECORDS = JSON_DATA.message(0, 12_000);
const NOISE = binary(Uint8Array.from({ length: 300_000 }, (_, at) => (at * at * 31 + (at >> 3)) & 0xff));

describeCases("x.deflate split anywhere", [
  splitEverywhere("the first example", HELLO, ONE_BLOCK),
  splitEverywhere("the example with BFINAL", HELLO, FINAL_BLOCK),
  splitEverywhere("the empty message", text(""), hex("00")),
  splitEverywhere("text beyond ASCII", text("κόσμε, Straße, 世界"), squeeze(text("κόσμε, Straße, 世界").payload)),
  ...[1, 7, 100, 1000].map((size): Case => {
    const message = compressed(text(squeeze(RECORDS.payload)));
    return { ...both(`a long text in fragments of ${size}`, RECORDS), send: fragments(message, size) };
  }),
  {
    ...both("empty fragments before, between and behind", HELLO),
    send: [compressed(textPart("")), more(""), more(ONE_BLOCK), more(""), last("")],
  },
  {
    ...both("a large message that ends three times with BFINAL", NOISE),
    send: [compressed(binary(join(...thirds(NOISE.payload).map((third) => deflateRawSync(third)), hex("00"))))],
  },
]);

function both(title: string, message: Frame) {
  return { id: "x.split", title, back: [message], deflate: PLAIN_DEFLATE };
}

/** The message in two fragments, once for each place between its bytes. */
function splitEverywhere(what: string, message: Frame, payload: Uint8Array): Case {
  const splits = Array.from({ length: payload.length + 1 }, (_, at) => [
    compressed(textPart(payload.slice(0, at))),
    last(payload.slice(at)),
  ]);
  return { ...both(what, message), send: splits.flat(), back: splits.map(() => message) };
}

function thirds(payload: Buffer): Buffer[] {
  return [payload.subarray(0, 100_000), payload.subarray(100_000, 200_000), payload.subarray(200_000)];
}

/** Compressed on its own, without the tail. */
function squeeze(payload: Uint8Array): Buffer {
  return deflateRawSync(payload, { finishFlush: zlib.Z_SYNC_FLUSH }).subarray(0, -4);
}

const FIRST = compressed(textPart(ONE_BLOCK.slice(0, 3)));
const SECOND = last(ONE_BLOCK.slice(3));

describeCases("x.deflate between compressed fragments", [
  {
    ...both("pings are answered at once", HELLO),
    send: [FIRST, ping("a"), more(""), ping("b"), SECOND],
    back: [pong("a"), pong("b"), HELLO],
  },
  { ...both("a Close frame ends it", HELLO), send: [FIRST, close(1001), SECOND], back: [], end: answers(close(1001)) },
  { ...both("another message fails", HELLO), send: [FIRST, compressed(text(ONE_BLOCK))], back: [], end: fails(1002) },
]);

describeCases("x.deflate reserved bits", [
  bits("RSV1 on a last fragment", FIRST, withRsv(4, SECOND)),
  bits("RSV1 on a middle fragment", FIRST, withRsv(4, more(""))),
  bits("RSV1 on a fragment of a plain message", textPart("a"), withRsv(4, last("b"))),
  bits("RSV1 on a ping", withRsv(4, ping("a"))),
  bits("RSV1 on a ping between fragments", FIRST, withRsv(4, ping())),
  bits("RSV1 on a pong", withRsv(4, pong())),
  bits("RSV1 on a Close frame", withRsv(4, close(1000))),
  bits("RSV1 on a reserved opcode", withRsv(4, { ...HELLO, opcode: 3 })),
  ...[1, 2, 3, 5, 6, 7].map((rsv) => bits(`RSV ${rsv} on text`, withRsv(rsv, text(ONE_BLOCK)))),
  ...[1, 2, 3].map((rsv) => bits(`RSV ${rsv} on a fragment`, FIRST, withRsv(rsv, SECOND))),
  ...[1, 2, 3].map((rsv) => bits(`RSV ${rsv} on a ping`, withRsv(rsv, ping()))),
]);

function bits(title: string, ...send: readonly Frame[]): Case {
  return {
    id: "x.rsv",
    title,
    send: [apart(...send)],
    end: fails(1002),
    deflate: PLAIN_DEFLATE,
    late: [HELLO, ping()],
  };
}

describeCases("x.deflate compressed and plain messages take turns", [
  {
    id: "x.mixed",
    title: "and plain ones are not in the window",
    send: [HELLO, compressed(text(ONE_BLOCK)), text("world"), compressed(text(hex("f2 00 11 00 00"))), text("")],
    back: [HELLO, HELLO, text("world"), HELLO, text("")],
    deflate: PLAIN_DEFLATE,
  },
]);

// RFC 7692 names no code. Ours is 1007: data that is not consistent with what the message says it is.
describeCases("x.deflate corrupt data", [
  corrupt("a block of the reserved type", "06"),
  corrupt("a stored block whose length does not match", "00 05 00 00 00 48 65 6c 6c 6f 00"),
  corrupt("a distance before the beginning", "f2 00 11 00 00"),
  corrupt("a message that is cut short", "f2 48 cd"),
  corrupt("noise", "ff ff ff ff ff ff"),
  corrupt("noise behind BFINAL", "f3 48 cd c9 c9 07 00 ff"),
  { ...corrupt("text that is no UTF-8", ""), send: [compressed(text(squeeze(hex("cebae1bdb9cf83cebcceb5 eda080"))))] },
  {
    ...corrupt("a reference to the message before, where the peer promised to make none", ""),
    send: [compressed(text(ONE_BLOCK)), compressed(text(hex("f2 00 11 00 00")))],
    back: [HELLO],
    deflate: {
      offer: "permessage-deflate; client_no_context_takeover; server_no_context_takeover",
      agreed: "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
    },
  },
  {
    ...corrupt("a long text that is no UTF-8 at its end", ""),
    send: [compressed(text(squeeze(join(repeat("0123456789", 3_000_000), hex("ff")))))],
  },
]);

function corrupt(title: string, payload: string): Case {
  return {
    id: "x.corrupt",
    title,
    send: [compressed(text(hex(payload)))],
    end: fails(1007),
    deflate: PLAIN_DEFLATE,
    late: [ping()],
  };
}

// Our choice: RFC 7692, 7.2.3.6 sends one octet for an empty message; none at all is taken for the same.
describeCases("x.deflate nothing at all", [{ ...both("is an empty message", text("")), send: [compressed(text(""))] }]);
