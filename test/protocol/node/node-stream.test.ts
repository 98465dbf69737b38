/** What a Node stream keeps alive: nothing of ours once it has closed. */

import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { NodeStream } from "../../../src/protocol/node/node-stream.ts";
import type { ByteStreamListener } from "../../../src/protocol/run/byte-stream.ts";

it("lets go of its listener when it has closed, since Node's handle may keep the stream for long", async () => {
  const stream = new PassThrough();
  let tell = () => {};
  const closed = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const listener: ByteStreamListener = {
    streamOnData: () => {},
    streamOnDrain: () => {},
    streamOnEnd: () => {},
    streamOnClose: () => tell(),
  };
  new NodeStream(stream).open(listener);
  expect(valuesOf(stream)).toContain(listener);

  stream.destroy();
  await closed;

  expect(valuesOf(stream)).not.toContain(listener);
});

function valuesOf(object: object): unknown[] {
  return Reflect.ownKeys(object).map((key) => (object as Record<PropertyKey, unknown>)[key]);
}
