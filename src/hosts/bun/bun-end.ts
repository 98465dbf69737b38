/** How a WebSocket of Bun's ended: its code and reason in the words of a wire. */

import { protocolError, REFUSED_BY_RUNTIME } from "../../errors.ts";
import type { CloseInfo } from "../../protocol/engine-sink.ts";

/** `reason` is the peer's, or, with 1006, says for what Bun has closed; then the peer was sent the code that belongs to it. */
export function toEnd(code: number, reason: string): CloseInfo {
  if (code !== 1006) return { code, reason, wasClean: true };
  if (reason === "") return { code, reason, wasClean: false };
  const sent = CODES.find(([words]) => words.test(reason))?.[1] ?? 1002;
  return {
    code: sent,
    reason: "",
    wasClean: false,
    error: protocolError({ ...REFUSED_BY_RUNTIME, closeCode: sent }, "Bun", reason),
  };
}

const CODES: readonly (readonly [RegExp, number])[] = [
  [/too big|too large/i, 1009],
  [/utf-?8/i, 1007],
];
