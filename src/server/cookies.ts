/** The header `Cookie` of a request as names and values (RFC 6265, 5.4). Sets none, and trusts none. */

import { trimSpace } from "../protocol/http-token.ts";

/**
 * The cookies by name. Lenient, as browsers send what they were once given: quotes around a value are taken off,
 * percent-encoding is undone where it is valid, what has no name or no `=` is passed over. Of several with one name the
 * first wins: RFC 6265, 5.4 puts the longer path first.
 *
 * @example
 * parseCookies('session=abc; name="J%C3%BCrgen"').get("name"); // "Jürgen"
 */
export function parseCookies(header: string | null | undefined): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>();
  for (const pair of (header ?? "").split(";")) {
    const equals = pair.indexOf("=");
    const name = trimSpace(pair.slice(0, Math.max(0, equals)));
    if (name !== "" && !cookies.has(name)) cookies.set(name, decodeValue(trimSpace(pair.slice(equals + 1))));
  }
  return cookies;
}

function decodeValue(text: string): string {
  const isQuoted = text.length > 1 && text.startsWith('"') && text.endsWith('"');
  const value = isQuoted ? text.slice(1, -1) : text;
  if (!value.includes("%")) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
