/** The check of `Origin` (RFC 6455, 10.2): which web pages may open a WebSocket here. Other programs send no `Origin`. */

import { BAD_ORIGINS, usageError } from "../../errors.ts";
import { quoted } from "../observing/printable.ts";
import type { Authority } from "./authority.ts";
import { isBelow, parseAuthority } from "./authority.ts";

/**
 * Which origins are allowed:
 *
 * - `"same-host"`: the host and port of the page are those of `Host`;
 * - `"*"`: any page, even an opaque one;
 * - `"https://app.example.com"`: this origin; without path or trailing slash; the default port may be left out;
 * - `"https://*.example.com"`: every host one or more labels below, not `example.com` itself;
 * - `"http://localhost:*"`: this host on every port;
 * - `"null"`: pages without an origin of their own: local files, sandboxed frames;
 * - a `RegExp`, tested as written against the whole origin, such as `https://app.example.com` (lower case, no default
 *   port, no slash at the end): write `^` and `$`, or it also matches inside `https://app.example.com.evil.example`;
 * - a function that is given this origin and answers `true` to allow it. Anything else refuses; so does a promise.
 *   What it throws, the check throws.
 */
export type OriginPattern = string | RegExp | ((origin: string) => boolean);

/**
 * The option `origins`: a pattern or a list of them, one of which must match. A list replaces the default; to keep it,
 * name `"same-host"` in it. @default "same-host": browsers send cookies with a WebSocket whatever page opens it
 */
export type OriginsOption = OriginPattern | readonly OriginPattern[];

/** What the check reads of a request. */
export interface OriginRequest {
  /** The header `Origin`, or `null` when there is none: then no browser sends it. */
  readonly origin: string | null;
  /** The header `Host` (`:authority` on HTTP/2), or what a trusted proxy says it was. */
  readonly host: string | null;
}

/** Says why the request is refused, for our log and never for the peer; `undefined` when it is allowed. */
export type OriginCheck = (request: OriginRequest) => string | undefined;

/**
 * Compiles the option `origins`. Throws `UsageError` (`BAD_ORIGINS`) for a string that is no origin.
 *
 * @example
 * const check = originCheck(["same-host", "https://*.example.com"]);
 * check({ origin: "https://app.example.com", host: "api.example.net" }); // undefined: allowed
 */
export function originCheck(option: OriginsOption = "same-host"): OriginCheck {
  const patterns = Array.isArray(option) ? (option as readonly OriginPattern[]) : [option as OriginPattern];
  const matchers = patterns.map(toMatcher);
  const isDefault = patterns.length === 1 && patterns[0] === "same-host";
  return ({ origin, host }) => {
    // RFC 6455, 10.2: non-browser clients need not send it, and could send any.
    if (origin === null) return undefined;
    const page: Page = { text: origin, origin: parseOrigin(origin), host };
    if (matchers.some((matches) => matches(page))) return undefined;
    return isDefault ? otherHost(page) : notInList(page);
  };
}

interface Origin extends Authority {
  readonly scheme: string;
}

/** Who asks. */
interface Page {
  readonly text: string;
  /** `null` when it is opaque (`null`) or no origin at all. */
  readonly origin: Origin | null;
  readonly host: string | null;
}

type Matcher = (page: Page) => boolean;

function toMatcher(pattern: OriginPattern): Matcher {
  if (pattern === "*") return () => true;
  if (pattern === "null") return ({ text }) => text === "null";
  if (pattern === "same-host") return isSameHost;
  if (typeof pattern === "string") return matcherOfText(pattern);
  if (pattern instanceof RegExp) return matcherOfRegExp(pattern);
  // A promise is truthy: an async function would allow everybody.
  if (typeof pattern === "function") return ({ origin }) => origin !== null && pattern(toText(origin)) === true;
  throw usageError(BAD_ORIGINS, String(pattern));
}

/**
 * Behind a proxy that ends TLS the page is at https and we see http, so that only host and port are compared, and a port
 * that is not written is the default of the origin's scheme on both sides.
 */
function isSameHost({ origin, host }: Page): boolean {
  const asked = host === null ? null : parseAuthority(host);
  if (origin === null || asked === null) return false;
  const usual = defaultPort(origin.scheme);
  return usual !== undefined && origin.host === asked.host && (origin.port ?? usual) === (asked.port ?? usual);
}

function matcherOfText(pattern: string): Matcher {
  const [, scheme = "", wildcard, rest = "", anyPort] = PATTERN.exec(pattern) ?? [];
  const wanted = parseAuthority(rest);
  if (wanted === null) throw usageError(BAD_ORIGINS, pattern);
  const wantedPort = portOf({ scheme: scheme.toLowerCase(), ...wanted });
  return ({ origin }) => {
    if (origin === null || webScheme(origin.scheme) !== webScheme(scheme.toLowerCase())) return false;
    if (anyPort === undefined && portOf(origin) !== wantedPort) return false;
    return wildcard === undefined ? origin.host === wanted.host : isBelow(origin.host, wanted.host);
  };
}

const PATTERN = /^([a-z][a-z0-9+.-]*):\/\/(\*\.)?([^/?#@\\]+?)(:\*)?$/i;

/** A copy of the user's, since `test` moves the `lastIndex` of one with the flag `g` or `y`. */
function matcherOfRegExp(pattern: RegExp): Matcher {
  const own = new RegExp(pattern);
  return ({ origin }) => {
    own.lastIndex = 0;
    return origin !== null && own.test(toText(origin));
  };
}

/** RFC 6454, 6.2: scheme "://" host [ ":" port ]. */
function parseOrigin(text: string): Origin | null {
  const [, scheme, rest = ""] = /^([a-z][a-z0-9+.-]*):\/\/(.+)$/i.exec(text) ?? [];
  const authority = parseAuthority(rest);
  return scheme === undefined || authority === null ? null : { scheme: scheme.toLowerCase(), ...authority };
}

function toText(origin: Origin): string {
  const port = portOf(origin);
  const shownPort = port === undefined || port === defaultPort(origin.scheme) ? "" : `:${port}`;
  return `${origin.scheme}://${origin.host}${shownPort}`;
}

function portOf({ scheme, port }: Origin): number | undefined {
  return port ?? defaultPort(scheme);
}

function defaultPort(scheme: string): number | undefined {
  const web = webScheme(scheme);
  if (web === "https") return 443;
  return web === "http" ? 80 : undefined;
}

/** A page that opens `wss://` is at `https://`; who writes one into the option means the other too. */
function webScheme(scheme: string): string {
  if (scheme === "wss") return "https";
  return scheme === "ws" ? "http" : scheme;
}

function otherHost(page: Page): string {
  const { text, origin, host } = page;
  if (origin === null) return notInList(page);
  const asked = host === null ? "there is no Host to compare with" : `not the host that was asked, ${quoted(host)}`;
  return `Origin ${quoted(text)} refused: ${asked}; origins: ["same-host", ${quoted(toText(origin))}] would allow it`;
}

function notInList({ text, origin }: Page): string {
  const shown = `Origin ${quoted(text)} refused:`;
  if (text === "null") return `${shown} a page without an origin of its own; "null" in origins would allow it`;
  if (origin === null) return `${shown} not an origin; only origins: "*" would allow it`;
  return `${shown} it matches none of origins; ${quoted(toText(origin))} in origins would allow it`;
}
