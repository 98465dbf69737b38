/** The error that tells of the end of a connection, and whose end that was: in a proxy, that of one socket is no end of the other. */

import { DISCONNECTED, DisconnectError } from "../errors.ts";
import type { CloseInfo } from "../protocol/engine-sink.ts";

const owners = new WeakMap<object, object>();

/** The error for a call that the end of `owner` has overtaken. */
export function makeDisconnectError(owner: object, call: string, info: CloseInfo): DisconnectError {
  const error = new DisconnectError(DISCONNECTED.sentence(call, info.code, info.reason), info);
  owners.set(error, owner);
  return error;
}

/** Whether this is such an error, of this owner. */
export function isDisconnectErrorOf(owner: object, error: unknown): boolean {
  return owners.get(error as object) === owner;
}
