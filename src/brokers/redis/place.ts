/** Where a Redis is, without its secrets; and what these are. */

import { BAD_OPTION, usageError } from "../../errors.ts";
import type { ClientOptions } from "./driver.ts";
import type { Model } from "./model.ts";

/** A place that may be shown, and what is not to be. */
export interface Place {
  readonly place: string;
  readonly secrets: readonly (string | undefined)[];
}

/** Throws a `UsageError` (`BAD_OPTION`) for what is no URL of a Redis; its sentence does not repeat it. */
export function placeOfUrl(url: string): Place {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const scheme = parsed?.protocol;
  if (parsed === undefined || !(scheme === "redis:" || scheme === "rediss:" || scheme === "unix:")) {
    throw usageError(BAD_OPTION, "redis", scheme ? `a URL of ${scheme}` : "no URL", EXPECTED);
  }
  const secrets = [parsed.password, decode(parsed.password)];
  if (scheme === "unix:") return { place: `unix://${parsed.pathname}`, secrets };
  if (!/^\/?\d*$/.test(parsed.pathname)) {
    throw usageError(BAD_OPTION, "redis", `a URL with the path ${parsed.pathname}`, EXPECTED);
  }
  const database = parsed.pathname.length > 1 ? parsed.pathname : "";
  return { place: `${scheme}//${parsed.host || "localhost"}${database}`, secrets };
}

/** Where a client of the user's connects. */
export function placeOfModel(model: Model): Place {
  if (model.kind === "client") return placeOfOptions(model.client.options);
  const { rootNodes = [], defaults } = model.cluster._options ?? {};
  const [first] = rootNodes;
  if (first === undefined) return { place: "a Redis Cluster", secrets: [] };
  const { place, secrets } = first.url === undefined ? placeOfOptions(first) : placeOfUrl(first.url);
  return { place, secrets: [...secrets, defaults?.password] };
}

function placeOfOptions({ socket, database, password }: ClientOptions = {}): Place {
  const { host = "localhost", port = 6379, path, tls } = socket ?? {};
  const address = path === undefined ? `${tls ? "rediss" : "redis"}://${bracketed(host)}:${port}` : `unix://${path}`;
  return { place: database ? `${address}/${database}` : address, secrets: [password] };
}

const EXPECTED = "one like redis://user:password@host:6379/0 or rediss://…";

/** An IPv6 address, as in URLs. Version 5 of the package leaves it as it is there. */
function bracketed(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
