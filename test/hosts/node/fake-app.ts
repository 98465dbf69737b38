/** An app for the tests of the host: it does with each handshake what the test says, and notes what it is told. */

import { Hono } from "hono";
import type { Limits } from "../../../src/protocol/index.ts";
import { acceptUpgrade, defaultLimits, readUpgrade } from "../../../src/protocol/index.ts";
import { nodePlatform } from "../../../src/protocol/node/platform.ts";
import { systemClock } from "../../../src/protocol/run/clock.ts";
import { AppClock } from "../../../src/server/app-clock.ts";
import type { Handshake, Hosted, HostLimits, OpeningResponse, Stoppable } from "../../../src/server/host.ts";
import type { ConnectionRejected, ErrorSignal, Observer } from "../../../src/server/observing/observer.ts";
import type { Wire, WireSink } from "../../../src/socket/wire.ts";
import { Inbox } from "../../support/inbox.ts";

export interface FakeAppOptions {
  /** @default echo */
  readonly handshake?: (handshake: Handshake) => void;
  /** @default all */
  readonly routes?: readonly string[];
  readonly limits?: Partial<HostLimits>;
}

/** `app.http` answers plain requests: `/` with "hello", and what the test adds. */
export class FakeApp implements Hosted {
  readonly http = new Hono();
  readonly hostLimits: HostLimits;
  readonly clock = new AppClock(systemClock);
  readonly errors = new Inbox<ErrorSignal>();
  readonly rejected: ConnectionRejected[] = [];
  readonly urls: string[] = [];
  readonly targets: string[] = [];
  readonly listeners: Stoppable[] = [];
  readonly observer: Observer = {
    error: (signal) => this.errors.push(signal),
    connectionRejected: (signal) => this.rejected.push(signal),
    listening: ({ url }) => this.urls.push(url),
  };
  readonly #handshake: (handshake: Handshake) => void;
  readonly #routes: readonly string[] | undefined;

  constructor({ handshake = echo, routes, limits = {} }: FakeAppOptions = {}) {
    this.#handshake = handshake;
    this.#routes = routes;
    this.hostLimits = { ...LIMITS, ...limits };
    this.http.get("/", (c) => c.text("hello"));
    this.http.post("/", async (c) => c.text(`you sent ${await c.req.text()}`));
  }

  handshake(handshake: Handshake): undefined {
    this.targets.push(handshake.target);
    if (this.hasRoute(handshake.target)) this.#handshake(handshake);
    else handshake.refuse({ status: 404, headers: [], body: "not here\n" });
  }

  watchErrors(): never {
    throw new Error("nobody watches the errors of this one");
  }

  roomListeners(): never {
    throw new Error("this one has no rooms");
  }

  hasRoute(target: string): boolean {
    return this.#routes?.includes(target.replace(/\?.*/, "")) ?? true;
  }

  fetch(request: Request, env: unknown): Response | Promise<Response> {
    return this.http.fetch(request, env as object);
  }

  addListener(listener: Stoppable): () => void {
    this.listeners.push(listener);
    return () => {};
  }
}

const LIMITS: HostLimits = {
  headBytes: 16_384,
  headers: 100,
  handshakeTimeout: 10_000,
  handshakes: 1_000,
  messageSize: 1_048_576,
};

/** Accepts, greets and echoes; refuses what is malformed. */
export function echo(handshake: Handshake): void {
  const wire = open(handshake);
  wire?.send("welcome", false);
}

/** Accepts with an echo behind it; refuses what is malformed. */
export function open(handshake: Handshake, limits: Limits = defaultLimits): Wire | undefined {
  const response = opening(handshake, limits);
  if (response === undefined) return undefined;
  const wire = handshake.accept(response);
  wire.open(sink({ wireOnMessage: (data) => void wire.send(data, false) }));
  return wire;
}

/** A sink that hears what the test wants to hear. */
export function sink(parts: Partial<WireSink>): WireSink {
  return {
    wireOnMessage() {},
    wireOnPong() {},
    wireOnRoom() {},
    wireOnGoodbye: () => false,
    wireOnClose() {},
    ...parts,
  };
}

/** The response that opens the WebSocket; refuses what is malformed. */
export function opening(handshake: Handshake, limits: Limits = defaultLimits): OpeningResponse | undefined {
  const upgrade = readUpgrade(handshake.upgrade);
  if (upgrade.type === "refuse") {
    handshake.refuse(upgrade);
    return undefined;
  }
  const { response, deflate } = acceptUpgrade(upgrade, {
    headers: [
      ["Set-Cookie", "a=1"],
      ["Set-Cookie", "b=2"],
    ],
  });
  return { ...response, deflate, limits, closeTimeout: 1_000, platform: nodePlatform, clock: systemClock };
}
