/** A host with an optional port, as in `Host`, in `Origin` and in our options. Knows no scheme and no default port. */

import { canonicalAddress } from "./ip-address.ts";

/** A host and its port, comparable by `===`. */
export interface Authority {
  /** In lower case; IPv6 in brackets and in its shortest form; other scripts as Punycode. */
  readonly host: string;
  /** `undefined` when none was written. */
  readonly port: number | undefined;
}

/** Reads `example.com`, `example.com:8080`, `[::1]:80`; `null` for all else, with user names and paths among it. */
export function parseAuthority(text: string): Authority | null {
  const [, name, digits = ""] = AUTHORITY.exec(text) ?? [];
  const host = name === undefined ? null : canonicalHost(name);
  const port = digits === "" ? undefined : Number(digits);
  if (host === null || (port ?? 0) > 65_535) return null;
  return { host, port };
}

/** Whether the host is one or more labels below the domain: `a.b.example.com` is below `example.com`, itself not. */
export function isBelow(host: string, domain: string): boolean {
  return host.length > domain.length + 1 && host.endsWith(`.${domain}`);
}

// RFC 3986, 3.2.2 allows more in a name than any DNS name has; what is left out cannot be mistaken for a border.
const AUTHORITY = /^(\[[^\]]*\]|[\p{L}\p{M}\p{N}._-]+)(?::([0-9]{0,5}))?$/u;

function canonicalHost(host: string): string | null {
  if (host.startsWith("[")) return canonicalIpv6(host.slice(1, -1));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII.
  return /^[\x00-\x7f]*$/.test(host) ? host.toLowerCase() : toPunycode(host);
}

function canonicalIpv6(text: string): string | null {
  const address = text.includes(":") ? canonicalAddress(text) : null;
  return address && `[${address}]`;
}

function toPunycode(host: string): string | null {
  try {
    return new URL(`http://${host}`).hostname;
  } catch {
    return null;
  }
}
