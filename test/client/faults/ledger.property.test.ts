/** Whatever is sent, and whatever happens to the connections: at most once, in order, and no loss that is not counted. */

import fc from "fast-check";
import { test } from "vitest";
import { agreement } from "../../support/agreements.ts";
import { Ledger } from "../../support/fault-ledger.ts";
import { settle } from "../../support/socket-pair.ts";

/** What a user does, or the world. */
const ACTS: Record<string, (ledger: Ledger, size: number) => unknown> = {
  send: (ledger, size) => ledger.send(size),
  "send many": (ledger, size) => {
    for (let i = size % 40; i > 0; i--) ledger.send(i);
  },
  "send a stream": (ledger, size) => ledger.sendStream(size),
  ping: (ledger) => ledger.ping(),
  settle,
  "a turn": () => new Promise((resolve) => setImmediate(resolve)),
  "pass time": ({ runtime }, size) => runtime.clock.pass(size),
  cut: ({ line }) => line.cut(),
  "break the client's end": ({ runtime }) => runtime.server.client.fail(new Error("cable")),
  "break the server's end": ({ runtime }) => runtime.server.stream.fail(new Error("cable")),
  "stall up": ({ line }) => line.stall("up"),
  "stall down": ({ line }) => line.stall("down"),
  flow: ({ line }) => line.flow(),
  "the server sends": ({ runtime }, size) => void runtime.server.socket.send("x".repeat(size)),
  // A server that closes behind a message which is still being compressed drops what comes, and its pong overtakes both.
  "the server closes": ({ runtime: { server } }, size) => {
    if (server.socket.bufferedAmount === 0) void server.socket.close(3000 + size);
  },
  "the server terminates": ({ runtime }) => runtime.server.socket.terminate(),
  "the next attempts fail": ({ runtime }, size) => {
    for (let i = size % 3; i > 0; i--) runtime.script.push(new Error("refused"));
  },
  "the next attempt hangs": ({ runtime }) => runtime.script.push("waits"),
};
/** What ends a connection comes seldom, so that something happens before. */
const ENDS = /cut|break|closes|terminates|attempt/;
const names = Object.keys(ACTS);

const act = fc.record({
  name: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...names.filter((name) => !ENDS.test(name))) },
    { weight: 1, arbitrary: fc.constantFrom(...names.filter((name) => ENDS.test(name))) },
  ),
  size: fc.oneof(fc.nat(20), fc.nat(900), fc.nat(100_000)),
});
const bytes = fc.option(fc.oneof(fc.nat(100), fc.nat(2_000), fc.nat(300_000)), { nil: undefined });
const fault = fc.record({ up: bytes, down: bytes, how: fc.constantFrom("fin" as const, "reset" as const) });
const options = fc.record({
  isCompressed: fc.boolean(),
  stream: fc.constantFrom({}, { chunk: 61 }, { chunk: 3_000, highWaterMark: 1_000 }),
});

test("at most once, in order, and no loss that is not counted", async () => {
  await fc.assert(
    fc.asyncProperty(
      options,
      fc.array(fault, { maxLength: 4 }),
      fc.array(act, { maxLength: 60, size: "max" }),
      async ({ isCompressed, stream }, faults, acts) => {
        const ledger = new Ledger(faults, isCompressed ? { deflate: agreement() } : {}, stream);
        await ledger.open({ timeout: 3_000 });
        for (const { name, size } of acts) await ACTS[name]!(ledger, name.includes("closes") ? size % 1_000 : size);
        await ledger.settleUp();
      },
    ),
    { numRuns: 400, timeout: 20_000 },
  );
});
