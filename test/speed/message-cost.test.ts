/** What a message costs the server: bytes of heap and system calls, which are the same on a busy machine and on an idle one. */

import { expect, test } from "vitest";
import type { MessageCosts } from "./message-costs.ts";
import { ANSWER, costsOf, startServer } from "./message-costs.ts";

test("a message allocates no more than it did, and what a turn sends is one write", async ({ annotate }) => {
  await using ours = startServer();
  await using bare = startServer();
  const port = await ours.ask<number>("app");
  const canned = await bare.ask<number>("canned", ANSWER.toString("latin1"));
  const one = { connections: 8, inFlight: 1, bursts: 1500 };
  const sixteen = { connections: 8, inFlight: 16, bursts: 150 };
  const tell = async (what: string, costs: MessageCosts) => {
    const { heapBytes, reads, writes } = costs;
    await annotate(`${what}: ${heapBytes.toFixed(0)} bytes, ${reads.toFixed(3)} reads, ${writes.toFixed(3)} writes`);
    return costs;
  };

  const least = await tell("bare TCP", await costsOf(bare, { port: canned, path: "/", ...one }));
  const event = await tell("an event", await costsOf(ours, { port, path: "/events", ...one }));
  const iterator = await tell("an iterator", await costsOf(ours, { port, path: "/iterator", ...one }));
  const events = await tell("16 events", await costsOf(ours, { port, path: "/events", ...sixteen }));
  const iterated = await tell("16 of an iterator", await costsOf(ours, { port, path: "/iterator", ...sixteen }));
  const members = { connections: 200, inFlight: 8, bursts: 30, isRoom: true };
  const room = await tell("8 to a room", await costsOf(ours, { port, path: "/room", ...members }));

  // Behind each, what was measured when the limit was set; it wanders by some 20 bytes.
  expect(event.heapBytes - least.heapBytes).toBeLessThan(500); // 390
  expect(iterator.heapBytes - least.heapBytes).toBeLessThan(1350); // 1,140
  expect(events.heapBytes).toBeLessThan(280); // 215
  expect(iterated.heapBytes).toBeLessThan(700); // 590
  expect(room.heapBytes).toBeLessThan(85); // 58
  for (const { writes } of [event, iterator]) expect(writes).toBeLessThan(1.02);
  // A burst may come in two chunks, now and then.
  for (const { writes } of [events, iterated]) expect(writes).toBeLessThan(1.2 / 16);
  expect(room.writes).toBeLessThan(1.2 / 8);
});
