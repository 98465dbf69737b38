/** Waiting until a Node stream takes more. */

import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { drained } from "../../../src/protocol/node/index.ts";
import { turns } from "../../support/run.ts";

/** A stream that takes what it is given when the test says so. */
function slowStream() {
  const waiting: (() => void)[] = [];
  const stream = new Writable({
    highWaterMark: 10,
    write: (_chunk, _encoding, done) => waiting.push(done),
  });
  return { stream, take: () => waiting.shift()?.() };
}

function watch(promise: Promise<void>) {
  const watched = { resolved: false };
  promise.then(() => {
    watched.resolved = true;
  });
  return watched;
}

test("with room, it resolves in the next turn: not before what this turn sends has been written", async () => {
  const { stream } = slowStream();

  const watched = watch(drained(stream));
  await Promise.resolve();
  expect(watched.resolved).toBe(false);
  await turns(2);

  expect(watched.resolved).toBe(true);
});

test("without room, it resolves with `drain`", async () => {
  const { stream, take } = slowStream();
  const watched = watch(drained(stream));
  stream.write(new Uint8Array(100));
  await turns(3);
  expect(watched.resolved).toBe(false);

  take();
  await turns(2);

  expect(watched.resolved).toBe(true);
});

test.each(["before", "meanwhile"])("a stream that was destroyed %s never takes more, and it resolves", async (when) => {
  const { stream } = slowStream();
  stream.write(new Uint8Array(100));
  if (when === "before") stream.destroy();

  const watched = watch(drained(stream));
  await turns(2);
  stream.destroy();
  await turns(2);

  expect(watched.resolved).toBe(true);
});

test("it leaves no listeners behind", async () => {
  const { stream, take } = slowStream();
  const before = stream.listenerCount("drain") + stream.listenerCount("close");
  stream.write(new Uint8Array(100));

  const waits = [drained(stream), drained(stream), drained(stream)];
  await turns(2);
  take();
  await Promise.all(waits);

  expect(stream.listenerCount("drain") + stream.listenerCount("close")).toBe(before);
});
