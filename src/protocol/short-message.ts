/** The common case in one go: a message of up to 64 KiB in one plain frame (RFC 6455, 5.2) that has come whole. */

import { INSIDE_OBJECT, keep, keepUnmasked } from "./bytes.ts";
import type { EngineConfig } from "./engine-config.ts";
import { Opcode } from "./frame-header.ts";
import { mask } from "./mask.ts";
import type { Message } from "./message.ts";

/** Where the message that was taken last ends. Used at once: one object serves all connections. */
export const shortMessage = { end: 0 };

/**
 * The message that begins at `chunk[at]`, for the user to keep, between two messages; `null` for text that is no valid
 * UTF-8. Anything else, and all that breaks a rule, is `undefined`, and left to `parseFrameHeader` and
 * `checkFrameHeader`, the plain twin. Hot path (bench: `protocol`).
 */
export function takeShortMessage(chunk: Uint8Array, at: number, config: EngineConfig): Message | null | undefined {
  const opcode = chunk[at]! ^ 0x80;
  if (opcode !== Opcode.text && opcode !== Opcode.binary) return undefined;
  const masked = config.role === "server";
  let length = masked ? chunk[at + 1]! ^ 0x80 : chunk[at + 1]!;
  let from = at + 2;
  if (length === 126) {
    length = chunk[at + 2]! * 0x100 + chunk[at + 3]!;
    if (length < 126) return undefined;
    from += 2;
  } else if (length > 126) return undefined;
  if (masked) from += 4;
  const to = from + length;
  // Past the end of the chunk everything is NaN, and no comparison true.
  if (!(to <= chunk.length) || length > config.shortest || length === 0) return undefined;
  shortMessage.end = to;
  const key = masked ? readKey(chunk, from - 4) : 0;
  if (opcode === Opcode.binary && length <= INSIDE_OBJECT) return keepUnmasked(chunk, from, to, key);
  if (masked) mask(chunk, from, to, key);
  const { platform } = config;
  return opcode === Opcode.text ? platform.text.decode(chunk, from, to) : keep(chunk, from, to, platform);
}

function readKey(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}
