/** What `Deno.serve` calls for each request: the app answers, over HTTP or by opening a WebSocket of Deno's. */

import { NOT_ON_DENO, usageError } from "../../errors.ts";
import type { Hosted, Stoppable } from "../../server/host.ts";
import type { HeartbeatOptions } from "../../socket/socket-config.ts";
import { answerPlain, plainAnswer, tooLarge } from "../web/plain-requests.ts";
import { asksForWebSocket } from "../web/web-handshake.ts";
import { DenoHandshake } from "./deno-handshake.ts";
import type { DenoServeInfo } from "./deno-runtime.ts";
import { denoRuntime } from "./deno-runtime.ts";

/** The app behind a server of Deno's, which is the user's: he ends it himself. */
export class FetchHandler implements Stoppable {
  readonly #app: Hosted;
  /** Seconds, as Deno has it. */
  readonly #idleTimeout: number;
  /** Plain requests that are under way. */
  #underWay = 0;
  #onIdle: (() => void) | undefined;

  constructor(app: Hosted, heartbeat: HeartbeatOptions | null) {
    this.#app = app;
    // Deno pings after half of it: so a dead peer goes unnoticed as long as with pings of ours.
    this.#idleTimeout = heartbeat === null ? 0 : (heartbeat.interval + heartbeat.timeout) / 1000;
  }

  /** Never rejects. Throws a `UsageError` (`NOT_ON_DENO`) for a WebSocket in another runtime. */
  fetch(request: Request, info?: DenoServeInfo): Response | Promise<Response> {
    const peerAddress = info?.remoteAddr?.hostname ?? "";
    const reason = tooLarge(request.headers, this.#app.hostLimits);
    if (asksForWebSocket(request)) return this.#upgrade(request, peerAddress, reason);
    return reason === undefined ? this.#answer(request, info, peerAddress) : plainAnswer(431);
  }

  #upgrade(request: Request, peerAddress: string, reason: string | undefined): Response | Promise<Response> {
    const deno = denoRuntime();
    if (deno === undefined) throw usageError(NOT_ON_DENO);
    const secure = new URL(request.url).protocol === "https:";
    const handshake = new DenoHandshake(deno, { request, peerAddress, secure }, this.#idleTimeout);
    if (reason === undefined) {
      this.#app.handshake(handshake);
      // Of a handshake on Deno, the answer is always a response.
      return handshake.answer() as Response | Promise<Response>;
    }
    const { target: path } = handshake;
    this.#app.observer.connectionRejected?.({ path, remoteAddress: peerAddress, status: 431, reason });
    return plainAnswer(431);
  }

  async #answer(request: Request, env: DenoServeInfo | undefined, peerAddress: string): Promise<Response> {
    this.#underWay++;
    try {
      return await answerPlain(this.#app, { request, env, peerAddress });
    } finally {
      this.#underWay--;
      if (this.#underWay === 0) this.#onIdle?.();
    }
  }

  /** New WebSockets are refused by the app. */
  stop(): void {}

  /** Until all have their response; whether it has been read, only the server knows. */
  async idle(): Promise<void> {
    if (this.#underWay > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
  }

  async close(): Promise<void> {}
}
