/** Two sockets, whatever is done with them: when both have ended, nothing is left; and what arrives is what was sent. */

import fc from "fast-check";
import { expect, test } from "vitest";
import type { SlowConsumerPolicy } from "../../src/socket/socket-config.ts";
import type { SocketEnd, SocketPair } from "../support/socket-pair.ts";
import { settle, socketPair } from "../support/socket-pair.ts";

type Who = "server" | "client";

interface Run {
  readonly pair: SocketPair;
  /** All that was promised; each has to settle. */
  readonly promises: Promise<unknown>[];
  readonly sent: Record<Who, string[]>;
  count: number;
}

type Act = (end: SocketEnd, run: Run, who: Who) => unknown;

/** What a user, or the world, may do to one end. */
const acts: Record<string, (size: number) => Act> = {
  send: (size) => (end, run, who) => {
    const text = `${run.count++} ${"x".repeat(size)}`;
    if (end.socket.open) run.sent[who].push(text);
    return end.socket.send(text);
  },
  "send many": (size) => (end, run, who) => {
    for (let i = size % 50; i > 0; i--) {
      const text = `${run.count++} ${i}`;
      if (end.socket.open) run.sent[who].push(text);
      run.promises.push(end.socket.send(text).catch(() => {}));
    }
  },
  "send bytes":
    (size) =>
    ({ socket }) =>
      socket.send(new Uint8Array(size)),
  "send a stream": (size) => (end, run, who) => {
    const text = `${run.count++} ${"x".repeat(size)}`;
    if (end.socket.open) run.sent[who].push(text);
    return end.socket.sendStream([text.slice(0, 5), text.slice(5)]);
  },
  "send a stream that fails":
    (size) =>
    ({ socket }) =>
      socket.sendStream(
        (function* () {
          yield "x".repeat(size);
          throw new Error("source");
        })(),
      ),
  "send a stream that hangs":
    () =>
    ({ socket }) =>
      socket.sendStream({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) }),
  receive:
    (size) =>
    ({ socket }) =>
      socket.receive({ timeout: size }),
  "receive text":
    () =>
    ({ socket }) =>
      socket.receiveText(),
  "receive JSON":
    () =>
    ({ socket }) =>
      socket.receiveJson(),
  iterate:
    (size) =>
    async ({ socket }) => {
      let left = size % 20;
      for await (const _ of socket) if (left-- === 0) break;
    },
  ignore:
    () =>
    ({ socket }) =>
      socket.ignoreMessages(),
  listen:
    (size) =>
    ({ link, config }) => {
      let left = size;
      const message = () => {
        if (left-- === 0) throw new Error("event");
        return left % 3 === 0 ? new Promise<void>((resolve) => config.clock.after(10, resolve)) : undefined;
      };
      link.listen({ open: () => {}, message, failed: () => link.close(1011, ""), end: () => {} });
    },
  ping:
    (size) =>
    ({ socket }) =>
      socket.ping({ timeout: size }),
  expires:
    (size) =>
    ({ socket }) =>
      socket.expires(size % 5 === 0 ? null : Date.now() + size),
  close:
    (size) =>
    ({ socket }) =>
      socket.close(3000 + (size % 1000), "x".repeat(size % 200)),
  terminate:
    () =>
    ({ socket }) =>
      socket.terminate(),
  "end the stream":
    () =>
    ({ stream }) =>
      stream.end(),
  "break the stream":
    () =>
    ({ stream }) =>
      stream.fail(new Error("cable")),
  block:
    () =>
    ({ stream }) =>
      stream.block(),
  unblock:
    () =>
    ({ stream }) =>
      stream.unblock(),
  "pass time":
    (size) =>
    (_end, { pair }) =>
      pair.clock.pass(size / 20),
  settle: () => settle,
};
/** What ends a connection comes seldom, so that something happens before. */
const ENDS = /close|terminate|fails|hangs|end the|break|expires|^block/;

const act = fc.record({
  name: fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom(...Object.keys(acts).filter((name) => !ENDS.test(name))) },
    { weight: 1, arbitrary: fc.constantFrom(...Object.keys(acts).filter((name) => ENDS.test(name))) },
  ),
  who: fc.constantFrom<Who>("server", "client"),
  size: fc.oneof(fc.nat(20), fc.nat(5_000), fc.nat(100_000)),
});

const options = fc.record({
  slowConsumer: fc.constantFrom<SlowConsumerPolicy>("close", "drop-oldest", "drop-newest"),
  overRate: fc.constantFrom("close" as const, "pause" as const),
  limits: fc.record(
    {
      sendBuffer: fc.constantFrom(100_000, 300_000),
      receiveMessages: fc.constantFrom(1, 4),
      receiveBytes: fc.constantFrom(1, 50_000),
      messagesPerSecond: fc.constantFrom(3, 50),
      bytesPerSecond: fc.constantFrom(1_000, 100_000),
      idleTimeout: fc.constantFrom(5_000),
      lifetime: fc.constantFrom(20_000),
    },
    { requiredKeys: [] },
  ),
});

test("after any life and any end, nothing is left: no byte, no timer, no promise", async () => {
  await fc.assert(
    fc.asyncProperty(options, fc.array(act, { maxLength: 60, size: "max" }), async (given, steps) => {
      const pair = socketPair({ ...given, stream: { chunk: 30_000 } });
      const run: Run = { pair, promises: [], sent: { server: [], client: [] }, count: 0 };
      for (const { name, who, size } of steps) {
        const result = acts[name]!(size)(pair[who], run, who);
        if (name === "pass time" || name === "settle") await result;
        else if (result instanceof Promise) run.promises.push(result.catch(() => {}));
        if (size % 4 === 0) await settle();
      }

      pair.server.stream.unblock();
      pair.client.stream.unblock();
      void pair.server.socket.close();
      await pair.clock.pass(120_000);

      expect([pair.server.socket.state, pair.client.socket.state]).toEqual(["closed", "closed"]);
      await Promise.all(run.promises);
      expect(pair.budget.used).toBe(0);
      expect(pair.wheel.size).toBe(0);
      await pair.clock.pass(120_000);
      expect(pair.clock.timers).toBe(0);
      expect([pair.server.stream.closed, pair.client.stream.closed]).toEqual([true, true]);
      for (const [who, other] of [
        ["server", "client"],
        ["client", "server"],
      ] as const) {
        const arrived = pair[other].reports.received.filter((data) => typeof data === "string" && /^\d+ /.test(data));
        expect(isPartOf(arrived as string[], run.sent[who])).toBe(true);
      }
    }),
    { numRuns: 1_000, timeout: 20_000 },
  );
});

/** Whether all of `part` is in `whole`, in the same order. */
function isPartOf(part: string[], whole: string[]): boolean {
  let at = 0;
  for (const text of whole) if (text === part[at]) at++;
  return at === part.length;
}
