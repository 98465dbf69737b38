/** A process whose only work is to wait for its broker: it does wait, and ends when it has closed. */

import { expect, it, vi } from "vitest";
import { ChildProgram } from "./child-program.ts";

vi.setConfig({ testTimeout: 30_000 });

it("waits, with listen and with openRooms, and ends by itself", async () => {
  const program = new ChildProgram("wait-for-broker.ts");

  expect(await program.rest()).toEqual(["listening after 3", "open after 6", "closed, 0 left"]);
  expect(await program.ended()).toEqual({ code: 0, signal: null });
});
