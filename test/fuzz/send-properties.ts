/** What must hold of sending: whatever we send is what our receiver and `ws`'s get, and we get what `ws` sends. */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Engine } from "../../src/protocol/engine.ts";
import type { Message } from "../../src/protocol/message.ts";
import { PreparedMessage } from "../../src/protocol/prepared-message.ts";
import { mirrored } from "../support/agreements.ts";
import { feed, line, settled, split, takeBytes } from "../support/feed.ts";
import type { End } from "../support/pair.ts";
import { makeEnd } from "../support/pair.ts";
import type { Recorded } from "../support/recorder.ts";
import type { WsCall } from "../support/ws-framing.ts";
import { receiveWithWs, sendWithWs } from "../support/ws-framing.ts";
import * as arbitrary from "./arbitraries.ts";

/** One call to an engine. */
type Call =
  | ControlCall
  | { readonly type: "send" | "prepared"; readonly data: Message; readonly compress: boolean }
  | {
      readonly type: "fragments";
      readonly data: Message;
      readonly cuts: readonly number[];
      readonly between: Uint8Array | null;
      readonly compress: boolean;
    };

interface ControlCall {
  readonly type: "ping" | "pong";
  readonly payload: Uint8Array;
}

const call: fc.Arbitrary<Call> = fc.oneof(
  fc.record({
    type: fc.constantFrom("send" as const, "prepared" as const),
    data: arbitrary.data,
    compress: fc.boolean(),
  }),
  fc.record({
    type: fc.constant("fragments" as const),
    data: arbitrary.data,
    cuts: fc.array(fc.nat({ max: 1000 }), { maxLength: 4 }),
    between: fc.option(arbitrary.controlPayload),
    compress: fc.boolean(),
  }),
  fc.record({ type: fc.constantFrom("ping" as const, "pong" as const), payload: arbitrary.controlPayload }),
);

const calls = fc.array(call, { maxLength: 6 });
const close = fc.option(fc.record({ code: arbitrary.closeCode, reason: fc.string({ unit: "binary", maxLength: 20 }) }));
const cuts = fc.array(fc.nat(), { maxLength: 6 });

/** What we send, our receiver and `ws`'s read alike. */
export const whatWeSendIsReceived = fc.asyncProperty(
  arbitrary.role,
  arbitrary.maybeDeflate,
  calls,
  close,
  cuts,
  async (role, deflate, sent, end, places) => {
    const sender = makeEnd(role, { deflate });
    const expected = sent.flatMap((one) => perform(sender, one));
    if (end !== null) {
      sender.engine.close(end.code, end.reason);
      expected.push({ type: "close", code: end.code, reason: cutReason(end.reason), wasClean: true });
    }
    await settled(sender.engine);
    const bytes = takeBytes(sender.engine);
    const other = role === "server" ? "client" : "server";

    const ours = makeEnd(other, { deflate: deflate && mirrored(deflate) });
    await feed(ours.engine, split(bytes, places));
    const controlsMayOvertake = (events: Recorded[]) => [
      ...events.filter(({ type }) => type === "message" || type === "close").map(line),
      ...events.filter(({ type }) => type === "ping" || type === "pong").map(line),
    ];
    assert.deepEqual(controlsMayOvertake(ours.sink.events), controlsMayOvertake(expected));

    const theirs = await receiveWithWs(other, bytes, deflate && mirrored(deflate));
    assert.deepEqual(theirs.map(line), ours.sink.events.map(line));
  },
);

/** What `ws` sends, we read. */
export const whatWsSendsIsReceived = fc.asyncProperty(
  arbitrary.role,
  arbitrary.maybeDeflate,
  calls,
  close,
  cuts,
  async (role, deflate, sent, end, places) => {
    const expected: Recorded[] = [];
    const wsCalls = sent.flatMap((one) => asWsCalls(one, deflate !== null, expected));
    if (end !== null) {
      const reason = cutReason(end.reason);
      wsCalls.push({ type: "close", code: end.code, reason });
      expected.push({ type: "close", code: end.code, reason, wasClean: true });
    }
    const bytes = await sendWithWs(role === "server" ? "client" : "server", wsCalls, deflate && mirrored(deflate));
    const receiver = makeEnd(role, { deflate });
    await feed(receiver.engine, split(bytes, places));
    assert.deepEqual(receiver.sink.events.map(line), expected.map(line));
  },
);

/** Makes the call; gives what the other end is to hear of it. */
function perform({ engine, platform }: End, one: Call): Recorded[] {
  switch (one.type) {
    case "send":
      engine.send(one.data, one);
      return [{ type: "message", data: one.data }];
    case "prepared":
      engine.sendPrepared(new PreparedMessage(one.data, platform), one);
      return [{ type: "message", data: one.data }];
    case "fragments":
      return performFragments(engine, one);
    default:
      engine[one.type](one.payload);
      return [one];
  }
}

function performFragments(engine: Engine, { data, cuts, between, compress }: Call & { type: "fragments" }): Recorded[] {
  const pieces = cutUp(data, cuts);
  const events: Recorded[] = [];
  pieces.forEach((piece, i) => {
    engine.sendFragment(piece, i === pieces.length - 1, { compress });
    if (i === 0 && between !== null) {
      engine.ping(between);
      events.push({ type: "ping", payload: between });
    }
  });
  return [...events, { type: "message", data }];
}

function asWsCalls(one: Call, canCompress: boolean, expected: Recorded[]): WsCall[] {
  if (!("data" in one)) {
    expected.push(one);
    return [one];
  }
  const compress = one.compress && canCompress;
  const pieces = one.type === "fragments" ? cutUp(one.data, one.cuts, true) : [one.data];
  expected.push({ type: "message", data: one.data });
  return pieces.map((data, i) => ({ type: "send", data, fin: i === pieces.length - 1, compress }));
}

/** Pieces of the data; text at any unit, or only between characters. */
function cutUp(data: Message, thousandths: readonly number[], betweenCharacters = false): Message[] {
  const places = [0, ...thousandths.map((cut) => Math.floor((cut * data.length) / 1000)), data.length];
  const fitted = places.map((place) => (betweenCharacters ? beforeCharacter(data, place) : place));
  fitted.sort((a, b) => a - b);
  return fitted.slice(1).map((end, i) => data.slice(fitted[i]!, end));
}

function beforeCharacter(data: Message, place: number): number {
  const isLow = typeof data === "string" && (data.charCodeAt(place) & 0xfc00) === 0xdc00;
  return isLow ? place - 1 : place;
}

/** The longest start of the reason that fits into a Close frame. */
function cutReason(reason: string): string {
  const characters = [...reason];
  while (Buffer.byteLength(characters.join("")) > 123) characters.pop();
  return characters.join("");
}
