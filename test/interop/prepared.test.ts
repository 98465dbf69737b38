/** One message for many ws clients that agreed on different things: framed once, compressed once for each window. */

import { expect, it } from "vitest";
import type { Platform } from "../../src/protocol/index.ts";
import { PreparedMessage, resolveCompression } from "../../src/protocol/index.ts";
import { nodePlatform, nodeZlib } from "../../src/protocol/node/index.ts";
import { nameOf, sample } from "../support/samples.ts";
import type { Connection } from "../support/server.ts";
import { openWs } from "./peers.ts";
import { startOurs } from "./servers.ts";

/** What fifty clients offer, in turn. Two windows for our compressor: 15 bits and 10. */
const OFFERS = [
  false,
  { threshold: 0 },
  { threshold: 0, serverNoContextTakeover: true },
  { threshold: 0, serverMaxWindowBits: 10 },
  { threshold: 0, serverMaxWindowBits: 10, clientMaxWindowBits: 9, serverNoContextTakeover: true },
];
const CLIENTS = 50;

it.each([
  { what: "below the threshold", data: sample("ascii", 900), compressions: 0, frames: 1 },
  { what: "compressed at once", data: sample("three-byte", 30_000), compressions: 2, frames: 3 },
  { what: "compressed off the event loop", data: sample("records", 1 << 20), compressions: 2, frames: 3 },
  { what: "that no compressor makes smaller", data: sample("random", 1 << 20), compressions: 2, frames: 3 },
])("a message $what reaches 50 clients", async ({ data, compressions, frames }) => {
  const { clients, connections, written } = await connectAll();
  const { platform, count } = countingPlatform();

  const prepared = new PreparedMessage(data, platform);
  // Before and after it each sender goes on with its own window.
  for (const { engine } of connections) {
    engine.send(sample("ascii", 2000));
    engine.sendPrepared(prepared);
    engine.send(sample("ascii", 2000));
    engine.sendPrepared(prepared);
  }

  const expected = [sample("ascii", 2000), data, sample("ascii", 2000), data].map(nameOf);
  for (const { messages } of clients) {
    for (const name of expected) expect(nameOf(await messages.next("message"))).toBe(name);
  }
  expect(count.deflates).toBe(compressions);
  // The same bytes, not copies of them, went to every transport.
  const shared = [...written].filter(([, times]) => times > 1);
  expect(shared).toHaveLength(frames);
  expect(shared.reduce((sum, [, times]) => sum + times, 0)).toBe(2 * CLIENTS);
});

/** Fifty clients, the server's side of each, and how often each buffer was written to a transport. */
async function connectAll() {
  const connections: Connection[] = [];
  const written = new Map<Uint8Array, number>();
  const { port } = await startOurs({
    compression: resolveCompression({ serverNoContextTakeover: false, clientNoContextTakeover: false }),
    open(connection) {
      connections.push(connection);
      countWrites(connection, written);
    },
    connect: () => ({ message() {}, close() {} }),
  });
  const clients = await Promise.all(
    Array.from({ length: CLIENTS }, (_, at) =>
      openWs(port, { compression: true, perMessageDeflate: OFFERS[at % OFFERS.length]! }),
    ),
  );
  return { clients, connections, written };
}

function countWrites({ stream }: Connection, written: Map<Uint8Array, number>): void {
  const write = stream.write.bind(stream);
  stream.write = ((chunk: Uint8Array) => {
    written.set(chunk, (written.get(chunk) ?? 0) + 1);
    return write(chunk);
  }) as typeof stream.write;
}

/** Node's platform, and how often it compressed. */
function countingPlatform() {
  const count = { deflates: 0 };
  const platform: Platform = {
    ...nodePlatform,
    zlib: {
      ...nodeZlib,
      deflate(input, options) {
        count.deflates++;
        return nodeZlib.deflate(input, options);
      },
      openDeflate(options, onOutput) {
        count.deflates++;
        return nodeZlib.openDeflate(options, onOutput);
      },
    },
  };
  return { platform, count };
}
