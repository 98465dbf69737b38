/** Autobahn's group 5: fragments, and what may and may not stand between them (RFC 6455, 5.4). */

import type { Case, Step } from "./case.ts";
import { apart, chopped, fails, heard, joined } from "./case.ts";
import type { Frame } from "./frames.ts";
import { last, more, ping, pong, text, textPart, unfinished } from "./frames.ts";
import { describeCases } from "./run-case.ts";

const ONE = textPart("fragment1");
const TWO = last("fragment2");
const BOTH = joined(ONE, TWO);
const STRAY = last("non-continuation payload");
const HELLO = text("Hello, world!");

/** The three ways in which Autobahn sends the same frames: in one write, frame by frame, octet by octet. */
function threeWays(ids: readonly string[], frames: readonly Frame[], row: Omit<Case, "id" | "send">): Case[] {
  const ways: [how: string, send: readonly Step[]][] = [
    ["in one write", frames],
    ["frame by frame", [apart(...frames)]],
    ["octet by octet", [chopped(1, ...frames)]],
  ];
  return ways.map(([how, send], index) => ({ ...row, id: ids[index]!, title: `${row.title}, ${how}`, send }));
}

const FIVE = [
  textPart("fragment1"),
  more("fragment2"),
  more("fragment3"),
  more("fragment4"),
  last("fragment5"),
] as const;

describeCases("5 fragmentation", [
  {
    id: "5.1",
    title: "a ping in two fragments fails",
    send: [unfinished(ping("fragment1")), TWO],
    end: fails(1002),
  },
  {
    id: "5.2",
    title: "a pong in two fragments fails",
    send: [unfinished(pong("fragment1")), TWO],
    end: fails(1002),
  },
  ...threeWays(["5.3", "5.4", "5.5"], [ONE, TWO], { title: "text in two fragments", back: [BOTH] }),
  ...threeWays(["5.6", "5.7", "5.8"], [ONE, ping("ping payload"), TWO], {
    title: "text in two fragments, and a ping between them that is answered first",
    back: [pong("ping payload"), BOTH],
  }),
  ...threeWays(["5.9", "5.10", "5.11"], [STRAY, HELLO], {
    title: "a last fragment of nothing, then text",
    end: fails(1002),
  }),
  ...threeWays(["5.12", "5.13", "5.14"], [unfinished(STRAY), HELLO], {
    title: "a middle fragment of nothing, then text",
    end: fails(1002),
  }),
  {
    id: "5.15",
    title: "text in two fragments is echoed; a fragment of nothing behind it fails",
    send: [ONE, TWO, more("fragment3"), text("fragment4")],
    back: [BOTH],
    end: fails(1002),
  },
  {
    id: "5.16",
    title: "twice: a middle fragment of nothing, then text in two fragments",
    send: [
      more("fragment1"),
      textPart("fragment2"),
      last("fragment3"),
      more("fragment1"),
      textPart("fragment2"),
      last("fragment3"),
    ],
    end: fails(1002),
  },
  {
    id: "5.17",
    title: "twice: a last fragment of nothing, then text in two fragments",
    send: [
      last("fragment1"),
      textPart("fragment2"),
      last("fragment3"),
      last("fragment1"),
      textPart("fragment2"),
      last("fragment3"),
    ],
    end: fails(1002),
  },
  {
    id: "5.18",
    title: "text in two fragments, the second with the opcode of text",
    send: [ONE, text("fragment2")],
    end: fails(1002),
  },
  {
    id: "5.19",
    title: "text in five fragments; each of two pings is answered before the message has ended",
    send: [FIVE[0], FIVE[1], ping("pongme 1!"), heard(1), FIVE[2], FIVE[3], ping("pongme 2!"), FIVE[4]],
    back: [pong("pongme 1!"), pong("pongme 2!"), joined(...FIVE)],
  },
  {
    id: "5.20",
    title: "the same, frame by frame",
    send: [
      apart(FIVE[0], FIVE[1], ping("pongme 1!")),
      heard(1),
      apart(FIVE[2], FIVE[3], ping("pongme 2!")),
      heard(2),
      apart(FIVE[4]),
    ],
    back: [pong("pongme 1!"), pong("pongme 2!"), joined(...FIVE)],
  },
]);
