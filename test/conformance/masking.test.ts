/** What Autobahn lacks on masking (RFC 6455, 5.1 and 5.3): wrong masks in each role, odd keys, and our own masks. */

import { describe, expect, test } from "vitest";
import { hex } from "../support/hex.ts";
import type { Case } from "./case.ts";
import { apart, chopped, echoes, fails, piece, quiet } from "./case.ts";
import { connectOurs } from "./endpoints.ts";
import type { Frame } from "./frames.ts";
import { binary, close, last, ping, pong, repeat, text, textPart } from "./frames.ts";
import { describeCases } from "./run-case.ts";

const HELLO = text("Hello");

const EVERY_KIND: readonly (readonly [kind: string, frame: Frame])[] = [
  ["text", HELLO],
  ["empty text", text("")],
  ["binary", binary(repeat("x", 70_000))],
  ["ping", ping("a")],
  ["pong", pong()],
  ["Close", close(1000)],
  ["empty Close", close()],
];

// RFC 6455, 5.1: "The server MUST close the connection upon receiving a frame that is not masked."
describeCases("x.mask unmasked to a server", wrongMasks("server", false));

// RFC 6455, 5.1: "A client MUST close a connection if it detects a masked frame."
describeCases("x.mask masked to a client", wrongMasks("client", true));

function wrongMasks(only: "server" | "client", masked: boolean): Case[] {
  return [
    ...EVERY_KIND.map(([kind, frame]): Case => {
      return {
        id: `x.mask.${kind}`,
        title: "fails",
        only,
        send: [{ ...frame, masked }, HELLO, ping()],
        end: fails(1002),
      };
    }),
    {
      id: "x.mask.later",
      title: "a right frame first, octet by octet",
      only,
      send: [chopped(1, HELLO, { ...HELLO, masked })],
      back: [HELLO],
      end: fails(1002),
    },
    {
      id: "x.mask.fragment",
      title: "only on the last fragment",
      only,
      send: [apart(textPart("a"), { ...last("b"), masked })],
      end: fails(1002),
    },
    {
      id: "x.mask.header",
      title: "fails on the header: the payload has not been sent",
      only,
      send: [quiet, piece({ ...HELLO, masked }, 0, 0)],
      end: fails(1002),
    },
  ];
}

describeCases(
  "x.mask any key will do",
  ["00000000", "ffffffff", "00000001", "80000000", "37fa213d"].map((key): Case => {
    const frames = [text("Hello, wörld"), binary(repeat(hex("0001feff"), 1001))].map((frame) => ({
      ...frame,
      key: hex(key),
    }));
    return { id: `x.mask.${key}`, title: "unmasks", only: "server", send: frames, back: frames };
  }),
);

describeCases("x.mask a key goes on where a chunk was cut", [
  ...[1, 2, 3, 5, 7].map((size): Case => {
    const message = binary(repeat(hex("00010203040506"), 1000));
    return echoes(`x.mask.chop.${size}`, `in chops of ${size}`, message, [chopped(size, message)]);
  }),
]);

describe("our client", () => {
  test("masks each frame with a fresh key", async () => {
    await using endpoints = await connectOurs("client");
    const { peer } = endpoints;

    await peer.send(...Array.from({ length: 200 }, () => HELLO));
    await peer.receive(200);

    // Two of 200 random keys are alike once in 200 000 runs.
    expect(peer.reader.keys.size).toBeGreaterThanOrEqual(199);
  });
});
