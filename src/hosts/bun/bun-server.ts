/** Bun's own server for an app: what comes to it is answered by the app, and it stops as one that listens has to. */

import { nextTick } from "node:process";
import type { Hosted, HostLimits } from "../../server/host.ts";
import type { ListenOptions, Place } from "../node/listen-options.ts";
import type { WebServer } from "../web/listen-on.ts";
import { answerPlain, asLast, plainAnswer, tooLarge } from "../web/plain-requests.ts";
import { asksForWebSocket } from "../web/web-handshake.ts";
import { BunHandshake } from "./bun-handshake.ts";
import type { BunRuntime, BunServeOptions, BunServer } from "./bun-runtime.ts";
import { Groups } from "./groups.ts";
import { HeardClock } from "./heard-clock.ts";

/** Begins to listen. Throws the system's error. */
export function serveOnBun(bun: BunRuntime, app: Hosted, { place, tls }: BunPlace): WebServer {
  let state: "open" | "stopping" = "open";
  const { hostLimits, observer } = app;
  const secure = tls !== undefined;
  const clock = new HeardClock(app.clock);
  const shared = { clock, groups: new Groups(() => server, nextTick) };

  const fetch: BunServeOptions["fetch"] = (request, server) => {
    const peerAddress = server.requestIP(request)?.address ?? "";
    const reason = tooLarge(request.headers, hostLimits);
    if (asksForWebSocket(request)) {
      const handshake = new BunHandshake({ request, peerAddress, secure }, server, shared);
      if (reason === undefined) app.handshake(handshake);
      else {
        const { target: path } = handshake;
        observer.connectionRejected?.({ path, remoteAddress: peerAddress, status: 431, reason });
        return plainAnswer(431, CLOSE);
      }
      return handshake.answer();
    }
    if (reason !== undefined) return plainAnswer(431, CLOSE);
    // It may take as long as it likes: only what comes before it has a deadline.
    server.timeout(request, 0);
    const answer = answerPlain(app, { request, env: { server }, peerAddress });
    return state === "open" ? answer : answer.then(asLast);
  };

  const server: BunServer = bun.serve({
    ...toWhere(place),
    ...(tls === undefined ? {} : { tls }),
    development: false,
    // With `bun --hot`, a second server on a port would take the place of the first one in silence.
    id: null,
    idleTimeout: toSeconds(hostLimits.handshakeTimeout),
    fetch,
    error: (error) => {
      observer.error?.({ error, where: "host" });
      return plainAnswer(500);
    },
    websocket: {
      ...LEFT_TO_US,
      maxPayloadLength: Math.min(hostLimits.messageSize, MOST),
      open: (socket) => socket.data.bunOnOpen(socket),
      message: (socket, data) => socket.data.bunOnMessage(data),
      ping: (socket) => socket.data.bunOnPing(),
      pong: (socket, payload) => socket.data.bunOnPong(payload),
      drain: (socket) => socket.data.bunOnDrain(),
      close: (socket, code, reason) => socket.data.bunOnClose(code, reason),
    },
  });
  clock.start();
  return {
    port: server.port,
    stop: () => {
      if (state === "stopping") return;
      state = "stopping";
      void server.stop();
      server.closeIdleConnections?.();
    },
    idle: () => untilIdle(server),
    close: async () => {
      state = "stopping";
      await server.stop(true);
      clock.stop();
    },
  };
}

/** Where to listen. */
export interface BunPlace {
  readonly place: Place;
  readonly tls: ListenOptions["tls"];
}

/** Queues, keepalive and slow peers are ours to see to. */
const LEFT_TO_US = {
  // 0: no limit. The wire gives it no more than it can send at once, and a little.
  backpressureLimit: 0,
  closeOnBackpressureLimit: false,
  idleTimeout: 0,
  sendPings: false,
  // A handshake that agrees on none hides the offer.
  perMessageDeflate: { compress: "shared", decompress: "shared" },
} as const;

/** Bun takes whole numbers of 32 bits. */
const MOST = 2 ** 32 - 1;

const CLOSE = { Connection: "close" };

function toWhere(place: Place): Pick<BunServeOptions, "port" | "hostname" | "reusePort" | "unix"> {
  if (place.type === "unix") return { unix: place.path };
  if (place.type === "tcp") return { port: place.port, hostname: place.host, reusePort: false };
  throw new TypeError("a descriptor is no place on Bun");
}

/** Bun takes up to 255 whole seconds; 0: for ever. */
function toSeconds(milliseconds: HostLimits["handshakeTimeout"]): number {
  return milliseconds === Number.POSITIVE_INFINITY ? 0 : Math.min(Math.max(Math.ceil(milliseconds / 1000), 1), 255);
}

/** Bun does not tell: it is looked at. */
function untilIdle(server: BunServer): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (server.pendingRequests === 0) resolve();
      else setTimeout(look, LOOK);
    };
    look();
  });
}

/** Milliseconds. */
const LOOK = 10;
