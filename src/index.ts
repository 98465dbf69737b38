/** The door `antiphon`: what every program that uses Antiphon meets. The error classes for now; `App` comes with the server. */

export type { ErrorArgument, ErrorKind } from "./errors.ts";
export { AntiphonError, HandshakeError, ProtocolError, UsageError } from "./errors.ts";
