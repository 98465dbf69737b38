/** Autobahn's group 7: the closing handshake, and what a Close frame may hold (RFC 6455, 5.5.1 and 7.4). */

import { hex } from "../support/hex.ts";
import type { Case } from "./case.ts";
import { answers, apart, echoes, fails } from "./case.ts";
import { close, last, ping, repeat, text, textPart } from "./frames.ts";
import { describeCases } from "./run-case.ts";

const HELLO = text("Hello World!");
const LARGE = text(repeat("BAsd7&jh23", 256 * 1024));
const NORMAL = answers(close(1000));

describeCases("7.1 what comes before and after a Close frame", [
  echoes("7.1.1", "a message, then Close", HELLO),
  { id: "7.1.2", title: "two Close frames: the second is ignored", send: [close(1000), close()], end: NORMAL },
  { id: "7.1.3", title: "a ping behind Close is ignored", send: [close(1000), ping()], end: NORMAL },
  { id: "7.1.4", title: "text behind Close is ignored", send: [close(1000), HELLO], end: NORMAL },
  {
    id: "7.1.5",
    title: "Close between the fragments of a message",
    send: [textPart("fragment1"), close(1000), last("fragment2")],
    end: NORMAL,
  },
  {
    // Autobahn only informs here; we hold that every message before the Close frame is echoed before it is answered.
    id: "7.1.6",
    title: "256 KiB, a message, Close and a ping in one write",
    send: [LARGE, HELLO, close(1000), ping()],
    back: [LARGE, HELLO],
    end: NORMAL,
  },
]);

describeCases("7.3 the length of a Close frame", [
  { id: "7.3.1", title: "empty: answered with an empty one", send: [close()], end: answers(close()) },
  { id: "7.3.2", title: "one byte fails", send: [close(undefined, "a")], end: fails(1002) },
  { id: "7.3.3", title: "a code", send: [close(1000)], end: NORMAL },
  { id: "7.3.4", title: "a code and a reason", send: [close(1000, "Hello World!")], end: NORMAL },
  { id: "7.3.5", title: "a reason of 123 bytes, the most", send: [close(1000, repeat("*", 123))], end: NORMAL },
  { id: "7.3.6", title: "a reason of 124 bytes fails", send: [close(1000, repeat("*", 124))], end: fails(1002) },
]);

describeCases("7.5 the reason of a Close frame", [
  {
    // Autobahn takes 1002 too. RFC 6455, 7.4.1 has 1007 for "data … not consistent with the type of the message".
    id: "7.5.1",
    title: "a reason that is no UTF-8",
    send: [close(1000, hex("cebae1bdb9cf83cebcceb5 eda080 656469746564"))],
    end: fails(1007),
  },
  {
    id: "x.7.5.2",
    title: "a reason that ends inside a character",
    send: [close(1000, hex("41 e282"))],
    end: fails(1007),
  },
  { id: "x.7.5.3", title: "a reason beyond ASCII", send: [close(1000, "κόσμε")], end: NORMAL },
]);

const REGISTERED_SINCE = [1012, 1013, 1014];

describeCases("7.7 codes that may be received come back", [
  ...taken("7.7", [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999]),
  ...taken("x.7.7", REGISTERED_SINCE),
]);

describeCases("7.9 codes that must not be received", [
  ...refused("7.9", [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999]),
  ...refused("x.7.9", [1, 1015, 1017, 32_768]),
]);

// Autobahn only informs here. RFC 6455, 7.4 defines codes up to 4999 and none beyond.
describeCases("7.13 codes beyond all ranges", refused("7.13", [5000, 65_535]));

function taken(group: string, codes: readonly number[]): Case[] {
  return codes.map((code, index) => {
    return { id: `${group}.${index + 1}`, title: `${code}`, send: [close(code)], end: answers(close(code)) };
  });
}

function refused(group: string, codes: readonly number[]): Case[] {
  return codes.map((code, index) => {
    return { id: `${group}.${index + 1}`, title: `${code} fails`, send: [close(code)], end: fails(1002) };
  });
}

describeCases("x.7 nothing that follows a Close frame counts", [
  {
    id: "x.7.1",
    title: "not even what would break a rule",
    send: [apart(close(1000), { ...ping(), rsv: 7 }, text(hex("ff")), { ...close(), fin: false })],
    end: NORMAL,
  },
  {
    id: "x.7.2",
    title: "nor when it comes after the answer",
    send: [close(4000, "bye")],
    end: answers(close(4000)),
    late: [HELLO, ping(), close(1000), LARGE],
  },
  {
    id: "x.7.3",
    title: "nor does what follows a frame that failed",
    send: [{ ...HELLO, rsv: 1 }, HELLO, ping(), close(1000)],
    end: fails(1002),
    late: [apart(HELLO, ping(), close(1000), LARGE)],
  },
]);
