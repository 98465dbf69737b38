/** Vitest's projects: one for each folder of test/, and one for the property tests of all of them. */

import { defineConfig } from "vitest/config";
import { PROJECTS } from "./scripts/vitest.mjs";

const PROPERTY_TESTS = "**/*.property.test.ts";

/** How long a test may take, where five seconds are too few: real peers, a real browser, the TypeScript compiler. */
const TIMEOUTS: Record<string, number> = {
  conformance: 30_000,
  interop: 60_000,
  browser: 60_000,
  house: 60_000,
  examples: 60_000,
  frameworks: 60_000,
  scale: 120_000,
  brokers: 60_000,
  cluster: 120_000,
  blocking: 30_000,
  cli: 30_000,
  speed: 60_000,
};

const folders = PROJECTS.filter((name) => name !== "property");

export default defineConfig({
  // Tests that are written as users write know the doors by their names, and what lies in src/ behind them.
  resolve: {
    alias: [
      { find: /^antiphon$/, replacement: `${import.meta.dirname}/src/index.ts` },
      { find: /^antiphon\/(redis|nats)$/, replacement: `${import.meta.dirname}/src/brokers/$1/index.ts` },
      { find: /^antiphon\/(.+)$/, replacement: `${import.meta.dirname}/src/$1/index.ts` },
    ],
  },
  cacheDir: ".cache/vitest",
  test: {
    projects: [
      ...folders.map((name) => ({
        extends: true as const,
        test: {
          name,
          include: [`test/${name}/**/*.test.ts`],
          exclude: [PROPERTY_TESTS],
          testTimeout: TIMEOUTS[name] ?? 5_000,
          hookTimeout: TIMEOUTS[name] ?? 10_000,
          // A test that expects nothing passes for ever.
          expect: { requireAssertions: true },
        },
      })),
      {
        extends: true as const,
        // fast-check asserts by itself, so that here a test need not call expect().
        test: { name: "property", include: [`test/${PROPERTY_TESTS}`], testTimeout: 120_000 },
      },
    ],
  },
});
