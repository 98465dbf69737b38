/** What the suites ask and a WebSocket of `Deno.serve` cannot do: the tests by their names, and the reason for each group. */

/** Tests that are not run. */
export interface Lack {
  readonly why: string;
  /** Parts of their full names. */
  readonly tests: readonly string[];
}

/** With `listen` there are none. */
export const SERVE_LACKS: readonly Lack[] = [
  {
    why: "Deno keeps a connection open whose upgrade was refused, although the response says Connection: close",
    tests: [
      "a malformed handshake with",
      "a malformed handshake as a POST",
      "a handler throws before accept when it",
      "a middleware throws before next() and before accept",
      "is that response a status alone",
      "is that response the body is",
      "a second reject changes nothing",
    ],
  },
  {
    why: "hyper, below Deno.serve, writes the field Connection of a 426 itself",
    tests: ["gets 426 and the end of its connection"],
  },
  {
    why: "Deno.upgradeWebSocket has no ping and no fragments, so there is no socket.ping() and no sendStream()",
    tests: [
      "the first sendStream accepts",
      "the first ping accepts",
      "text and bytes, both ways, in every way of reading",
      "a loop that only sends and awaits not",
    ],
  },
  {
    why: "Deno cannot cut a connection: it can only say goodbye, and wait for the peer's",
    tests: [
      "has a deadline: a peer that does not answer is cut off",
      "ends at once, without a Close frame: 1006",
      "an onDrain hook that never ends",
    ],
  },
  {
    why: "a message that comes between our Close frame and the peer's makes Deno end TCP: 1006",
    tests: ["messages that are still on their way are nobody's", "no message after it, close at the end"],
  },
  {
    why: "Deno does not tell that something has left: it is looked at every 4 ms",
    tests: ["that are awaited go no faster than the client reads"],
  },
  {
    why: "megabytes are in the system's buffers at once, and nothing can hold them back in Deno",
    tests: ["when what was sent is out, it tells, and nothing is buffered", "comes when there is room again"],
  },
  {
    why: "what belongs to listening: Deno.serve is the user's",
    tests: ["while it began to listen, holds no port", "new ones get 503 while the hooks run"],
  },
];

/** For Vitest: all but these. */
export function allBut(lacks: readonly Lack[]): RegExp {
  const names = lacks.flatMap(({ tests }) => tests).map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return names.length === 0 ? /^/ : new RegExp(`^(?!.*(?:${names.join("|")}))`);
}
