/** Autobahn's group 4: reserved opcodes (RFC 6455, 5.2). */

import { apart, chopped, fails } from "./case.ts";
import { frame, ping, text, unfinished } from "./frames.ts";
import { describeCases } from "./run-case.ts";

const HELLO = text("Hello, world!");
const PAYLOAD = "reserved opcode payload";

describeCases("4.1 reserved data opcodes", [
  { id: "4.1.1", title: "opcode 3, empty", send: [frame(3, "")], end: fails(1002) },
  { id: "4.1.2", title: "opcode 4", send: [frame(4, PAYLOAD)], end: fails(1002) },
  { id: "4.1.3", title: "text, opcode 5, ping", send: [HELLO, frame(5, ""), ping()], back: [HELLO], end: fails(1002) },
  {
    id: "4.1.4",
    title: "text, opcode 6 with a payload, ping",
    send: [HELLO, frame(6, "Hello, world!"), ping()],
    back: [HELLO],
    end: fails(1002),
  },
  {
    id: "4.1.5",
    title: "text, opcode 7 with a payload, ping, octet by octet",
    send: [chopped(1, HELLO, frame(7, "Hello, world!"), ping())],
    back: [HELLO],
    end: fails(1002),
  },
]);

describeCases("4.2 reserved control opcodes", [
  { id: "4.2.1", title: "opcode 11, empty", send: [frame(11, "")], end: fails(1002) },
  { id: "4.2.2", title: "opcode 12", send: [frame(12, PAYLOAD)], end: fails(1002) },
  {
    id: "4.2.3",
    title: "text, opcode 13, ping",
    send: [HELLO, frame(13, ""), ping()],
    back: [HELLO],
    end: fails(1002),
  },
  {
    id: "4.2.4",
    title: "text, opcode 14 with a payload, ping",
    send: [HELLO, frame(14, "Hello, world!"), ping()],
    back: [HELLO],
    end: fails(1002),
  },
  {
    id: "4.2.5",
    title: "text, opcode 15 with a payload, ping, octet by octet",
    send: [chopped(1, HELLO, frame(15, "Hello, world!"), ping())],
    back: [HELLO],
    end: fails(1002),
  },
]);

describeCases(
  "x.4 every reserved opcode, where Autobahn does not try it",
  [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].flatMap((opcode) => [
    { id: `x.4.${opcode}`, title: "without FIN", send: [unfinished(frame(opcode, "a"))], end: fails(1002) },
    {
      id: `x.4.${opcode}`,
      title: "inside a fragmented message",
      send: [apart(unfinished(text("a")), frame(opcode, ""))],
      end: fails(1002),
    },
  ]),
);
