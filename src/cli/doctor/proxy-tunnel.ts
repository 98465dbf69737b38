/** The way out through an HTTP proxy: which one, and the tunnel that CONNECT opens (RFC 9110, 9.3.6). */

import type { Duplex } from "node:stream";
import { basicAuthorization } from "./basic-authorization.ts";
import type { CaseOptions, Target } from "./case.ts";
import type { Patience } from "./deadline.ts";
import { finding } from "./knowledge.ts";
import { readAnswer } from "./read-answer.ts";
import type { Checked } from "./step.ts";

/** A proxy. */
export interface ProxyServer {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  readonly authorization: string | undefined;
  /** In sentences, without a password. */
  readonly name: string;
}

/** The proxy that the options name for this target; `undefined` without one, or the reason why it cannot be read. */
export function chooseProxy(
  { proxy: option, world }: Pick<CaseOptions, "proxy" | "world">,
  target: Target,
): ProxyServer | { readonly problem: string } | undefined {
  if (option === undefined || target.unixPath !== undefined) return undefined;
  const given = option === "env" ? fromEnvironment(target, world.env) : String(Object(option).url ?? option);
  if (given === undefined) return undefined;
  const full = given.includes("://") ? given : `http://${given}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    return { problem: JSON.stringify(full.replace(/\/\/.*@/, "//")) };
  }
  const secure = url.protocol === "https:";
  return {
    secure,
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? (secure ? 443 : 80) : Number(url.port),
    authorization: basicAuthorization(url),
    name: `the proxy ${url.host}`,
  };
}

/** HTTPS_PROXY for wss:, HTTP_PROXY for ws:, in lower case first; NO_PROXY has names, their endings, or `*`. */
function fromEnvironment({ secure, host }: Target, env: CaseOptions["world"]["env"]): string | undefined {
  const value = (name: string) => env[name.toLowerCase()] || env[name] || undefined;
  const spared = (value("NO_PROXY") ?? "").split(/[\s,]+/).filter(Boolean);
  const isSpared = spared.some((name) => name === "*" || `.${host}`.endsWith(`.${name.replace(/^\*?\./, "")}`));
  return isSpared ? undefined : (value(secure ? "HTTPS_PROXY" : "HTTP_PROXY") ?? value("ALL_PROXY"));
}

/** Asks the proxy, on a connection to it, to lead to the target. */
export async function openTunnel(
  stream: Duplex,
  { name, authorization }: ProxyServer,
  target: Target,
  patience: Patience,
): Promise<Checked<Duplex>> {
  const host = target.host.includes(":") ? `[${target.host}]` : target.host;
  const place = `${host}:${target.port}`;
  const own = authorization === undefined ? "" : `Proxy-Authorization: ${authorization}\r\n`;
  stream.write(`CONNECT ${place} HTTP/1.1\r\nHost: ${place}\r\n${own}\r\n`);
  const answer = await readAnswer(stream, patience, { until: (status) => status >= 200 && status < 300 });
  if (answer.type !== "head") {
    return { summary: `${name} does not answer`, findings: [finding("proxy-no-answer", `${name}: ${answer.type}`)] };
  }
  const { status, reason } = answer;
  if (!answer.isFinal) {
    const seen = `${name} answered ${status} ${reason}`.trim();
    return { summary: seen, details: { status }, findings: [finding("proxy-refused", seen)] };
  }
  if (answer.rest.length > 0) stream.unshift(Buffer.from(answer.rest));
  return { summary: `${name} leads to ${place}`, details: { proxy: name, status }, value: stream };
}
