/** Large messages without holding them: received in parts, sent from a generator. */

import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Message, ResolvedCompression } from "../../src/protocol/index.ts";
import { resolveCompression, sendStream } from "../../src/protocol/index.ts";
import { drained } from "../../src/protocol/node/index.ts";
import { openClient } from "../support/client.ts";
import { deferred } from "../support/deferred.ts";
import { MemoryWatch } from "../support/memory.ts";
import { nameOf, sample } from "../support/samples.ts";
import { within } from "../support/within.ts";
import { openOurs, openWs } from "./peers.ts";
import { startOurs, startWs } from "./servers.ts";

const MiB = 1 << 20;
const COMPRESSIONS = [
  { compression: null, compressed: "as it is" },
  { compression: resolveCompression({ threshold: 0, clientNoContextTakeover: false }), compressed: "compressed" },
];

describe.each(COMPRESSIONS)("$compressed", ({ compression }) => {
  it.each(["three-byte", "random"] as const)("16 MiB of %s from ws come in parts", async (kind) => {
    const parts: Message[] = [];
    const { port } = await startOurs({
      compression,
      limits: { messageSize: 16 * MiB },
      open({ engine }) {
        engine.inParts = true;
      },
      connect: (connection) => ({
        message() {},
        part(data, last) {
          parts.push(data);
          if (last) connection().engine.send("got it");
        },
        close() {},
      }),
    });
    const peer = await openWs(port, { compression: compression !== null });
    const data = sample(kind, 16 * MiB);

    peer.send(data);

    expect(await peer.messages.next("answer")).toBe("got it");
    expect(nameOf(join(parts))).toBe(nameOf(data));
    expect(parts.length).toBeGreaterThan(100);
  });

  it.each([
    { what: "records", chunk: sample("records", 100_000) },
    { what: "random bytes", chunk: sample("random", 100_000) },
    { what: "text of three-byte characters", chunk: sample("three-byte", 300_000) },
  ])("64 MiB of $what from a generator cost neither side more than a little memory", async ({ chunk }) => {
    const count = Math.ceil((64 * MiB) / Buffer.byteLength(chunk));
    const { port, received } = await startHashing(compression);
    const { engine, stream } = await openClient(port, { compression, sink: { message() {}, close() {} } });
    const memory = new MemoryWatch();

    const chunks = repeat(chunk, count, () => memory.look());
    const sent = sendStream(engine, chunks, { drained: () => drained(stream) });
    await within(sent, "end of the stream", 50_000);
    const { bytes, hash } = await within(received, "message at the other side");

    expect(bytes).toBe(count * Buffer.byteLength(chunk));
    expect(hash).toBe(hashOf(repeat(chunk, count)));
    expect(memory.mostHeld / MiB).toBeLessThan(8);
  });

  it("ws receives as one message what a generator gives", async () => {
    const { port } = await startWs(
      (socket) => socket.on("message", (data: Buffer, isBinary) => socket.send(nameOf(isBinary ? data : String(data)))),
      { perMessageDeflate: compression !== null },
    );
    const { engine, messages } = await openOurs(port, { compression });
    const chunk = sample("emoji", 40_000);
    const soon = () => new Promise<void>((resolve) => setImmediate(resolve));

    await sendStream(engine, repeat(chunk, 50), { drained: soon });
    await sendStream(engine, [], { drained: soon, emptyAs: "text" });
    await sendStream(engine, [], { drained: soon });

    expect(await messages.next("answer")).toBe(nameOf(String(chunk).repeat(50)));
    expect(await messages.next("answer")).toBe(nameOf(""));
    expect(await messages.next("answer")).toBe(nameOf(new Uint8Array()));
  });
});

it("a generator is not drained while a large message before it is being compressed", async () => {
  const { compression } = COMPRESSIONS[1]!;
  const { port } = await startOurs({
    compression,
    limits: { messageSize: 64 * MiB },
    connect: () => ({ message() {}, close() {} }),
  });
  const { engine, stream } = await openClient(port, { compression, sink: { message() {}, close() {} } });
  let takenMeanwhile = 0;
  function* chunks() {
    for (let at = 0; at < 640; at++) {
      if (engine.compressing) takenMeanwhile++;
      yield new Uint8Array(1000);
    }
  }

  engine.send(sample("random", 16 * MiB));
  await within(sendStream(engine, chunks(), { drained: () => drained(stream) }), "end of the stream");

  expect(takenMeanwhile).toBeLessThan(10);
});

/** A server of ours that takes one message in parts and hashes them. */
async function startHashing(compression: ResolvedCompression | null) {
  const received = deferred<{ bytes: number; hash: string }>();
  const hash = createHash("sha1");
  let bytes = 0;
  const { port } = await startOurs({
    compression,
    limits: { messageSize: Number.POSITIVE_INFINITY, fragments: Number.POSITIVE_INFINITY },
    open({ engine }) {
      engine.inParts = true;
    },
    connect: () => ({
      message() {},
      part(data, last) {
        bytes += Buffer.byteLength(data);
        hash.update(data);
        if (last) received.resolve({ bytes, hash: hash.digest("hex") });
      },
      close: ({ error }) => received.reject(error ?? new Error("closed before the message had come")),
    }),
  });
  return { port, received: received.promise };
}

/** The same chunk again and again, and a look at something after every sixty-fourth. */
function* repeat(chunk: Message, count: number, look = () => {}): Generator<Message> {
  for (let at = 1; at <= count; at++) {
    yield chunk;
    if (at % 64 === 0) look();
  }
}

function hashOf(chunks: Iterable<Message>): string {
  const hash = createHash("sha1");
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest("hex");
}

function join(parts: readonly Message[]): Message {
  return typeof parts[0] === "string" ? parts.join("") : Buffer.concat(parts as Uint8Array[]);
}
