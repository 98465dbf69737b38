/** The check of `Host` against DNS rebinding: a foreign name that resolves to this machine does not reach the server. */

import { BAD_HOSTS, BAD_OPTION, usageError } from "../../errors.ts";
import { quoted } from "../observing/printable.ts";
import { type Authority, isBelow, parseAuthority } from "./authority.ts";

/** What the check reads of a request. */
export interface HostRequest {
  /** The header `Host` (`:authority` on HTTP/2), or what a trusted proxy says it was. */
  readonly host: string | null;
  /** Whether the client came by TLS: a `Host` without a port then means 443, else 80. */
  readonly secure: boolean;
}

/** Says why the request is refused, for our log and never for the peer; `undefined` when it is allowed. */
export type HostCheck = (request: HostRequest) => string | undefined;

/**
 * Compiles the option `hosts`: `example.com`, `example.com:8080`, `*.example.com` (one or more labels below, not the
 * domain itself), `localhost`, `[::1]`. An entry without a port matches every port; without the option every host is
 * allowed. Throws `UsageError` (`BAD_HOSTS`) for an entry that is no host, and for an empty list.
 *
 * @example
 * const check = hostCheck(["example.com", "*.example.com"]);
 * check({ host: "rebound.evil.example", secure: false }); // 'Host "rebound.evil.example" refused: …'
 */
export function hostCheck(hosts: readonly string[] | undefined): HostCheck {
  if (hosts === undefined) return () => undefined;
  if (!Array.isArray(hosts)) throw usageError(BAD_OPTION, "hosts", String(hosts), "a list of hosts");
  if (hosts.length === 0) throw usageError(BAD_HOSTS, "");
  const matchers = hosts.map(toMatcher);
  return ({ host, secure }) => {
    const asked = host === null ? null : parseAuthority(host);
    if (asked === null) return `Host ${quoted(host ?? "")} refused: not a host, and the option hosts is set`;
    const named = { host: withoutDot(asked.host), port: asked.port ?? (secure ? 443 : 80) };
    if (matchers.some((matches) => matches(named))) return undefined;
    return `Host ${quoted(host ?? "")} refused: it matches none of hosts; ${quoted(named.host)} in hosts would allow it`;
  };
}

function toMatcher(entry: string): (asked: Authority) => boolean {
  const isWildcard = String(entry).startsWith("*.");
  const wanted = parseAuthority(isWildcard ? entry.slice(2) : String(entry));
  if (wanted === null) throw usageError(BAD_HOSTS, String(entry));
  const name = withoutDot(wanted.host);
  return ({ host, port }) => {
    if (wanted.port !== undefined && wanted.port !== port) return false;
    return isWildcard ? isBelow(host, name) : host === name;
  };
}

/** `example.com.` is the same name, written in full (RFC 1034, 3.1). */
function withoutDot(host: string): string {
  return host.endsWith(".") ? host.slice(0, -1) : host;
}
