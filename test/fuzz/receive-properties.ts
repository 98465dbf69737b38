/** What must hold of receiving, whatever comes: the same at every split, errors of the table only, memory within bounds. */

import assert from "node:assert/strict";
import fc from "fast-check";
import * as errors from "../../src/errors.ts";
import type { DeflateAgreement } from "../../src/protocol/deflate/agreement.ts";
import type { Role } from "../../src/protocol/frame-header.ts";
import type { Limits } from "../../src/protocol/limits.ts";
import { defaultLimits } from "../../src/protocol/limits.ts";
import type { Message } from "../../src/protocol/message.ts";
import { bytewise, feed, line, settled, split, takeBytes } from "../support/feed.ts";
import { readFrames } from "../support/frames.ts";
import { join, toHex } from "../support/hex.ts";
import type { End } from "../support/pair.ts";
import { makeEnd } from "../support/pair.ts";
import type { Recorded } from "../support/recorder.ts";
import * as arbitrary from "./arbitraries.ts";
import { writeStream } from "./write-stream.ts";

interface Setting {
  readonly role: Role;
  readonly deflate: DeflateAgreement | null;
  readonly limits?: Partial<Limits>;
}

interface Arrival {
  readonly cuts: "everywhere" | readonly number[];
  readonly offset: number;
  readonly waits: boolean;
}

/** Everything that one side said and did, as text. */
interface Outcome {
  readonly events: string[];
  readonly output: string;
  readonly state: string;
  readonly transport: string;
}

const KEY = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);
const setting = { role: arbitrary.role, deflate: arbitrary.maybeDeflate };

/** A valid stream is read as it was meant, and answered as the RFC wants it, however it arrives. */
export const validStreamsAreUnderstood = fc.asyncProperty(
  fc.record(setting),
  arbitrary.stream,
  arbitrary.maskingKey,
  arbitrary.arrival,
  async (settings, items, key, arrival) => {
    const { bytes, events, answers } = writeStream(items, { ...settings, key });
    const end = makeEnd(settings.role, settings);
    await receive(end, bytes, arrival);
    assert.deepEqual(end.sink.events.map(line), events.map(line));
    const output = readFrames(takeBytes(end.engine)).map(({ opcode, payload }) => `${opcode} ${toHex(payload)}`);
    assert.deepEqual(
      output,
      answers.map(({ opcode, payload }) => `${opcode} ${toHex(payload)}`),
    );
  },
);

/** The same, when messages come in parts: joined, they are the messages, and no text is cut inside a character. */
export const partsAreTheMessages = fc.asyncProperty(
  fc.record(setting),
  arbitrary.stream,
  arbitrary.arrival,
  async (settings, items, arrival) => {
    const { bytes, events } = writeStream(items, { ...settings, key: KEY });
    const end = makeEnd(settings.role, settings);
    end.engine.inParts = true;
    await receive(end, bytes, arrival);
    const parts = end.sink.events.flatMap((event) => (event.type === "part" ? [event] : []));
    for (const { data } of parts) if (typeof data === "string") assert.equal(Buffer.from(data).toString(), data);
    const messages = events.flatMap((event) => (event.type === "message" ? [event] : []));
    assert.deepEqual(joinParts(parts).map(line), messages.map(line));
  },
);

/** Pauses, wherever they come, change nothing but the time: no event comes during one, and none is lost. */
export const pausesLoseNothing = fc.asyncProperty(
  fc.record(setting),
  arbitrary.stream,
  arbitrary.arrival,
  fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }),
  async (settings, items, arrival, pauses) => {
    const { bytes, events } = writeStream(items, { ...settings, key: KEY });
    const end = makeEnd(settings.role, settings);
    const { engine, sink } = end;
    let paused = false;
    for (const name of ["message", "ping", "pong", "close"] as const) {
      const record = (sink[name] as (...args: unknown[]) => void).bind(sink);
      sink[name] = (...args: unknown[]) => {
        assert(!paused, "nothing comes during a pause");
        record(...args);
        paused = pauses[sink.events.length % pauses.length]!;
        if (paused) engine.pause();
      };
    }
    await receive(end, bytes, { ...arrival, waits: true });
    while (paused) {
      paused = false;
      engine.resume();
      await settled(engine);
    }
    assert.deepEqual(sink.events.map(line), events.map(line));
  },
);

function joinParts(parts: readonly { data: Message; last: boolean }[]): Recorded[] {
  const messages: Recorded[] = [];
  let begun: Message[] = [];
  for (const { data, last } of parts) {
    begun.push(data);
    if (!last) continue;
    const isText = typeof data === "string";
    messages.push({ type: "message", data: isText ? begun.join("") : join(...(begun as Uint8Array[])) });
    begun = [];
  }
  return messages;
}

/** The same bytes, whole or in pieces, give the same events and the same output. */
function sameAtAnySplit(streams: fc.Arbitrary<{ settings: Setting; bytes: Uint8Array }>) {
  return fc.asyncProperty(streams, arbitrary.arrival, async ({ settings, bytes }, arrival) => {
    const whole = makeEnd(settings.role, settings);
    const pieces = makeEnd(settings.role, settings);
    const expected = await outcome(whole, bytes, { cuts: [], offset: 0, waits: true });
    const got = await outcome(pieces, bytes, arrival);
    assert.deepEqual(got, expected);
    for (const end of [whole, pieces]) {
      checkEvents(end);
      checkOutput(end, expected);
      checkMemory(end, bytes.length, settings.limits);
    }
  });
}

