/** The options that servers and clients have in common, checked and filled up. */

import { BAD_OPTION, usageError } from "../errors.ts";
import type { CompressionOptions, ResolvedCompression } from "../protocol/deflate/compression-options.ts";
import { resolveCompression } from "../protocol/deflate/compression-options.ts";
import { checkNames, checkObject } from "./check-options.ts";
import type { HeartbeatOptions } from "./socket-config.ts";

/** `compression`; `null` is none. Throws a `UsageError` that names what is wrong. */
export function toCompression(option: boolean | CompressionOptions = false): ResolvedCompression | null {
  if (typeof option === "object" && option !== null) {
    checkNames(option, Object.keys(resolveCompression(true)!), "compression");
  } else if (typeof option !== "boolean") {
    throw usageError(BAD_OPTION, "compression", String(option), "true, false or options");
  }
  return resolveCompression(option);
}

/** `heartbeat`, by pings; `null` is none. Throws a `UsageError` that names what is wrong. */
export function toHeartbeat(option: false | Partial<HeartbeatOptions> = {}): HeartbeatOptions | null {
  if (option === false) return null;
  checkObject("heartbeat", option, "false, or an object with interval and timeout");
  checkNames(option, ["interval", "timeout"], "heartbeat");
  const { interval = 25_000, timeout = 20_000 } = option;
  for (const [name, value] of Object.entries({ interval, timeout })) {
    if (!(value > 0)) throw usageError(BAD_OPTION, `heartbeat.${name}`, String(value), "milliseconds above 0");
  }
  return { interval, timeout };
}
