/** Errors across threads: by what they hold, made anew where they are thrown, so that classes, fields and stack are right. */

import {
  AntiphonError,
  BrokerError,
  ConnectError,
  DisconnectError,
  HandshakeError,
  ProtocolError,
  TimeoutError,
  UsageError,
} from "../../errors.ts";
import type { CloseInfo } from "../../protocol/engine-sink.ts";

/** How a connection ended for good. */
export interface EndRecord {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
  readonly cause: ErrorRecord | undefined;
}

/** An error as plain data. */
export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  /** Its own further fields that can cross: `code`, `status`, `syscall` and the like. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly headers?: readonly (readonly [string, string])[] | undefined;
  /** Of an error that is not ours. */
  readonly stack?: string | undefined;
  readonly cause?: ErrorRecord | undefined;
  /** Of an `AggregateError`. */
  readonly errors?: readonly ErrorRecord[] | undefined;
}

/** What there is to say of an error, or of whatever else was thrown. */
export function toRecord(thrown: unknown, depth = 0): ErrorRecord {
  if (!(thrown instanceof Error)) return { name: "Error", message: String(thrown), fields: {} };
  const { name, message, cause } = thrown;
  const {
    headers,
    errors,
    stack,
    cause: _,
    message: __,
    name: ___,
    ...rest
  } = { ...thrown } as Record<string, unknown>;
  const goesOn = depth < DEEPEST;
  return {
    name,
    message,
    fields: Object.fromEntries(Object.entries(rest).filter(([, value]) => canCross(value))),
    headers: headers instanceof Headers ? [...headers] : undefined,
    stack: thrown instanceof AntiphonError ? undefined : thrown.stack,
    cause: cause === undefined || !goesOn ? undefined : toRecord(cause, depth + 1),
    errors:
      thrown instanceof AggregateError && goesOn ? thrown.errors.map((one) => toRecord(one, depth + 1)) : undefined,
  };
}

/** Causes have causes; those of a circle have no end. */
const DEEPEST = 5;

function canCross(value: unknown): boolean {
  return value === null || ["string", "number", "boolean", "bigint", "undefined"].includes(typeof value);
}

/** The error itself, made here. */
export function fromRecord(record: ErrorRecord): Error {
  const error = make(record);
  // Our classes have theirs already; those of the system have them as fields.
  for (const [name, value] of Object.entries(record.fields)) {
    if (!(name in error))
      Object.defineProperty(error, name, { value, writable: true, configurable: true, enumerable: true });
  }
  return error;
}

function make(record: ErrorRecord): Error {
  const { name, message, fields } = record;
  const cause = record.cause && fromRecord(record.cause);
  const code = String(fields["code"]);
  switch (name) {
    case "UsageError":
      return withCause(new UsageError(code, message), cause);
    case "ConnectError":
      return new ConnectError(code, message, cause);
    case "BrokerError":
      return new BrokerError(code, message, cause);
    case "TimeoutError":
      return withCause(new TimeoutError(code, message), cause);
    case "ProtocolError":
      return withCause(new ProtocolError(code, message, Number(fields["closeCode"])), cause);
    case "AntiphonError":
      return withCause(new AntiphonError(code, message), cause);
    case "HandshakeError":
      return withCause(handshakeError(record, code), cause);
    case "DisconnectError": {
      const info = {
        code: Number(fields["code"]),
        reason: String(fields["reason"]),
        wasClean: fields["wasClean"] === true,
      };
      return new DisconnectError(message, { ...info, cause });
    }
    default:
      return withCause(foreign(record), cause);
  }
}

function handshakeError({ message, fields, headers }: ErrorRecord, code: string): HandshakeError {
  const { status, body, retryAfter } = fields as Pick<HandshakeError, "status" | "body" | "retryAfter">;
  return new HandshakeError(code, message, status, { headers: headers && toHeaders(headers), body, retryAfter });
}

/** Headers out of what crossed. */
export function toHeaders(fields: readonly (readonly [string, string])[]): Headers {
  const headers = new Headers();
  for (const [name, value] of fields) headers.append(name, value);
  return headers;
}

/** How a connection ended, as users are told. */
export function toCloseInfo({ code, reason, wasClean, cause: record }: EndRecord): CloseInfo {
  if (record === undefined) return { code, reason, wasClean };
  const cause = fromRecord(record);
  return { code, reason, wasClean, ...(cause instanceof ProtocolError ? { error: cause } : { cause }) };
}

/** An error of the runtime's, or of somebody else's: with the stack that it had. */
function foreign({ name, message, stack, errors }: ErrorRecord): Error {
  const Native = NATIVE.find((one) => one.name === name) ?? Error;
  const error = errors ? new AggregateError(errors.map(fromRecord), message) : new Native(message);
  if (name !== error.name) hidden(error, "name", name);
  if (stack !== undefined) hidden(error, "stack", stack);
  return error;
}

const NATIVE: readonly ErrorConstructor[] = [TypeError, RangeError, SyntaxError, ReferenceError, URIError, EvalError];

function withCause<Failure extends Error>(error: Failure, cause: Error | undefined): Failure {
  if (cause !== undefined) hidden(error, "cause", cause);
  return error;
}

function hidden(error: Error, name: string, value: unknown): void {
  Object.defineProperty(error, name, { value, writable: true, configurable: true, enumerable: false });
}
