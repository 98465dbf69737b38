/** What failed, as errors of ours: no secret is in a sentence, nor in what the client says and is kept as the cause. */

import type { BrokerError } from "../../errors.ts";
import { BROKER_AWAY, BROKER_REFUSED, BROKER_SILENT, BROKER_UNREACHABLE, brokerError } from "../../errors.ts";
import { SILENCE } from "./heartbeat.ts";
import type { Place } from "./place.ts";
import { hide, whyOf } from "./why.ts";

/** It could not be connected with, or the connection was lost. `undefined`: it did not answer. */
export function unreachable(where: Place, error: unknown): BrokerError {
  if (error === undefined) return brokerError(BROKER_SILENT, undefined, "ping", "redis", where.place, SILENCE);
  const why = whyOf(error, where);
  // A Redis without TLS waits for the end of the line of what is none.
  const hint = why.startsWith("no answer") && where.place.startsWith("rediss:") ? "; does it speak TLS?" : "";
  return brokerError(BROKER_UNREACHABLE, toCause(error, where), "redis", where.place, why + hint);
}

/** There is no connection now, or it was lost before the answer. */
export function away(call: string, where: Place, error?: unknown): BrokerError {
  return brokerError(BROKER_AWAY, toCause(error, where), call, "redis", where.place);
}

/** The engine answered, with an error. */
export function refused(call: string, where: Place, error: unknown): BrokerError {
  return brokerError(BROKER_REFUSED, toCause(error, where), call, "redis", where.place, whyOf(error, where));
}

function toCause(error: unknown, where: Place): unknown {
  const said = error instanceof Error ? `${error.message} ${error.stack}` : String(error);
  return hide(said, where) === said ? error : undefined;
}
