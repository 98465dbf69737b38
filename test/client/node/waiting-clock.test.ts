/** The clock of the waits between attempts: the process stays for them. */

import { expect, test } from "vitest";
import { ChildProgram } from "../../hosts/node/child-program.ts";

test("a wait keeps the process alive, and nothing else does: neither a deadline, nor a wait that was taken back", async () => {
  const program = new ChildProgram("../../../client/node/programs/waits.ts");

  expect(await program.rest()).toEqual(["waited for"]);
  expect(await program.ended()).toEqual({ code: 0, signal: null });
}, 30_000);
