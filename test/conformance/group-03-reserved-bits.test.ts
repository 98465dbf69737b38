/** Autobahn's group 3: reserved bits without an extension that gives them a meaning (RFC 6455, 5.2). */

import { hex } from "../support/hex.ts";
import { apart, chopped, fails } from "./case.ts";
import { binary, close, ping, text, withRsv } from "./frames.ts";
import { describeCases } from "./run-case.ts";

const HELLO = text("Hello, world!");

// What came before the bad frame is echoed, and the ping behind it is not answered: strictly so.
describeCases("3 reserved bits", [
  { id: "3.1", title: "text with RSV 1", send: [withRsv(1, HELLO)], end: fails(1002) },
  {
    id: "3.2",
    title: "text, text with RSV 2 and a ping in one write",
    send: [HELLO, withRsv(2, HELLO), ping()],
    back: [HELLO],
    end: fails(1002),
  },
  {
    id: "3.3",
    title: "text, text with RSV 3 and a ping, frame by frame",
    send: [apart(HELLO, withRsv(3, HELLO), ping())],
    back: [HELLO],
    end: fails(1002),
  },
  {
    id: "3.4",
    title: "text, text with RSV 4 and a ping, octet by octet",
    send: [chopped(1, HELLO, withRsv(4, HELLO), ping())],
    back: [HELLO],
    end: fails(1002),
  },
  { id: "3.5", title: "bytes with RSV 5", send: [withRsv(5, binary(hex("00fffefdfcfb00ff")))], end: fails(1002) },
  { id: "3.6", title: "bytes with RSV 6", send: [withRsv(6, binary("Hello, world!"))], end: fails(1002) },
  { id: "x.3.6", title: "a ping with RSV 6", send: [withRsv(6, ping("Hello, world!"))], end: fails(1002) },
  { id: "3.7", title: "a Close frame with RSV 7", send: [withRsv(7, close())], end: fails(1002) },
]);
