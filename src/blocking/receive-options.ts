/** How long a blocking receive waits, checked. */

import { BAD_OPTION, SIGNAL_IN_BLOCKING, usageError } from "../errors.ts";
import { checkNames } from "../socket/check-options.ts";

/** How long a receive waits. */
export interface BlockingReceiveOptions {
  /** Milliseconds, then a `TimeoutError` is thrown; no message is lost. 0 looks only at what is there. @default Infinity */
  readonly timeout?: number | undefined;
}

/** The milliseconds. Throws a `UsageError` for what is no time, for a signal, and for options that are not `known`. */
export function toTimeout(
  call: string,
  options: BlockingReceiveOptions,
  known: readonly string[] = ["timeout"],
): number {
  if (typeof options === "object" && options !== null && "signal" in options)
    throw usageError(SIGNAL_IN_BLOCKING, call);
  checkNames(options, known, call);
  const { timeout = Infinity } = options;
  if (!(typeof timeout === "number" && timeout >= 0)) {
    throw usageError(BAD_OPTION, `${call}.timeout`, String(timeout), "a number of milliseconds");
  }
  return timeout;
}