const wellFormed = fc
  .record({ ...setting, limits: arbitrary.limits, items: arbitrary.stream, key: arbitrary.maskingKey })
  .map(({ items, key, ...settings }) => ({ settings, bytes: writeStream(items, { ...settings, key }).bytes }));

/** Streams within the rules, some of them beyond the limits. */
export const validStreamsAreTheSameAtAnySplit = sameAtAnySplit(wellFormed);

/** Streams that were valid before a byte or two changed. */
export const mutatedStreamsAreTheSameAtAnySplit = sameAtAnySplit(
  fc
    .tuple(wellFormed, arbitrary.mutations)
    .map(([{ settings, bytes }, changes]) => ({ settings, bytes: arbitrary.mutate(bytes, changes) })),
);

/** Frames in any order, and bytes that are no frames at all. */
export const anyBytesAreTheSameAtAnySplit = sameAtAnySplit(
  fc.record({
    settings: fc.record({ ...setting, limits: arbitrary.limits }),
    bytes: fc.oneof({ weight: 3, arbitrary: arbitrary.frameSoup }, fc.uint8Array({ maxLength: 200, size: "large" })),
  }),
);

async function receive(end: End, bytes: Uint8Array, { cuts, offset, waits }: Arrival): Promise<void> {
  const fewEnough = bytes.length <= 4096;
  const pieces = cuts === "everywhere" ? (fewEnough ? bytewise(bytes) : split(bytes, [1, 2, 3])) : split(bytes, cuts);
  const chunks = pieces.map((piece) => inside(piece, offset));
  if (waits) await feed(end.engine, chunks.map(view));
  else {
    for (const chunk of chunks) end.engine.receive(view(chunk));
    await settled(end.engine);
  }
  for (const { memory, from, to } of chunks) {
    const around = [...memory.subarray(0, from), ...memory.subarray(to)];
    assert(
      around.every((byte) => byte === GUARD),
      "it wrote outside of the chunk",
    );
  }
}

const GUARD = 0x5a;

function inside(piece: Uint8Array, offset: number) {
  const memory = new Uint8Array(offset + piece.length + (offset > 8 ? offset : 0)).fill(GUARD);
  memory.set(piece, offset);
  return { memory, from: offset, to: offset + piece.length };
}

function view({ memory, from, to }: { memory: Uint8Array; from: number; to: number }): Uint8Array {
  return memory.subarray(from, to);
}

async function outcome(end: End, bytes: Uint8Array, arrival: Arrival): Promise<Outcome> {
  await receive(end, bytes, arrival);
  const { engine, sink } = end;
  const output = toHex(takeBytes(engine));
  return { events: sink.events.map(line), output, state: engine.state, transport: engine.transport };
}

const failures = new Map<string, number>(
  Object.values(errors).flatMap((kind) => ("closeCode" in kind ? [[kind.code, kind.closeCode]] : [])),
);

/** `close` comes once and last, exactly when the connection has ended; its error is one of the table. */
function checkEvents({ engine, sink }: End): void {
  const closes = sink.events.filter((event) => event.type === "close");
  assert.equal(closes.length, engine.state === "closed" ? 1 : 0);
  if (closes.length === 1) assert.equal(sink.events.at(-1)!.type, "close");
  const error = closes[0]?.error;
  if (error !== undefined) assert.equal(closes[0]?.code, failures.get(error), `an error of the table: ${error}`);
  for (const event of sink.events) {
    const data = event.type === "message" ? event.data : undefined;
    if (data instanceof Uint8Array) assert.equal(Object.getPrototypeOf(data), Uint8Array.prototype);
  }
}

/** At most one Close frame goes out, and nothing behind it. */
function checkOutput({ engine }: End, { output }: Outcome): void {
  const opcodes = readFrames(Uint8Array.from(Buffer.from(output, "hex"))).map(({ opcode }) => opcode);
  assert(opcodes.every((opcode) => opcode === 8 || opcode === 10));
  assert.equal(opcodes.indexOf(8), engine.state === "closed" ? opcodes.length - 1 : -1);
}

/** Memory grows with what came, not with what was announced, and stays within the limit on messages. */
function checkMemory({ platform }: End, received: number, limits: Partial<Limits> = {}): void {
  const came = received + platform.inflated;
  const { messageSize = defaultLimits.messageSize } = limits;
  const most = Math.max(SHARED_MEMORY, Math.min(4 * came, messageSize * 1.125 + 1024));
  assert(platform.largest <= most, `${platform.largest} bytes at once for ${came}, limit ${messageSize}`);
  assert(platform.allocated <= 2 * SHARED_MEMORY + 20 * came, `${platform.allocated} bytes in all for ${came}`);
}

/** What connections share: output and small messages are laid side by side. */
const SHARED_MEMORY = 65_536;
