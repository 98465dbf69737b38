/** Where to connect: URLs, `host:port`, parts and what is relative to a page, as users write them, become one URL. */

import { BAD_URL, usageError } from "../errors.ts";
import type { HostAndPort, Place } from "./connect-options.ts";
import type { ClientRuntime } from "./runtime.ts";
import { withDefaults } from "./with-defaults.ts";

/**
 * The URL of a place, with a scheme that the runtime knows. `http:` and `https:` become `ws:` and `wss:`; `host:port`
 * is `ws:`; what begins with `/`, `?` or `.` is relative to `base`. A fragment is removed, as browsers do. Throws a
 * `UsageError`: `BAD_URL`, and for parts also `UNKNOWN_OPTION` and `BAD_OPTION`.
 */
export function resolvePlace(place: Place, { base, schemes }: Pick<ClientRuntime, "base" | "schemes">): URL {
  const { href } = Object(place) as Partial<URL>;
  const text = href ?? (typeof place === "object" && place ? fromParts(place as HostAndPort) : String(place));
  const isRelative = /^[/?.]/.test(text);
  const full = HOST_AND_PORT.test(text) ? `ws://${text}` : text;
  let url: URL;
  try {
    url = new URL(LENIENT.test(full) ? "//" : full, isRelative ? base : undefined);
    url = new URL(url.port === "0" ? "//" : url.href.replace(/^http/, "ws"));
  } catch {
    const reason =
      isRelative && !base
        ? "it is relative to no page"
        : "it lacks a scheme such as wss:, or a valid host or port, or has white space";
    throw usageError(BAD_URL, text, reason);
  }
  if (!schemes.includes(url.protocol)) {
    throw usageError(BAD_URL, text, `${url.protocol} is none of ${schemes.join(", ")}, http:, https:`);
  }
  // RFC 6455, 3: "Fragment identifiers are meaningless in the context of WebSocket URIs and MUST NOT be used".
  url.hash = "";
  return url;
}

function fromParts(parts: HostAndPort): string {
  const { host, port, path, secure } = withDefaults("place", PARTS, parts);
  // So that no other part of the URL comes from it. What is encoded here makes no valid host.
  const safe = host.replace(/[/?#@\\]/g, encodeURIComponent);
  const name = /:/.test(safe) ? `[${safe.replace(/[[\]]/g, "")}]` : safe;
  return `ws${secure ? "s" : ""}://${name}:${port || ""}${path.replace(/^(?![/?])/, "/")}`;
}

/** No port is the one of the scheme. */
const PARTS = { host: "localhost", port: 0, path: "", secure: false };

/** `localhost:8765` is no URL with the scheme `localhost:`. */
const HOST_AND_PORT = /^[^/?#@]+:\d+(?![^/?#])/;

/** What `URL` would make something of: white space, and `ws:///chat` whose host would be `chat`. */
const LENIENT = /\s|^(ws|http)s?:(?!\/\/[^/\\])/i;
