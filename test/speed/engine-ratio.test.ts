/** How our engine stands to that of `ws`, by CPU time in one process: a slow-down shows as a ratio that has fallen. */

import { expect, test } from "vitest";
import { Child } from "../../bench/support/child.ts";
import type { RatioWork } from "./ratio-work.ts";

/**
 * Behind each, what it measured when the limit was set, on a machine that had five times as much to do as it has cores.
 * Large texts that are sent cost their encoding and nothing else, on both sides.
 */
const LEAST: readonly (Omit<RatioWork, "rounds"> & { readonly ratio: number })[] = [
  { direction: "receive", size: 64, ratio: 2.3 }, // 3.4
  { direction: "receive", size: 1024, ratio: 3.0 }, // 4.6
  { direction: "receive", size: 65_536, ratio: 3.0 }, // 4.7
  { direction: "receive", size: 1_048_576, ratio: 4.0 }, // 6.3
  { direction: "send", size: 64, ratio: 1.6 }, // 2.4
  { direction: "send", size: 1024, ratio: 1.6 }, // 2.4
  { direction: "send", size: 65_536, ratio: 0.75 }, // 0.98
  { direction: "send", size: 1_048_576, ratio: 0.75 }, // 1.0
];

test("our engine takes a fraction of the CPU time of ws", async ({ annotate }) => {
  await using child = new Child(new URL("ratio-work.ts", import.meta.url));
  for (const { direction, size, ratio: least } of LEAST) {
    const what = `${direction} texts of ${size} bytes`;
    const ratio = await child.ask<number>("ratio", { direction, size, rounds: 9 } satisfies RatioWork);
    await annotate(`${what}: ${ratio.toFixed(2)}`);
    expect(ratio, what).toBeGreaterThan(least);
  }
});
