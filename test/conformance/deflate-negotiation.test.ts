/** permessage-deflate over TCP (RFC 7692, 7.1): what our server answers, what our client takes, and that both keep to it. */

import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { startEcho } from "../../src/cli/echo/echo-server.ts";
import { resolveCompression } from "../../src/protocol/index.ts";
import { openClient } from "../support/client.ts";
import type { Negotiation } from "./case.ts";
import type { Conversation } from "./converse.ts";
import { describeConversations } from "./converse.ts";
import { holdEngine, ROLES } from "./endpoints.ts";
import { binary, describeFrame, text } from "./frames.ts";
import { connectRaw, listenRaw } from "./raw-handshake.ts";
import { JSON_DATA } from "./test-data.ts";

const DEFLATE = "permessage-deflate";

test.each<[offer: string, answer: string]>([
  ["", ""],
  ["permessage-deflate", DEFLATE],
  ["permessage-deflate; client_max_window_bits", DEFLATE],
  ["permessage-deflate;client_max_window_bits=10", `${DEFLATE}; client_max_window_bits=10`],
  ['permessage-deflate; client_max_window_bits="10"', `${DEFLATE}; client_max_window_bits=10`],
  ["permessage-deflate; server_max_window_bits=8", `${DEFLATE}; server_max_window_bits=8`],
  ["permessage-deflate ; server_no_context_takeover", `${DEFLATE}; server_no_context_takeover`],
  // Declined, one offer after the other: RFC 7692, 7.1 names what makes an offer invalid.
  ["permessage-deflate; server_max_window_bits", ""],
  ["permessage-deflate; server_max_window_bits=7", ""],
  ["permessage-deflate; server_max_window_bits=16", ""],
  ["permessage-deflate; server_max_window_bits=08", ""],
  ["permessage-deflate; client_max_window_bits=7", ""],
  ["permessage-deflate; server_no_context_takeover=1", ""],
  ["permessage-deflate; client_no_context_takeover; client_no_context_takeover", ""],
  ["permessage-deflate; unknown", ""],
  ["x-webkit-deflate-frame", ""],
  // Fallbacks.
  [
    "permessage-deflate; unknown, permessage-deflate; server_max_window_bits=10",
    `${DEFLATE}; server_max_window_bits=10`,
  ],
  ["x-other; a=b, permessage-deflate", DEFLATE],
  ["permessage-deflate; server_max_window_bits=10, permessage-deflate", `${DEFLATE}; server_max_window_bits=10`],
])("our server answers the offer %j with %j", async (offer, expected) => {
  const server = await startEcho({ port: 0, compression: true });
  try {
    const { peer, answer } = await connectRaw(server.port, offer);
    expect(answer).toBe(expected);
    if (expected === "") await peer.send(text("Hello"));
    else await peer.sendCompressed(text("Hello"), 3);
    await peer.receive(1);
    expect(peer.received.map(describeFrame)).toEqual([describeFrame(text("Hello"))]);
    peer.destroy();
  } finally {
    await server.close();
  }
});

test.each([
  "permessage-deflate; unknown",
  "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
  "permessage-deflate; client_max_window_bits",
  "permessage-deflate; client_max_window_bits=7",
  "permessage-deflate; server_max_window_bits=16",
  "permessage-deflate, permessage-deflate",
  "x-webkit-deflate-frame",
])("our client fails the handshake for the answer %j", async (answer) => {
  const server = await listenRaw(answer);
  const compression = resolveCompression({ serverNoContextTakeover: false, clientNoContextTakeover: false });
  try {
    const opening = openClient(server.port, { compression, sink: { message() {}, close() {} } });
    await expect(opening).rejects.toMatchObject({ name: "HandshakeError", status: 101 });
  } finally {
    (await server.peer).destroy();
    server.close();
  }
});

const BITS = [8, 9, 12, 15];

/** All four parameters in all combinations. Messages of odd sizes: both ways, with and without a context. */
const COMBINATIONS: readonly Conversation[] = [false, true].flatMap((serverForgets) =>
  [false, true].flatMap((clientForgets) =>
    BITS.flatMap((serverBits) =>
      BITS.map((clientBits): Conversation => {
        const forgets = `${serverForgets ? "; server_no_context_takeover" : ""}${clientForgets ? "; client_no_context_takeover" : ""}`;
        const server = `; server_max_window_bits=${serverBits}`;
        const client = `; client_max_window_bits=${clientBits}`;
        const agreed = `${DEFLATE}${forgets}${server}${clientBits === 15 ? "" : client}`;
        const deflate: Negotiation = { offer: `${DEFLATE}${forgets}${server}${client}`, agreed };
        const message = (index: number) => JSON_DATA.message(index, 700 * index);
        return { id: "x.parameters", title: agreed, count: 6, message, deflate, fragmentSize: 300 };
      }),
    ),
  ),
);

describeConversations("x.parameters every combination", COMBINATIONS);

describe.each(ROLES)("x.window what our engine sends stays within the window: as a %s", (role) => {
  const ours = role === "server" ? "server" : "client";

  test.each(BITS)(
    "of %d bits: a repetition farther back costs its full size, one within costs little",
    async (bits) => {
      const agreed = `${DEFLATE}; ${ours}_max_window_bits=${bits}`;
      await using held = await holdEngine(role, { deflate: { offer: agreed, agreed } });
      const { peer } = held;
      const noise = createHash("shake256", { outputLength: 2 ** bits + 100 }).digest();

      await peer.send(binary(Buffer.concat([noise, noise])));
      const far = await sizeOfNext();
      await peer.send(binary(Buffer.alloc(2 * noise.length, noise.subarray(0, 2 ** (bits - 2)))));
      const near = await sizeOfNext();

      expect(far).toBeGreaterThan(1.9 * noise.length);
      expect(near).toBeLessThan(noise.length);

      async function sizeOfNext(): Promise<number> {
        const before = peer.reader.bytes;
        await peer.receive(1);
        peer.received.pop();
        return peer.reader.bytes - before;
      }
    },
  );

  test.each([
    ["with context takeover the second of two equal messages is small", "", 0.2],
    ["without it, it is as large as the first", `; ${ours}_no_context_takeover`, 1],
  ])("%s", async (_, parameter, ratio) => {
    const agreed = `${DEFLATE}${parameter}`;
    await using held = await holdEngine(role, { deflate: { offer: agreed, agreed } });
    const { peer } = held;
    const message = JSON_DATA.message(1, 3000);

    const sizes: number[] = [];
    for (let count = 0; count < 2; count++) {
      const before = peer.reader.bytes;
      await peer.send(message);
      await peer.receive(1);
      expect(peer.received.splice(0).map(describeFrame)).toEqual([describeFrame(message)]);
      sizes.push(peer.reader.bytes - before);
    }

    if (ratio === 1) expect(sizes[1]).toBe(sizes[0]);
    else expect(sizes[1]).toBeLessThan(ratio * sizes[0]!);
  });
});
