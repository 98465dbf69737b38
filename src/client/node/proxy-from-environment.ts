/** The proxy that the environment names for a place, as curl, Go and Python read it: `HTTPS_PROXY` and its kin. */

import { BlockList, isIP } from "node:net";
import type { Target } from "./target.ts";

/** What was found, and in which variable. */
export interface FoundProxy {
  readonly variable: string;
  readonly url: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * `https_proxy` is for `wss:`, `http_proxy` for `ws:`, `all_proxy` for both; lower case counts before upper case. `no_proxy`
 * is a list of places without one: `*`, `example.com` with all below it, `.example.com` for those below only, addresses and
 * networks, each with or without a port.
 */
export function proxyFromEnvironment({ place, secure }: Target, environment: Environment): FoundProxy | undefined {
  if (place.type === "unix") return undefined;
  if (isExcluded(place, environment["no_proxy"] || environment["NO_PROXY"] || "")) return undefined;
  // In a CGI program, this variable is a header of the request: `Proxy: …`.
  const http = "REQUEST_METHOD" in environment ? ["http_proxy"] : ["http_proxy", "HTTP_PROXY"];
  const names = [...(secure ? ["https_proxy", "HTTPS_PROXY"] : http), "all_proxy", "ALL_PROXY"];
  const variable = names.find((name) => environment[name]);
  return variable === undefined ? undefined : { variable, url: environment[variable]! };
}

function isExcluded({ host, port }: { host: string; port: number }, list: string): boolean {
  const entries = list.toLowerCase().split(/[\s,]+/);
  return entries.some((entry) => {
    const [, name = "", ofPort] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? [undefined, entry];
    if (name === "" || (ofPort !== undefined && Number(ofPort) !== port)) return false;
    const bare = name.replace(/^\[|\]$/g, "");
    return isIP(host) ? bare === "*" || holdsAddress(bare, host) : holdsName(bare, host.replace(/\.$/, ""));
  });
}

function holdsName(entry: string, host: string): boolean {
  if (entry === "*") return true;
  const domain = entry.replace(/^\*?\./, "");
  return host.endsWith(`.${domain}`) || (domain === entry && host === entry);
}

function holdsAddress(entry: string, address: string): boolean {
  const [network = "", bits] = entry.split("/");
  const family = isIP(network);
  const prefix = bits === undefined ? (family === 4 ? 32 : 128) : Number(bits);
  if (family === 0 || !(prefix >= 0 && prefix <= (family === 4 ? 32 : 128))) return false;
  const networks = new BlockList();
  networks.addSubnet(network, prefix, family === 4 ? "ipv4" : "ipv6");
  return networks.check(address, isIP(address) === 4 ? "ipv4" : "ipv6");
}
