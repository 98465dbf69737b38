/** URLs of NATS: `nats://user:pass@host:port`, `tls://host`, `host:port`; taken apart, since the client reads no users in them. */

import { BAD_OPTION, usageError } from "../../errors.ts";
import type { NatsClientOptions } from "./nats-options.ts";

/** Where to connect, and as whom. */
export interface NatsServers {
  /** `host:port`, at least one. */
  readonly servers: readonly string[];
  /** For sentences: `nats://a:4222, nats://b:4222`. */
  readonly place: string;
  /** What the URLs say of user, password, token and TLS. */
  readonly options: NatsClientOptions;
}

/** Reads one URL or several. Throws a `UsageError` (`BAD_OPTION`), in which no password stands. */
export function parseServers(urls: string | readonly string[]): NatsServers {
  const list = (typeof urls === "string" ? [urls] : urls).map(parseUrl);
  if (list.length === 0) throw usageError(BAD_OPTION, "the list of URLs of nats()", "empty", "one URL or more");
  return {
    servers: list.map(({ server }) => server),
    place: list.map(({ scheme, server }) => `${scheme}//${server}`).join(", "),
    // The client has one user for all servers. The first that is named counts.
    options: Object.assign({}, ...list.map(({ options }) => options).reverse()),
  };
}

const DEFAULT_PORT = "4222";

function parseUrl(text: string): { scheme: string; server: string; options: NatsClientOptions } {
  const full = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `nats://${text}`;
  try {
    const url = new URL(full);
    if (!SCHEMES.includes(url.protocol) || !HOST.test(url.hostname)) throw new TypeError();
    return {
      scheme: url.protocol,
      server: `${url.hostname}:${url.port || DEFAULT_PORT}`,
      options: { ...userOf(url), ...(url.protocol === "tls:" ? { tls: {} } : {}) },
    };
  } catch {
    const expected = "nats://host:port or tls://host:port, several of them as a list";
    throw usageError(BAD_OPTION, "the URL of nats()", withoutUser(text), expected);
  }
}

const SCHEMES: readonly string[] = ["nats:", "tls:"];

/** `URL` takes the host of an unknown scheme as it is: also none, and a list of several. */
const HOST = /^[^,]+$/;

/** By NATS' own custom, a user without password is a token. */
function userOf({ username, password }: URL): NatsClientOptions {
  if (username === "") return {};
  const user = decodeURIComponent(username);
  return password === "" ? { token: user } : { user, pass: decodeURIComponent(password) };
}

function withoutUser(text: string): string {
  return String(text).replace(/^(.*\/\/)?.*@/s, "$1…@");
}
