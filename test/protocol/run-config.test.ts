/** What is the same for many connections is there once. */

import { expect, test } from "vitest";
import { answerDeflate } from "../../src/protocol/deflate/agreement.ts";
import { resolveCompression } from "../../src/protocol/deflate/compression-options.ts";
import { readExtensions } from "../../src/protocol/deflate/extension-header.ts";
import { nodePlatform } from "../../src/protocol/node/index.ts";
import { systemClock } from "../../src/protocol/run/clock.ts";
import { RunConfig } from "../../src/protocol/run/run-config.ts";
import { agreement } from "../support/agreements.ts";

const limits = { messageSize: 1000 };
const parts = { role: "server", platform: nodePlatform, clock: systemClock, closeTimeout: 1000, limits } as const;

test("connections with the same parts share one", () => {
  const config = RunConfig.of({ ...parts });

  expect(RunConfig.of({ ...parts, deflate: null, autoPong: true })).toBe(config);
  expect(config.limits).toMatchObject({ messageSize: 1000, fragments: 16_384 });
});

test.each([
  ["role", { role: "client" }],
  ["limits", { limits: { messageSize: 1000 } }],
  ["closeTimeout", { closeTimeout: 1001 }],
  ["deflate", { deflate: agreement() }],
  ["autoPong", { autoPong: false }],
] as const)("another %s is another one", (_name, other) => {
  const config = RunConfig.of(parts);

  const made = RunConfig.of({ ...parts, ...other });

  expect(made).not.toBe(config);
  expect(RunConfig.of(parts)).toBe(config);
});

test("a bad limit throws, and is not kept", () => {
  const bad = { ...parts, limits: { messageSize: 0 } };

  expect(() => RunConfig.of(bad)).toThrow("limits.messageSize is 0");
  expect(() => RunConfig.of(bad)).toThrow("limits.messageSize is 0");
});

test("clients that agree alike on compression share one agreement", () => {
  const ours = resolveCompression(true)!;
  const answer = (header: string) => {
    const offers = readExtensions(header);
    return "extensions" in offers ? answerDeflate(offers.extensions, ours)?.agreement : undefined;
  };

  const first = answer("permessage-deflate; client_max_window_bits");

  expect(first).toBeDefined();
  expect(answer("permessage-deflate; client_max_window_bits")).toBe(first);
  expect(answer("permessage-deflate; server_max_window_bits=10")).not.toBe(first);
  expect(answer("permessage-deflate; server_max_window_bits=10")?.sendWindowBits).toBe(10);
});
