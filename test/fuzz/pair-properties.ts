/** What must hold of two engines wired together, whatever each is told to do and when: order, one end, no surprises. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { UsageError } from "../../src/errors.ts";
import type { Message } from "../../src/protocol/message.ts";
import { PreparedMessage } from "../../src/protocol/prepared-message.ts";
import { stateOf } from "../support/feed.ts";
import type { End } from "../support/pair.ts";
import { Pair } from "../support/pair.ts";
import * as arbitrary from "./arbitraries.ts";

/** One thing that is done to one end. */
type Step =
  | { readonly type: "send" | "prepared"; readonly data: Message }
  | { readonly type: "ping" | "pong"; readonly payload: Uint8Array }
  | { readonly type: "close"; readonly code: number; readonly reason: string }
  | { readonly type: "carry"; readonly size: number }
  | { readonly type: "pause" | "resume" | "turn" };

/** Now and then one that is compressed, and inflated, off the event loop. */
const large = fc
  .integer({ min: 60_000, max: 400_000 })
  .map((size) => new Uint8Array(size).map((_, at) => (at * at) >>> 7));

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constantFrom("send" as const, "prepared" as const),
      data: fc.oneof({ weight: 9, arbitrary: arbitrary.data }, large),
    }),
  },
  fc.record({ type: fc.constantFrom("ping" as const, "pong" as const), payload: arbitrary.controlPayload }),
  { weight: 4, arbitrary: fc.record({ type: fc.constant("carry" as const), size: fc.nat({ max: 300 }) }) },
  { weight: 4, arbitrary: fc.constantFrom({ type: "pause" } as const, { type: "resume" } as const) },
  { weight: 3, arbitrary: fc.constant({ type: "turn" } as const) },
  fc.record({ type: fc.constant("close" as const), code: arbitrary.closeCode, reason: fc.string({ unit: "binary" }) }),
);

const ending = fc.constantFrom("close" as const, "both" as const, "end" as const, "abort" as const);

/** What one end hears is what the other sent, in order, to the last if nobody was cut off; and then the end, once. */
export const twoEnginesAgree = fc.asyncProperty(
  arbitrary.maybeDeflate,
  fc.array(fc.tuple(arbitrary.role, step), { maxLength: 30, size: "large" }),
  ending,
  async (deflate, steps, how) => {
    const pair = new Pair({ deflate });
    const sent: Record<"server" | "client", Message[]> = { server: [], client: [] };
    for (const [role, one] of steps) await take(pair, role, one, sent[role]);
    const { server, client } = pair;
    const leavesAlone = server.engine.state === "open" && client.engine.state === "open" && how === "close";
    if (how === "end" || how === "abort") server.engine[how]();
    else server.engine.close(1000);
    if (how === "both") client.engine.close(1001);
    for (const end of [server, client]) end.engine.resume();
    await pair.run();
    if (how === "end" || how === "abort") client.engine[how]();

    for (const [from, to] of [["server", "client"] as const, ["client", "server"] as const]) {
      const heard = pair[to].sink.messages;
      assert.deepEqual(heard, sent[from].slice(0, heard.length), `${to} hears what ${from} sent`);
      if (leavesAlone && from === "server") assert.equal(heard.length, sent[from].length, "and all of it");
    }
    for (const { engine, sink } of [server, client]) {
      assert.equal(engine.state, "closed");
      assert.equal(sink.events.filter(({ type }) => type === "close").length, 1);
      const last = sink.events.at(-1)!;
      assert(last.type === "close" && last.error === undefined, JSON.stringify(last));
      if (how === "close" || how === "both") assert(last.wasClean);
    }
  },
);

async function take(pair: Pair, role: "server" | "client", one: Step, sent: Message[]): Promise<void> {
  const from = pair[role];
  const { engine, platform } = from;
  const wasOpen = engine.state === "open";
  try {
    switch (one.type) {
      case "send":
        engine.send(one.data);
        sent.push(one.data);
        break;
      case "prepared":
        engine.sendPrepared(new PreparedMessage(one.data, platform));
        sent.push(one.data);
        break;
      case "ping":
      case "pong":
        engine[one.type](one.payload);
        break;
      case "close":
        engine.close(one.code, one.reason);
        break;
      case "carry":
        carrySome(from, pair[role === "server" ? "client" : "server"], one.size);
        break;
      case "turn":
        await new Promise((resolve) => setImmediate(resolve));
        break;
      default:
        engine[one.type]();
    }
  } catch (error) {
    assert(error instanceof UsageError && error.code === "NOT_OPEN" && !wasOpen, String(error));
  }
}

/** Carries all output in chunks of this size (of 0: as it is); while the other end pauses, too: then it keeps it. */
function carrySome(from: End, to: End, size: number): void {
  for (const piece of from.engine.take()) {
    for (let at = 0; at < piece.length; at += size || piece.length) {
      const before = to.sink.messages.length;
      const paused = stateOf(to.engine) === "paused";
      to.engine.receive(piece.slice(at, at + (size || piece.length)));
      if (paused) assert.equal(to.sink.messages.length, before, "nothing comes during a pause");
    }
  }
}
