/** What a socket shows to others, as the text that others keep for it. */

import { INFO_TOO_LARGE, usageError } from "../../errors.ts";
import type { JsonCodec } from "../../socket/json-codec.ts";
import { toJson } from "../../socket/json-codec.ts";

/** Throws a `UsageError` for what has no JSON, and for too much. */
export function toShownInfo(codec: JsonCodec, info: unknown): string {
  const text = toJson(codec, "join", info);
  if (text.length > LARGEST) throw usageError(INFO_TOO_LARGE, text.length, LARGEST);
  return text;
}

/** Characters. Who can make others store something should not make them store much. */
const LARGEST = 16_384;
