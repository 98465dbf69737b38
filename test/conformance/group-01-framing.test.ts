/** Autobahn's group 1: text and binary messages of every length encoding come back as they went. */

import { chopped, echoes } from "./case.ts";
import { binary, repeat, text } from "./frames.ts";
import { describeCases } from "./run-case.ts";

const FE = Buffer.of(0xfe);
const LONG_TEXT = text(repeat("*", 65_536));
const LONG_BINARY = binary(repeat(FE, 65_536));

describeCases("1 framing", [
  echoes("1.1.1", "an empty text message", text("")),
  echoes("1.1.2", "text of 125 bytes, the longest with a 7-bit length", text(repeat("*", 125))),
  echoes("1.1.3", "text of 126 bytes, the shortest with a 16-bit length", text(repeat("*", 126))),
  echoes("1.1.4", "text of 127 bytes", text(repeat("*", 127))),
  echoes("1.1.5", "text of 128 bytes", text(repeat("*", 128))),
  echoes("1.1.6", "text of 65 535 bytes, the longest with a 16-bit length", text(repeat("*", 65_535))),
  echoes("1.1.7", "text of 65 536 bytes, the shortest with a 64-bit length", text(repeat("*", 65_536))),
  echoes("1.1.8", "text of 65 536 bytes in chops of 997", LONG_TEXT, [chopped(997, LONG_TEXT)]),

  echoes("1.2.1", "an empty binary message", binary("")),
  echoes("1.2.2", "125 bytes", binary(repeat(FE, 125))),
  echoes("1.2.3", "126 bytes", binary(repeat(FE, 126))),
  echoes("1.2.4", "127 bytes", binary(repeat(FE, 127))),
  echoes("1.2.5", "128 bytes", binary(repeat(FE, 128))),
  echoes("1.2.6", "65 535 bytes", binary(repeat(FE, 65_535))),
  echoes("1.2.7", "65 536 bytes", binary(repeat(FE, 65_536))),
  echoes("1.2.8", "65 536 bytes in chops of 997", LONG_BINARY, [chopped(997, LONG_BINARY)]),
]);
