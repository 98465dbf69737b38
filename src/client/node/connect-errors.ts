/** Why there is no connection: the system's error as one sentence that names the place, and what to look at. */

import type { ErrorArgument, ErrorKind } from "../../errors.ts";
import {
  CONNECT_FAILED,
  CONNECTION_ENDED,
  CONNECTION_REFUSED,
  CONNECTION_RESET,
  CONNECTION_TIMED_OUT,
  ConnectError,
  HOST_UNREACHABLE,
  NAME_LOOKUP_FAILED,
  NAME_NOT_FOUND,
  UNIX_SOCKET_FORBIDDEN,
  UNIX_SOCKET_MISSING,
} from "../../errors.ts";
import type { Peer } from "./target.ts";
import { tlsError } from "./tls-errors.ts";

/** What was going on when it failed: the end of a sentence. */
export type Moment = "while connecting" | "in the TLS handshake" | "in the HTTP/2 handshake" | "before it answered";

/** The error for a connection that failed before the WebSocket was open; `cause` is Node's, of which there is none after a FIN. */
export function connectError(cause: NodeJS.ErrnoException | undefined, peer: Peer, moment: Moment): ConnectError {
  if (cause === undefined) return makeConnectError(CONNECTION_ENDED, cause, peer.name, moment);
  if (cause instanceof AggregateError) return ofAll(cause, peer, moment);
  const { code = "" } = cause;
  const name = withAddress(peer.name, cause);
  if (REFUSED.has(code)) return makeConnectError(CONNECTION_REFUSED, cause, name);
  if (UNREACHABLE.has(code)) return makeConnectError(HOST_UNREACHABLE, cause, name);
  if (CUT.has(code)) return cutError(cause, peer, moment);
  switch (code) {
    case "ENOTFOUND":
      return makeConnectError(NAME_NOT_FOUND, cause, peer.host, peer.name);
    case "EAI_AGAIN":
      return makeConnectError(NAME_LOOKUP_FAILED, cause, peer.host, peer.name);
    case "ETIMEDOUT":
      return makeConnectError(CONNECTION_TIMED_OUT, cause, name);
    case "ENOENT":
      return makeConnectError(UNIX_SOCKET_MISSING, cause, peer.name);
    case "EACCES":
    case "EPERM":
      // On TCP, a firewall of this machine.
      if (peer.name.includes("/")) return makeConnectError(UNIX_SOCKET_FORBIDDEN, cause, peer.name);
  }
  return tlsError(cause, peer) ?? makeConnectError(CONNECT_FAILED, cause, name, cause.message);
}

/** The error of a constant, with Node's as its cause. */
export function makeConnectError<Args extends readonly ErrorArgument[]>(
  kind: ErrorKind<Args>,
  cause: unknown,
  ...args: Args
): ConnectError {
  return new ConnectError(kind.code, kind.sentence(...args), cause);
}

/** Node reports a FIN in the TLS handshake as a reset. */
function cutError(cause: NodeJS.ErrnoException, { name }: Peer, moment: Moment): ConnectError {
  const kind = cause.message.startsWith("Client network socket disconnected") ? CONNECTION_ENDED : CONNECTION_RESET;
  return makeConnectError(kind, cause, name, moment);
}

/** Several addresses were tried (happy eyeballs): the most telling error, and all addresses. */
function ofAll(cause: AggregateError, peer: Peer, moment: Moment): ConnectError {
  const errors = cause.errors as NodeJS.ErrnoException[];
  const codes = errors.map(({ code = "" }) => code);
  const telling = TELLING.map((known) => errors[codes.findIndex((code) => known.has(code))]).find(Boolean) ?? errors[0];
  if (telling === undefined) return makeConnectError(CONNECT_FAILED, cause, peer.name, cause.message);
  const sole = new Set(codes).size === 1;
  const tried = errors.map((one, at) => (sole ? addressOf(one) : `${addressOf(one)} ${codes[at]}`));
  const all = Object.assign(new Error(telling.message), { code: telling.code });
  const { code, message } = connectError(all, { ...peer, name: `${peer.name} (tried ${tried.join(", ")})` }, moment);
  return new ConnectError(code, message, cause);
}

const addressOf = (error: NodeJS.ErrnoException) => (error as { address?: string }).address ?? "no address";

/** The address that a name has led to. */
function withAddress(name: string, error: NodeJS.ErrnoException & { address?: string }): string {
  const { address } = error;
  return address === undefined || name.includes(address) ? name : `${name} (${address})`;
}

const REFUSED = new Set(["ECONNREFUSED", "ENOTSOCK", "EPROTOTYPE"]);
const UNREACHABLE = new Set(["EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "ENETDOWN", "EADDRNOTAVAIL"]);
const CUT = new Set(["ECONNRESET", "ECONNABORTED", "EPIPE"]);
/** Of several failures, that of an address where somebody is says most. */
const TELLING: readonly ReadonlySet<string>[] = [CUT, REFUSED, new Set(["ETIMEDOUT"]), UNREACHABLE];
