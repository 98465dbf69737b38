/** Whose errors are whose: in a proxy, the end of one socket is no end of the other, nor is its peer's fault. */

import { DISCONNECTED, DisconnectError } from "../errors.ts";
import type { CloseInfo } from "../protocol/engine-sink.ts";

const owners = new WeakMap<object, object>();

/** The error for a call that the end of `owner` has overtaken. */
export function makeDisconnectError(owner: object, call: string, info: CloseInfo): DisconnectError {
  const cause = info.cause ?? info.error;
  const error = new DisconnectError(DISCONNECTED.sentence(call, info.code, info.reason), { ...info, cause });
  owners.set(error, owner);
  return error;
}

/** The same error, which from now on belongs to `owner`: what a message of its own was not. */
export function owned<Failure extends object>(owner: object, error: Failure): Failure {
  owners.set(error, owner);
  return error;
}

/** Whether this error belongs to `owner`. */
export function isErrorOf(owner: object, error: unknown): boolean {
  return owners.get(error as object) === owner;
}
