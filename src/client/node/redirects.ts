/** Where a redirect leads, and what may be shown there (RFC 9110, 15.4). Connects to nothing. */

import type { ErrorArgument, ErrorKind } from "../../errors.ts";
import {
  HandshakeError,
  REDIRECT_INSECURE,
  REDIRECT_INVALID,
  REDIRECT_LOOP,
  TOO_MANY_REDIRECTS,
  UPGRADE_REFUSED,
} from "../../errors.ts";
import type { HeaderFields } from "../../protocol/handshake/headers.ts";
import { isUnix, splitUnix } from "./target.ts";
import type { TlsSetup } from "./tls-setup.ts";
import { withoutCredentials } from "./tls-setup.ts";

/** A place, and what is shown there. */
export interface Hop {
  readonly url: URL;
  /** The user's own header fields. */
  readonly headers: HeaderFields;
  readonly tls: TlsSetup;
}

/** Whether a status sends the client somewhere else. */
export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status);
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** The redirects of one dial. */
export class Redirects {
  readonly #limit: number;
  readonly #been: URL[] = [];

  /** `limit`: how many are followed. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Where the answer that an attempt has failed with leads; throws the error itself if it is no redirect to be followed. */
  next(hop: Hop, error: unknown): Hop {
    const location = this.#limit > 0 ? locationOf(error) : undefined;
    if (location === undefined) throw error;
    const answer = error as HandshakeError;
    const url = resolve(location, hop.url);
    if (url === undefined) throw redirectError(answer, REDIRECT_INVALID, location);
    const shown = nameOf(url);
    if (isSecure(hop.url) && !isSecure(url)) throw redirectError(answer, REDIRECT_INSECURE, shown);
    this.#been.push(hop.url);
    if (this.#been.some((before) => nameOf(before) === shown)) throw redirectError(answer, REDIRECT_LOOP, shown);
    if (this.#been.length > this.#limit) throw redirectError(answer, TOO_MANY_REDIRECTS, this.#limit, shown);
    return sameOrigin(hop.url, url) ? stay(hop, url) : leave(hop, url);
  }
}

function locationOf(error: unknown): string | undefined {
  if (!(error instanceof HandshakeError) || error.code !== UPGRADE_REFUSED.code) return undefined;
  return isRedirect(error.status ?? 0) ? (error.headers?.get("location") ?? undefined) : undefined;
}

/** The place, with a scheme of WebSockets and no fragment; `undefined` for what is none. A unix socket leads to itself, by a path. */
function resolve(location: string, base: URL): URL | undefined {
  const from = isUnix(base) ? `ws://${UNIX_HOST}${splitUnix(base).path}` : base.href;
  if (!URL.canParse(location, from)) return undefined;
  const found = new URL(new URL(location, from).href.replace(/^http/, "ws"));
  found.hash = "";
  if (isUnix(base) && found.host === UNIX_HOST) {
    const [socket] = base.pathname.split(":");
    return new URL(`${base.protocol}${socket}:${found.pathname}${found.search}`);
  }
  return found.protocol === "ws:" || found.protocol === "wss:" ? found : undefined;
}

/** RFC 6761, 6.4: no name ends in this. */
const UNIX_HOST = "unix.invalid";

/** Credentials are for who was meant: with the same scheme, host and port, that is the same one. */
function stay(hop: Hop, url: URL): Hop {
  if (url.username === "" && url.password === "") {
    url.username = hop.url.username;
    url.password = hop.url.password;
  }
  return { ...hop, url };
}

function leave({ headers, tls }: Hop, url: URL): Hop {
  url.username = "";
  url.password = "";
  return {
    url,
    headers: headers.filter(([name]) => !CREDENTIALS.has(name.toLowerCase())),
    tls: withoutCredentials(tls),
  };
}

const CREDENTIALS: ReadonlySet<string> = new Set(["authorization", "cookie", "proxy-authorization"]);

function sameOrigin(one: URL, other: URL): boolean {
  const socketOf = (url: URL) => (isUnix(url) ? splitUnix(url).socket : undefined);
  return one.protocol === other.protocol && one.host === other.host && socketOf(one) === socketOf(other);
}

function isSecure({ protocol }: URL): boolean {
  return protocol.startsWith("wss");
}

/** The URL without a password. */
function nameOf(url: URL): string {
  const named = new URL(url);
  named.username = "";
  named.password = "";
  return named.href;
}

function redirectError<Args extends readonly ErrorArgument[]>(
  { status, headers }: HandshakeError,
  kind: ErrorKind<Args>,
  ...args: Args
): HandshakeError {
  return new HandshakeError(kind.code, kind.sentence(...args), status, { headers });
}
