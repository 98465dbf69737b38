/** The properties of the protocol engine, each for a few seconds; `npm run fuzz` runs the same for as long as one likes. */

import fc from "fast-check";
import { describe, test } from "vitest";
import { properties } from "../fuzz/properties.ts";

describe("the engine", () => {
  test.each(Object.entries(properties))("%s", async (_name, { property, runs }) => {
    await fc.assert(property, { numRuns: runs, timeout: 20_000, interruptAfterTimeLimit: 60_000 });
  });
});
