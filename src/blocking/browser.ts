/** The door `antiphon/blocking` as a page sees it: whoever opens it is told at once that a page must not wait. */

import { CANNOT_WAIT_HERE, usageError } from "../errors.ts";

/** Throws a `UsageError`: a page must not wait. Use `connect` of `antiphon/client`, which is awaited. */
export function connect(..._arguments: readonly unknown[]): never {
  throw usageError(CANNOT_WAIT_HERE);
}

/** Rejects with a `UsageError`: a page cannot listen. */
export async function serve(..._arguments: readonly unknown[]): Promise<never> {
  throw usageError(CANNOT_WAIT_HERE);
}
