/** Loaded before tests that run inside Bun: the door is Bun's door, and what Bun's test runner lacks is added. */

// @ts-expect-error: the project has no types of Bun.
import { expect, mock } from "bun:test";
import { setTimeout as sleep } from "node:timers/promises";

const door = await import("../../../../src/index.bun.ts");
mock.module(new URL("../../../../src/index.ts", import.meta.url).pathname, () => ({ ...door }));

/** Vitest's `expect.poll(look).toBe(…)`, also with `not`. */
expect.poll = (look: () => unknown, { timeout = 1000, interval = 10 } = {}) => matchersFor(look, { timeout, interval });

function matchersFor(look: () => unknown, how: { timeout: number; interval: number; isNot?: boolean }): object {
  const get = (_: object, name: string) => {
    if (name === "not") return matchersFor(look, { ...how, isNot: true });
    return async (...args: unknown[]) => {
      for (const end = performance.now() + how.timeout; ; await sleep(how.interval)) {
        try {
          const outcome = expect(await look());
          return (how.isNot ? outcome.not : outcome)[name](...args);
        } catch (error) {
          if (performance.now() > end) throw error;
        }
      }
    };
  };
  return new Proxy({}, { get });
}
