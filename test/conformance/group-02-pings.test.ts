/** Autobahn's group 2: pings are answered with the same payload, pongs are not answered (RFC 6455, 5.5.2 and 5.5.3). */

import { hex } from "../support/hex.ts";
import { answers, chopped, fails } from "./case.ts";
import type { Frame } from "./frames.ts";
import { close, ping, pong, repeat } from "./frames.ts";
import { describeCases } from "./run-case.ts";

const NOT_TEXT = hex("00fffefdfcfb00ff");
const LONGEST = repeat(Buffer.of(0xfe), 125);
const UNSOLICITED = pong("unsolicited pong payload");
const TEN = Array.from({ length: 10 }, (_, index) => `payload-${index}`);
const PINGS = TEN.map((payload): Frame => ping(payload));
const PONGS = TEN.map((payload): Frame => pong(payload));

describeCases("2 pings", [
  { id: "2.1", title: "an empty ping", send: [ping()], back: [pong()] },
  { id: "2.2", title: "a ping with text", send: [ping("Hello, world!")], back: [pong("Hello, world!")] },
  { id: "2.3", title: "a ping with bytes that are no UTF-8", send: [ping(NOT_TEXT)], back: [pong(NOT_TEXT)] },
  { id: "2.4", title: "a ping of 125 bytes, the most", send: [ping(LONGEST)], back: [pong(LONGEST)] },
  { id: "2.5", title: "a ping of 126 bytes fails", send: [ping(repeat(Buffer.of(0xfe), 126))], end: fails(1002) },
  { id: "2.6", title: "a ping of 125 bytes, octet by octet", send: [chopped(1, ping(LONGEST))], back: [pong(LONGEST)] },
  {
    id: "2.7",
    title: "an empty pong that nobody asked for is not answered",
    send: [pong(), close(1000)],
    end: answers(close(1000)),
  },
  {
    id: "2.8",
    title: "a pong with a payload that nobody asked for is not answered",
    send: [UNSOLICITED, close(1000)],
    end: answers(close(1000)),
  },
  {
    id: "2.9",
    title: "a pong, then a ping: the ping alone is answered",
    send: [UNSOLICITED, ping("ping payload")],
    back: [pong("ping payload")],
  },
  { id: "2.10", title: "ten pings in one write get ten pongs in order", send: PINGS, back: PONGS },
  { id: "2.11", title: "ten pings octet by octet", send: [chopped(1, ...PINGS)], back: PONGS },
]);
