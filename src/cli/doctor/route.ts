/** The way to the server that was found good: opens further connections on it, for what one request cannot tell. */

import type { Duplex } from "node:stream";
import type { CaseOptions, Target } from "./case.ts";
import type { Endpoint } from "./check-tcp.ts";
import { dial } from "./check-tcp.ts";
import { checkTls } from "./check-tls.ts";
import { LATE } from "./deadline.ts";
import type { ProxyServer } from "./proxy-tunnel.ts";
import { openTunnel } from "./proxy-tunnel.ts";

/** What has answered so far. */
export interface Way {
  readonly target: Target;
  readonly endpoint: Endpoint;
  readonly proxy: ProxyServer | undefined;
  readonly options: CaseOptions;
}

/** A connection to the server on which HTTP can be spoken; `undefined` if none comes about this time. */
export async function openAgain(way: Way): Promise<Duplex | undefined> {
  const stream = await openPlain(way);
  return stream !== undefined && way.target.secure ? secure(stream, way) : stream;
}

/** Whether the server speaks TLS on this port, with whatever certificate. */
export async function speaksTls(way: Way): Promise<boolean> {
  const stream = await openPlain(way);
  if (stream === undefined) return false;
  const timeout = Math.min(way.options.timeout, PROBE);
  const options = { ...way.options, timeout, tls: { rejectUnauthorized: false } };
  const secured = await secure(stream, { ...way, options });
  secured?.destroy();
  return secured !== undefined;
}

/** Milliseconds for a guess. */
const PROBE = 2000;

async function openPlain({ endpoint, proxy, target, options }: Way): Promise<Duplex | undefined> {
  const stream = await dial(endpoint, options).catch(() => undefined);
  options.signal?.throwIfAborted();
  if (stream === undefined || stream === LATE) return undefined;
  if (proxy === undefined) return stream;
  const led = await leadToProxy(stream, proxy, options);
  return led && (await openTunnel(led, proxy, target, options)).value;
}

/** On a connection to the proxy itself: TLS, if it is one with https:. */
export async function leadToProxy(
  stream: Duplex,
  proxy: ProxyServer,
  options: CaseOptions,
): Promise<Duplex | undefined> {
  if (!proxy.secure) return stream;
  return (await checkTls(stream, { ...options, host: proxy.host })).value;
}

async function secure(stream: Duplex, { target, options }: Way): Promise<Duplex | undefined> {
  return (await checkTls(stream, { ...options, host: target.host })).value;
}
