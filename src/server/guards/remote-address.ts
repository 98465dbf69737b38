/** Who the client is, behind the proxies that the app trusts: address, TLS or not, and the host that was asked. */

import proxyaddr from "proxy-addr";
import { BAD_TRUST_PROXY, usageError } from "../../errors.ts";
import type { HeaderSource } from "../../protocol/handshake/headers.ts";
import { trimSpace } from "../../protocol/http-token.ts";
import { parseAuthority } from "./authority.ts";
import { canonicalAddress, networkOf } from "./ip-address.ts";

/**
 * Whose `X-Forwarded-For`, `-Proto` and `-Host` are believed:
 *
 * - `false`: nobody's;
 * - `true`: everybody's, up to the first entry; only where no client can reach the server but through the proxy;
 * - a number: the proxies between client and server, the nearest included;
 * - addresses and CIDRs (`10.0.0.0/8`, `fd00::/8`), and the names `loopback`, `linklocal` and `uniquelocal`, as a list or
 *   separated by commas. A unix socket counts as `loopback`.
 *
 * @default false: any client can send these headers
 */
export type TrustProxy = boolean | number | string | readonly string[];

/** What is known of a request before any header is believed. */
export interface DirectRequest {
  /** The address of the other end of the connection; `""` for a unix socket, and in memory. */
  readonly peer: string;
  /** Whether this connection is TLS. */
  readonly secure: boolean;
  /** The header `Host` (`:authority` on HTTP/2). */
  readonly host: string | null;
  /** The headers, for those of the proxies. */
  readonly headers: HeaderSource;
}

/** The client, as far as trusted proxies tell. */
export interface RemoteAddress {
  /** The IP address in its shortest form, IPv4-mapped IPv6 as IPv4; `""` for a unix socket, and in memory. */
  readonly address: string;
  /** Whether the client came by TLS. */
  readonly secure: boolean;
  /** The host that the client asked for. */
  readonly host: string | null;
}

/**
 * Compiles the option `trustProxy`. Throws `UsageError` (`BAD_TRUST_PROXY`) for what it does not know.
 *
 * @example
 * const remote = remoteAddress("loopback");
 * const headers = new Headers({ "x-forwarded-for": "203.0.113.7", "x-forwarded-proto": "https" });
 * remote({ peer: "::ffff:127.0.0.1", secure: false, host: "example.com", headers });
 * // { address: "203.0.113.7", secure: true, host: "example.com" }
 */
export function remoteAddress(trustProxy: TrustProxy = false): (request: DirectRequest) => RemoteAddress {
  const trust = toTrust(trustProxy);
  // Most trust nobody, and ask nobody's address.
  if (trustProxy === false) return (request) => new Unproxied(request);
  return ({ peer, secure, host, headers }) => {
    const nearest = peerAddress(peer);
    if (!trust(nearest, 0)) return { address: nearest, secure, host };
    const { address, hops } = walk(nearest, elements(headers, "x-forwarded-for"), trust);
    return {
      address,
      secure: toSecure(elementAt(elements(headers, "x-forwarded-proto"), hops)) ?? secure,
      host: toHost(elementAt(elements(headers, "x-forwarded-host"), hops)) ?? host,
    };
  };
}

/** Who is at the other end of the connection. */
class Unproxied implements RemoteAddress {
  readonly #request: DirectRequest;
  readonly secure: boolean;
  readonly host: string | null;

  constructor(request: DirectRequest) {
    this.#request = request;
    this.secure = request.secure;
    this.host = request.host;
  }

  get address(): string {
    return peerAddress(this.#request.peer);
  }
}

/** What limits per address count by: IPv4 as it is, IPv6 by its /64, since one customer has that many addresses. */
export function addressKey(address: string): string {
  const canonical = canonicalAddress(address);
  return canonical?.includes(":") ? networkOf(canonical) : (canonical ?? address);
}

/** Whether to believe who stands at this address, `index` steps from us. */
type Trust = (address: string, index: number) => boolean;

function toTrust(option: TrustProxy): Trust {
  if (typeof option === "boolean") return () => option;
  if (typeof option === "number") return trustHops(option);
  const list = typeof option === "string" ? option.split(",") : option;
  if (!Array.isArray(list)) throw usageError(BAD_TRUST_PROXY, String(option));
  const trusted = proxyaddr.compile(list.map(checkedRange));
  return (address, index) => trusted(address === "" ? "127.0.0.1" : address, index);
}

function trustHops(hops: number): Trust {
  if (!Number.isInteger(hops) || hops < 0) throw usageError(BAD_TRUST_PROXY, String(hops));
  return (_address, index) => index < hops;
}

/** proxy-addr takes `"1"` for the address 0.0.0.1: who reads the option from the environment meant one hop. */
function checkedRange(entry: unknown): string {
  const range = trimSpace(String(entry));
  if (NAMED_RANGES.has(range)) return range;
  const [address = ""] = range.split("/");
  if (canonicalAddress(address) === null) throw usageError(BAD_TRUST_PROXY, range);
  try {
    proxyaddr.compile(range);
  } catch {
    throw usageError(BAD_TRUST_PROXY, range);
  }
  return range;
}

const NAMED_RANGES = new Set(["loopback", "linklocal", "uniquelocal"]);

function peerAddress(peer: string): string {
  // A link-local address comes with the name of the interface: fe80::1%eth0.
  const [address = peer] = peer.split("%");
  return canonicalAddress(address) ?? peer;
}

/** From right to left, as each proxy appended who spoke to it, as long as it is trusted. What is no address ends it. */
function walk(nearest: string, forwarded: readonly string[], trust: Trust): { address: string; hops: number } {
  let address = nearest;
  let hops = 0;
  while (hops < forwarded.length && trust(address, hops)) {
    const next = toAddress(forwarded.at(-1 - hops) ?? "");
    if (next === null) break;
    address = next;
    hops++;
  }
  return { address, hops };
}

/** `1.2.3.4`, `1.2.3.4:5678`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:443`. */
function toAddress(element: string): string | null {
  const bracketed = /^\[([^\]]*)\](?::[0-9]{1,5})?$/.exec(element);
  const withPort = /^([^:]*):[0-9]{1,5}$/.exec(element);
  return canonicalAddress(bracketed?.[1] ?? withPort?.[1] ?? element);
}

/** Empty elements stay: a place that a proxy left empty must not be filled by what the client wrote before it. */
function elements(headers: HeaderSource, name: string): string[] {
  const value = headers.get(name) ?? "";
  return value === "" ? [] : value.split(",").map(trimSpace);
}

/**
 * What the outermost trusted proxy wrote. Where each proxy appends, it stands `hops` from the right, and what is left
 * of it came from the client; most proxies write one value in place of what they were given.
 */
function elementAt(list: readonly string[], hops: number): string | undefined {
  return list[Math.max(0, list.length - Math.max(1, hops))];
}

function toSecure(scheme: string | undefined): boolean | undefined {
  if (scheme === undefined) return undefined;
  if (/^(?:https|wss)$/i.test(scheme)) return true;
  return /^(?:http|ws)$/i.test(scheme) ? false : undefined;
}

function toHost(host: string | undefined): string | undefined {
  return host !== undefined && parseAuthority(host) !== null ? host : undefined;
}
