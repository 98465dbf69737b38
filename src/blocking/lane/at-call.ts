/** Where an error came up, as users want to see it: at their own call, not below it. */

import { AntiphonError } from "../../errors.ts";

/** The error, with a stack that begins where the user called, above `below`. Errors that are not ours keep theirs. */
export function atCall<Failure extends Error>(error: Failure, below: (...args: never[]) => unknown): Failure {
  if (error instanceof AntiphonError) Error.captureStackTrace(error, below);
  return error;
}
