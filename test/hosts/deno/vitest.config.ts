/** Vitest inside Deno: the suite of all wires and the lifecycle table, with `App` as Deno has it. */

import { defineConfig } from "vitest/config";
import { doorOf } from "./door.ts";
import { allBut, SERVE_LACKS } from "./lacks.ts";

const root = new URL("../../../", import.meta.url).pathname;
const door = doorOf(process.env);
const app = { listen: "src/index.deno.ts", serve: "test/hosts/deno/served-app.ts" }[door];

export default defineConfig({
  root,
  cacheDir: `.cache/vitest-deno-${door}`,
  // The tests import the door by its path; so does the door of Deno, from beside it.
  resolve: { alias: [{ find: /^(?:\.\.\/)+src\/index\.ts$/, replacement: `${root}${app}` }] },
  test: {
    name: `deno, by ${door}`,
    include: [
      "test/server/lifecycle/*.test.ts",
      "test/hosts/deno/inside/*.ts",
      "test/hosts/deno/certificate-check.test.ts",
    ],
    // Deno's worker threads are not all that Vitest wants of them.
    pool: "forks",
    isolate: false,
    maxWorkers: 2,
    testTimeout: 5_000,
    experimental: { fsModuleCache: true, fsModuleCachePath: `.cache/vitest-deno-${door}/modules` },
    // Other suites run beside this one, and take its time.
    retry: 1,
    expect: { requireAssertions: true },
    testNamePattern: door === "serve" ? allBut(SERVE_LACKS) : /^/,
  },
});
