/** Messages of every kind and size go to the other side and back unharmed: all pairs of makers, with and without compression. */

import { describe, expect, it } from "vitest";
import { resolveCompression } from "../../src/protocol/index.ts";
import { KINDS, nameOf, SIZES, sample } from "../support/samples.ts";
import { FAST, openOurs, openUndici, openWs, type Peer } from "./peers.ts";
import { startOurEcho, startWsEcho } from "./servers.ts";

interface Pair {
  readonly name: string;
  connect(compression: boolean): Promise<Peer>;
}

const PAIRS: readonly Pair[] = [
  {
    name: "ws to our server",
    connect: async (compression) => openWs((await startOurEcho({ compression })).port, { compression }),
  },
  {
    name: "undici to our server",
    connect: async (compression) => openUndici((await startOurEcho({ compression })).port, { compression }),
  },
  {
    name: "our client to ws",
    connect: async (compression) =>
      openOurs((await startWsEcho({ perMessageDeflate: compression && FAST })).port, {
        compression: resolveCompression(compression),
      }),
  },
];

describe.each(PAIRS)("$name", ({ connect }) => {
  describe.each([false, true])("compression: %s", (compression) => {
    it.each(KINDS)("sends %s of 0 B to 16 MiB back as it came", async (kind) => {
      const peer = await connect(compression);
      expect(peer.extensions).toMatch(compression ? /^permessage-deflate/ : /^$/);

      for (const size of SIZES) {
        const data = sample(kind, size);
        peer.send(data);
        const back = await peer.messages.next(`echo of ${size} bytes`);
        expect(nameOf(back)).toBe(nameOf(data));
      }
    });
  });

  it.each([false, true])("keeps 1,000 messages of mixed sizes in order, compression: %s", async (compression) => {
    const peer = await connect(compression);
    const sent = Array.from({ length: 1000 }, (_, at) => mixed(at));

    for (const data of sent) peer.send(data);

    const back = [];
    for (const _ of sent) back.push(nameOf(await peer.messages.next("echo of 1,000")));
    expect(back).toEqual(sent.map(nameOf));
  });
});

/** Kinds and sizes that take different ways through the code, each with its own number in front. */
function mixed(at: number) {
  const data = sample(KINDS[at % KINDS.length]!, MIXED_SIZES[(at * 7) % MIXED_SIZES.length]!);
  return typeof data === "string" ? `${at} ${data}` : Buffer.concat([Buffer.from(`${at} `), data]);
}

const MIXED_SIZES = [0, 1, 17, 125, 126, 1000, 4096, 5000, 65_535, 70_000, 200_000];
