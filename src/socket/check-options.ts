/** Options as users write them: whether the names are known, and the values of the right kind. */

import { BAD_OPTION, UNKNOWN_OPTION, usageError } from "../errors.ts";

/** Throws a `UsageError` for a name that is none of `known`: most often one that was mistyped. */
export function checkNames(options: object, known: readonly string[], place: string): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) throw usageError(UNKNOWN_OPTION, unknown, place, known.join(", "));
}

/** Throws a `UsageError` for what is no object. */
export function checkObject(name: string, value: unknown, expected: string): void {
  if (typeof value !== "object" || value === null) throw usageError(BAD_OPTION, name, String(value), expected);
}
