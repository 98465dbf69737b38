/** A message in few words, to compare large ones quickly: text as it is, bytes by their number and what they hash to. */

import { createHash } from "node:crypto";
import type { Message } from "../../src/protocol/message.ts";

/** Two messages that are alike have the same words, others do not. Short bytes are spelled out. */
export function brief(message: Message): string {
  if (typeof message === "string") return message.length <= 64 ? `text ${message}` : `text ${digest(message)}`;
  return message.length <= 16 ? `bytes ${message.join(" ")}` : `bytes ${digest(message)}`;
}

function digest(message: Message): string {
  return `${message.length} ${createHash("sha1").update(message).digest("hex")}`;
}
