/** A batch among messages with context takeover: it only costs the window what was compressed. */

import { expect, test } from "vitest";
import { nodePlatform } from "../../src/protocol/node/platform.ts";
import { PreparedBatch } from "../../src/protocol/prepared-batch.ts";
import { PreparedMessage } from "../../src/protocol/prepared-message.ts";
import { agreement } from "../support/agreements.ts";
import { takeBytes } from "../support/feed.ts";
import { makeEnd } from "../support/pair.ts";

const DOCUMENT = Array.from({ length: 400 }, (_, at) => String.fromCharCode(33 + ((at * 7919) % 90))).join("");

test.each([
  ["below the threshold leaves what the compressor knows", "hi", true],
  ["that was compressed makes it start afresh", "x".repeat(300), false],
] as const)("%s", (_what, text, isRemembered) => {
  const { engine } = makeEnd("server", { deflate: agreement({ threshold: 100 }) });
  engine.send(DOCUMENT);
  takeBytes(engine);

  engine.sendPrepared(new PreparedBatch([new PreparedMessage(text, nodePlatform)], nodePlatform));
  takeBytes(engine);
  engine.send(DOCUMENT);

  // All of it refers to what was sent before, or nothing does.
  expect(takeBytes(engine).length < 60).toBe(isRemembered);
});
