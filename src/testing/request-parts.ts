/** What connections and plain requests of a test have in common: path and query, cookies and origin, the address. */

import { isIP } from "node:net";
import { BAD_OPTION, BAD_URL, usageError } from "../errors.ts";
import type { HeaderFields } from "../protocol/handshake/headers.ts";

/** Options that both have. */
export interface RequestParts {
  /** Become the header `Cookie`; values are percent-encoded where they have to be. */
  readonly cookies?: Readonly<Record<string, string>> | undefined;
  /** Becomes the header `Origin`, which browsers send. */
  readonly origin?: string | undefined;
  /** Goes behind the path, in addition to what is there. */
  readonly query?: Readonly<Record<string, string | number>> | URLSearchParams | string | undefined;
  /** The client's IP address, as the app sees it. @default "127.0.0.1" */
  readonly address?: string | undefined;
}

/** Throws a `UsageError` for what is no IP address. */
export function checkAddress(address = "127.0.0.1"): void {
  if (isIP(address) === 0) throw usageError(BAD_OPTION, "address", String(address), "an IP address");
}

/** What a path means to a client; also for plain requests. Throws a `UsageError` for what is none. */
export function toUrl(base: URL, path: string | URL, query: RequestParts["query"] = ""): URL {
  if (typeof path !== "string" && !(path instanceof URL)) {
    throw usageError(BAD_URL, String(path), "a path such as /ws is expected");
  }
  const text = String(path);
  if (!URL.canParse(text, base.href)) throw usageError(BAD_URL, text, "it is no path");
  const url = new URL(text, base);
  if (!/^(ws|http)s?:$/.test(url.protocol)) throw usageError(BAD_URL, text, `${url.protocol} is not ws: or wss:`);
  url.hash = "";
  const isPlain = typeof query === "object" && !(query instanceof URLSearchParams);
  const pairs = isPlain ? Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]) : query;
  for (const [name, value] of new URLSearchParams(pairs)) url.searchParams.append(name, value);
  return url;
}

/** The headers of the test, with those that have options of their own. Throws a `UsageError` for what is no cookie. */
export function toFieldsOf(headers: HeaderFields, { cookies, origin }: RequestParts): HeaderFields {
  const fields: HeaderFields = [...headers, ...(origin === undefined ? [] : [["Origin", origin] as const])];
  if (cookies === undefined) return fields;
  // RFC 6265, 5.4: "the user agent MUST NOT attach more than one Cookie header field."
  const isCookie = ([name]: readonly [string, string]) => name.toLowerCase() === "cookie";
  const before = fields.filter(isCookie).map(([, value]) => value);
  return [...fields.filter((field) => !isCookie(field)), ["Cookie", [...before, toCookie(cookies)].join("; ")]];
}

function toCookie(cookies: Readonly<Record<string, string>>): string {
  return Object.entries(cookies)
    .map(([name, value]) => {
      if (!/^[!#$%&'*+\-.^_`|~\w]+$/.test(name))
        throw usageError(BAD_OPTION, "cookies", name, "names without spaces, = and ;");
      return `${name}=${encodeCookie(String(value))}`;
    })
    .join("; ");
}

/** RFC 6265, 4.1.1: cookie-octet excludes "whitespace, DQUOTE, comma, semicolon, and backslash", and what is not ASCII. */
function encodeCookie(value: string): string {
  return value.replace(/[^\x21\x23\x24\x26-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+/g, encodeURIComponent);
}
