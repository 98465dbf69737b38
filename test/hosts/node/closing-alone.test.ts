/** A process that has nothing left but an app that closes: it lives until that is done. */

import { expect, it, vi } from "vitest";
import { ChildProgram } from "./child-program.ts";

vi.setConfig({ testTimeout: 30_000 });

it("waits for the deadline, though the handler that is waited for keeps no process", async () => {
  const program = new ChildProgram("closing-alone.ts");

  expect(await program.rest()).toEqual(["closed"]);
  expect(await program.ended()).toEqual({ code: 0, signal: null });
});
