/** The errors of Antiphon: four classes, and one constant for each thing that can go wrong. Bundlers drop what is not used. */

/** What a sentence is filled with. Numbers are written with thin groups of three: `1 048 576`. */
export type ErrorArgument = string | number;

/** What is known of one kind of error before it happens. `docs/reference/errors.md` is made from these. */
export interface ErrorKind<Args extends readonly ErrorArgument[] = readonly never[]> {
  /** A stable name for programs: `error.code`. */
  readonly code: string;
  /** The sentence, with the numbers and the option that would change it. */
  readonly sentence: (...args: Args) => string;
  /** What the reader can do about it. */
  readonly remedy: string;
  /** The close code that the peer gets (RFC 6455, 7.4.1), where there is one. */
  readonly closeCode?: number;
  /** The HTTP status that the peer gets, where there is one. */
  readonly status?: number;
}

/** The base of every error that Antiphon throws, rejects with or reports. */
export class AntiphonError extends Error {
  override readonly name: string = "AntiphonError";
  /** The stable name of this kind of error, as listed in the reference. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The caller's fault: a wrong argument, or a call at the wrong time. Thrown (or rejected) at the call itself. */
export class UsageError extends AntiphonError {
  override readonly name = "UsageError";
}

/** The peer's fault on an open connection: it broke a rule or passed a limit. Handed over as a value, never thrown. */
export class ProtocolError extends AntiphonError {
  override readonly name = "ProtocolError";
  /** The close code that the peer is sent (RFC 6455, 7.4.1). */
  readonly closeCode: number;

  constructor(code: string, message: string, closeCode: number) {
    super(code, message);
    this.closeCode = closeCode;
  }
}

/** The opening handshake failed, in either role. Handed over as a value by the engine; `connect` rejects with it. */
export class HandshakeError extends AntiphonError {
  override readonly name = "HandshakeError";
  /** The HTTP status: what a server answers, or what a client was answered; `undefined` when there was none. */
  readonly status: number | undefined;

  constructor(code: string, message: string, status: number | undefined) {
    super(code, message);
    this.status = status;
  }
}

/** Makes the error for a mistake of the caller: `throw usageError(NOT_OPEN, "sendText")`. */
export function usageError<Args extends readonly ErrorArgument[]>(kind: ErrorKind<Args>, ...args: Args): UsageError {
  return new UsageError(kind.code, kind.sentence(...args));
}

/** Makes the error for a peer that broke a rule. */
export function protocolError<Args extends readonly ErrorArgument[]>(
  kind: ErrorKind<Args> & { readonly closeCode: number },
  ...args: Args
): ProtocolError {
  return new ProtocolError(kind.code, kind.sentence(...args), kind.closeCode);
}

/** Makes the error for an opening handshake that failed. */
export function handshakeError<Args extends readonly ErrorArgument[]>(
  kind: ErrorKind<Args>,
  ...args: Args
): HandshakeError {
  return new HandshakeError(kind.code, kind.sentence(...args), kind.status);
}

// ---- The table. One constant per error; the constant's name is its code. -------------------------------------------
