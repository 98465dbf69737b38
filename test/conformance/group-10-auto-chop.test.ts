/** Autobahn's group 10: a message that its sender has cut into fragments by itself. */

import { expect, test } from "vitest";
import { echoes } from "./case.ts";
import { fragments, repeat, text } from "./frames.ts";
import { describeCases } from "./run-case.ts";

const MESSAGE = text(repeat("*", 65_536));
const CUT = fragments(MESSAGE, 1300);

test("the message of 10.1.1 is sent in 51 frames", () => {
  expect(CUT.map(({ opcode }) => opcode)).toEqual([1, ...Array<number>(50).fill(0)]);
});

describeCases("10 auto-fragmentation", [echoes("10.1.1", "text of 65 536 bytes in fragments of 1300", MESSAGE, CUT)]);
