/** The first step: what the URL says, and what browsers will say of it. */

import { isIP } from "node:net";
import { toWebSocketUrl } from "../connection-flags.ts";
import { basicAuthorization, decoded } from "./basic-authorization.ts";
import type { Target } from "./case.ts";
import { finding } from "./knowledge.ts";
import type { Checked, Finding } from "./step.ts";

/** Reads the URL as it was typed. */
export function checkUrl(text: string): Checked<Target> {
  let url: URL;
  try {
    url = toWebSocketUrl(text);
  } catch (error) {
    const { message } = error as Error;
    return { summary: shownText(text), findings: [finding("url-unreadable", `${shownText(text)}: ${message}`)] };
  }
  const target = toTarget(url);
  return { summary: target.shown, details: detailsOf(target), findings: warnings(text.trim(), target), value: target };
}

/** Without what may be a password, since people paste what the doctor says. */
function shownText(text: string): string {
  return JSON.stringify(text.replace(/(\/\/[^/@:]*:)[^@/]*@/, "$1***@"));
}

function toTarget(url: URL): Target {
  const secure = url.protocol.startsWith("wss");
  const shown = new URL(url);
  if (url.password !== "") shown.password = "***";
  const common = { secure, shown: shown.href };
  if (url.protocol.endsWith("+unix:")) {
    const [socket = "", ...rest] = url.pathname.split(":");
    const path = (rest.join(":") || "/") + url.search;
    const unixPath = decoded(socket);
    return { ...common, host: "localhost", port: 0, unixPath, authority: "localhost", path, authorization: undefined };
  }
  const bare = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return {
    ...common,
    host: isIP(bare) ? bare : url.hostname,
    port: url.port === "" ? (secure ? 443 : 80) : Number(url.port),
    unixPath: undefined,
    authority: url.host,
    path: url.pathname + url.search,
    authorization: basicAuthorization(url),
  };
}

function detailsOf({ secure, host, port, path, unixPath }: Target) {
  return unixPath === undefined ? { secure, host, port, path } : { secure, unixPath, path };
}

function warnings(text: string, { secure, host, port, unixPath, shown }: Target): Finding[] {
  const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  const hasPort = /^[^/?#]*:\d+$/.test(text.replace(/^[a-z][a-z\d+.-]*:\/\//i, "").split(/[/?#]/, 1)[0]!);
  const found: Finding[] = [];
  if (unixPath !== undefined) return found;
  // `:8765` is no URL, and nobody takes it for one.
  if (scheme === undefined && !text.startsWith(":")) found.push(finding("url-without-scheme", `taken for ${shown}`));
  if (scheme?.startsWith("http")) found.push(finding("url-http-scheme", `taken for ${shown}`));
  if (text.includes("#")) found.push(finding("url-fragment", `"${text.slice(text.indexOf("#"))}" is left out`));
  if (LISTENING.has(host)) found.push(finding("url-listening-address", `the host is ${host}`));
  const isOwn = isOwnMachine(host);
  if (isOwn && !hasPort) found.push(finding("url-without-port", `the port is ${port}`));
  if (!secure && port === 443) found.push(finding("url-plain-to-443", "ws: and port 443"));
  else if (!secure && !isOwn) found.push(finding("url-plain-in-public", `${host} is no host of a private network`));
  if (secure && port === 80) found.push(finding("url-tls-to-80", "wss: and port 80"));
  if (BLOCKED.has(port)) found.push(finding("url-blocked-port", `the port is ${port}`));
  return found;
}

const LISTENING = new Set(["0.0.0.0", "::"]);

/** Whether the host is of this machine or of a private network, as far as its name or address tells. */
function isOwnMachine(host: string): boolean {
  if (isIP(host) === 4) return /^(0\.|127\.|10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.)/.test(host);
  if (isIP(host) === 6) return /^(::1?$|f[cd]|fe[89ab])/i.test(host);
  return !host.includes(".") || /\.(localhost|local|lan|internal|test|home\.arpa)$/.test(host);
}

/** The Fetch standard, 2.9: "bad port". */
const BLOCKED = new Set([
  1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
  111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
  540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
  6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]);
