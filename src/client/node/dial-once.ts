/** One request to one place: a stream to the server, a handshake on it, and a wire of both. */

import { randomBytes } from "node:crypto";
import type { Duplex } from "node:stream";
import type { SentUpgrade } from "../../protocol/handshake/client.ts";
import { createUpgrade } from "../../protocol/handshake/client.ts";
import { nodePlatform } from "../../protocol/node/platform.ts";
import { EngineWire } from "../../socket/engine-wire.ts";
import type { Dialed, DialRequest } from "../dialer.ts";
import { Attempt } from "./attempt.ts";
import type { DialOptions } from "./dial-options.ts";
import { pickEngineLimits } from "./dial-options.ts";
import type { AnswerWish, Shaken } from "./handshake.ts";
import { shakeHttp1 } from "./http1-handshake.ts";
import { shakeHttp2 } from "./http2-handshake.ts";
import { OpenedStream } from "./opened-stream.ts";
import type { ProxyServer } from "./proxy.ts";
import type { Hop } from "./redirects.ts";
import { isRedirect } from "./redirects.ts";
import type { Target } from "./target.ts";
import { toTarget } from "./target.ts";

/** Rejects as a `Dial` does, for redirects too; nothing is left open then. */
export async function dialOnce(
  hop: Hop,
  { subprotocols, signal }: Pick<DialRequest, "subprotocols" | "signal">,
  options: DialOptions,
): Promise<Dialed> {
  const target = toTarget(hop.url);
  // Before anything is opened: what cannot be asked for need not be connected to.
  const sent = toUpgrade(hop, target, { ...options, protocols: subprotocols });
  const proxy = options.proxyFor(target);
  const attempt = new Attempt(signal);
  try {
    const way = { target: withProxy(target, proxy), tls: hop.tls, proxy };
    const shaken = await shakeHands(attempt, await options.openStream(attempt, way, options), {
      sent,
      ...way,
      options,
    });
    attempt.succeed();
    return toDialed(attempt, shaken, options);
  } catch (error) {
    throw attempt.fail(error);
  }
}

function toUpgrade(
  { headers }: Hop,
  { authority, path, secure, authorization }: Target,
  { protocols, compression, http2 }: Pick<DialOptions, "compression" | "http2"> & { protocols: readonly string[] },
): SentUpgrade {
  const isNamed = headers.some(([name]) => name.toLowerCase() === "authorization");
  const own = authorization === undefined || isNamed ? [] : [["Authorization", authorization] as const];
  const wish = { authority, target: path, protocols, headers: [...own, ...headers], compression };
  if (http2) return createUpgrade({ ...wish, http: 2, scheme: secure ? "https" : "http" });
  return createUpgrade({ ...wish, http: 1, nonce: randomBytes(16) });
}

function withProxy(target: Target, proxy: ProxyServer | undefined): Target {
  return proxy === undefined ? target : { ...target, name: `${target.name} (through ${proxy.name})` };
}

function shakeHands(
  attempt: Attempt,
  stream: Duplex,
  { sent, target, options }: { sent: SentUpgrade; target: Target; options: DialOptions },
): Promise<Shaken> {
  const { limits, clock, redirects } = options;
  const wish: AnswerWish = {
    peer: target,
    limits,
    body: { limit: limits.answerBody, clock },
    skipsBody: (status) => redirects > 0 && isRedirect(status),
  };
  if (sent.http === 1) return shakeHttp1(stream, sent, wish);
  return shakeHttp2(attempt, stream, sent, { ...wish, clock, closeTimeout: limits.closeTimeout });
}

function toDialed(attempt: Attempt, { stream, head, opened, headers }: Shaken, options: DialOptions): Dialed {
  const { limits, clock } = options;
  const wire = new EngineWire(new OpenedStream(stream, head, attempt), {
    role: "client",
    platform: nodePlatform,
    clock,
    deflate: opened.deflate,
    limits: pickEngineLimits(limits),
    closeTimeout: limits.closeTimeout,
  });
  return { wire, protocol: opened.protocol, headers };
}
