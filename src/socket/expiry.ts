/** Until when a peer may stay: a date or a time, as users write it. */

import { BAD_OPTION, usageError } from "../errors.ts";

/** Milliseconds from now until then; `null` is for ever. Throws a `UsageError` for what is no time. */
export function millisecondsUntil(until: Date | number | null): number {
  const time = until === null ? Number.POSITIVE_INFINITY : Number(until);
  if (Number.isNaN(time) || time < SECONDS_TAKEN_FOR_MILLISECONDS)
    throw usageError(BAD_OPTION, "expires", String(until), "a date, or milliseconds since 1970");
  return time - Date.now();
}

/** 1973, in milliseconds; in seconds, the year 5138: the `exp` of a token is in seconds. */
const SECONDS_TAKEN_FOR_MILLISECONDS = 1e11;
