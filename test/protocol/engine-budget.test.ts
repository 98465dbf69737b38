/** What one turn of the event loop may cost: many small messages are as much work as a large one. */

import { deflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { SendOrder } from "../../src/protocol/send-order.ts";
import { sendStream } from "../../src/protocol/send-stream.ts";
import { agreement } from "../support/agreements.ts";
import { settled } from "../support/feed.ts";
import { frame } from "../support/frames.ts";
import { join } from "../support/hex.ts";
import { makeEnd } from "../support/pair.ts";

const small = frame({ opcode: 1, rsv: 4, payload: deflateRawSync("x", { finishFlush: 2 }).subarray(0, -4) });
const bomb = frame({
  opcode: 2,
  rsv: 4,
  payload: deflateRawSync(new Uint8Array(200_000), { finishFlush: 2 }).subarray(0, -4),
});

test.each([
  ["7,000 messages of one byte", small, 7000, 300],
  ["200 messages that inflate to 200 KB", bomb, 200, 10],
])("one chunk with %s is read in several turns, and in order", async (_name, message, count, most) => {
  const { engine, sink } = makeEnd("client", { deflate: agreement() });

  const state = engine.receive(join(...new Array(count).fill(message)));
  const atOnce = sink.messages.length;
  while (sink.messages.length < count) await new Promise((resolve) => setImmediate(resolve));
  await settled(engine);

  expect(state).toBe("suspended");
  expect(atOnce).toBeGreaterThan(0);
  expect(atOnce).toBeLessThanOrEqual(most);
  expect(sink.messages).toHaveLength(count);
});

test("what waits is released in linear time", () => {
  const order = new SendOrder();
  let sent = 0;
  order.hold(1);
  for (let i = 0; i < 200_000; i++) order.run(0, () => sent++);
  const before = process.cpuUsage();

  order.release();

  // It took fifteen seconds when each one moved all the others.
  expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
  expect(sent).toBe(200_000);
});

test("a stream whose source gives nothing lets go when the connection ends", async () => {
  const { engine } = makeEnd("server");
  let stopped = false;
  const stalled = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise<IteratorResult<string>>(() => {}),
      return: async () => {
        stopped = true;
        return { done: true as const, value: undefined };
      },
    }),
  };

  const sending = sendStream(engine, stalled, { drained: async () => {} });
  engine.abort();

  await expect(sending).rejects.toMatchObject({ code: "NOT_OPEN" });
  expect(stopped).toBe(true);
});

test("a stream that fails before it gave anything leaves the connection open", async () => {
  const { engine } = makeEnd("server");

  // biome-ignore lint/correctness/useYield: it fails before.
  async function* broken(): AsyncGenerator<string> {
    throw new Error("no such file");
  }

  await expect(sendStream(engine, broken(), { drained: async () => {} })).rejects.toThrow("no such file");
  expect(engine.state).toBe("open");
});
