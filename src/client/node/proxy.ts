/** The option `proxy`: one proxy, or the one that the environment names for a place. Connects to none. */

import { BAD_OPTION, usageError } from "../../errors.ts";
import type { HeaderFields } from "../../protocol/handshake/headers.ts";
import { toOwnFields } from "../../protocol/handshake/own-headers.ts";
import { checkNames, checkObject } from "../../socket/check-options.ts";
import type { ConnectOptions } from "../connect-options.ts";
import { proxyFromEnvironment } from "./proxy-from-environment.ts";
import { toFields } from "./request-fields.ts";
import type { Target } from "./target.ts";
import { bareHost, basicAuthorization } from "./target.ts";
import type { TlsSetup } from "./tls-setup.ts";
import { resolveTls } from "./tls-setup.ts";

/** A proxy to go through. */
export interface ProxyServer {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  /** In sentences: `the proxy proxy.example:3128`. */
  readonly name: string;
  /** Of the CONNECT request, beside `Host`. */
  readonly headers: HeaderFields;
  readonly tls: TlsSetup;
}

/** The proxy for a target, if there is one; asked at each attempt, and at each redirect. */
export type ProxyChoice = (target: Target) => ProxyServer | undefined;

/** Checks the option. Throws a `UsageError` that names what is wrong; so does the choice, for the environment. */
export function resolveProxy(option: ConnectOptions["proxy"]): ProxyChoice {
  if (option === undefined) return () => undefined;
  if (option === "env") {
    return (target) => {
      const found = proxyFromEnvironment(target, process.env);
      return found && makeProxy(found.variable, found.url, {});
    };
  }
  const isUrl = typeof option === "string" || option instanceof URL;
  if (!isUrl) {
    checkObject("proxy", option, '"env", a URL, or an object with url');
    checkNames(option, ["url", "headers", "tls"], "proxy");
  }
  const { url, headers, tls } = isUrl ? { url: option } : option;
  const proxy = makeProxy(isUrl ? "proxy" : "proxy.url", url, {
    headers: toOwnFields(toFields(headers)),
    tls: resolveTls("proxy.tls", tls),
  });
  // A unix socket is on this machine.
  return ({ place }) => (place.type === "unix" ? undefined : proxy);
}

function makeProxy(
  source: string,
  given: string | URL,
  { headers = [], tls = resolveTls("proxy.tls") }: { headers?: HeaderFields; tls?: TlsSetup },
): ProxyServer {
  const url = toUrl(source, given);
  const secure = url.protocol === "https:";
  const port = url.port === "" ? (secure ? 443 : 80) : Number(url.port);
  const authorization = basicAuthorization(url);
  const isNamed = headers.some(([name]) => name.toLowerCase() === "proxy-authorization");
  return {
    secure,
    host: bareHost(url.hostname),
    port,
    name: `the proxy ${url.hostname}:${port}`,
    headers:
      authorization === undefined || isNamed ? headers : [["Proxy-Authorization", authorization] as const, ...headers],
    tls,
  };
}

/** `proxy.example:3128` is one of `http:`, as the variables of the environment are often written. */
function toUrl(source: string, given: string | URL): URL {
  const text = String(given);
  const full = text.includes("://") ? text : `http://${text}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  // Without a password, if there is one.
  const shown = JSON.stringify(full.replace(/\/\/.*@/, "//"));
  throw usageError(BAD_OPTION, source, shown, "a URL with http: or https:, such as http://proxy.example:3128");
}
