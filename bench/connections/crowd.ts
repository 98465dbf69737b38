/** Many clients in a process of their own, on a core of their own. */

import { setTimeout as sleep } from "node:timers/promises";
import type { Payloads } from "../load/payloads.ts";
import type { ServerName } from "../model.ts";
import type { Place } from "../scenario.ts";
import { CannotError } from "../scenario.ts";
import type { ServerProcess } from "../servers/start.ts";
import { speaksSocketIo } from "../servers/start.ts";
import { nodeCommand, Pinned } from "../support/pinned.ts";
import type { Target } from "./visit.ts";

/** What came of an attempt to open. */
export interface Opened {
  /** False: the server would not compress as it was offered. */
  readonly agreed: boolean;
}

/** How hard to knock. */
export interface Rush {
  readonly inProgress: number;
  readonly milliseconds: number;
  /** However long these take. */
  readonly atLeast: number;
}

/** What came of many attempts. */
export interface Arrivals {
  readonly opened: number;
  readonly failed: number;
  readonly seconds: number;
  /** The share of a core that the crowd took for it, 0 to 1. */
  readonly busy: number;
}

/** Clients of one server. */
export class Crowd {
  readonly #process: Pinned;
  readonly #target: Target;

  constructor(target: Target, place: Pick<Place, "loadCore">) {
    this.#target = target;
    const command = nodeCommand(new URL("crowd-process.ts", import.meta.url));
    this.#process = new Pinned({ command, core: place.loadCore });
  }

  /** Adds so many. Rejects with `CannotError` if the server does not compress. */
  async open(count: number): Promise<void> {
    const { agreed } = await this.#process.ask<Opened>("open", { ...this.#target, count });
    if (!agreed) throw new CannotError("does not agree to compression without takeover");
  }

  /** How many are still connected. */
  count(): Promise<number> {
    return this.#process.ask("count");
  }

  /** Each says one thing and waits for the echo. */
  talk(payloads: Payloads): Promise<void> {
    return this.#process.ask("talk", { payloads, dialect: this.#target.dialect });
  }

  /** Resolves when all are gone here; the server may be behind. */
  leaveAll(): Promise<void> {
    return this.#process.ask("leaveAll");
  }

  handshakes(rush: Rush): Promise<Arrivals> {
    return this.#process.ask("handshakes", { ...this.#target, ...rush });
  }

  openAtOnce(count: number): Promise<Arrivals> {
    return this.#process.ask("openAtOnce", { ...this.#target, count });
  }

  /** Resolves when the process is gone. Safe to call twice. */
  end(): Promise<void> {
    return this.#process.end();
  }
}

/** How a server is addressed. */
export function targetOf(server: ServerName, port: number, deflate: boolean): Target {
  return { port, dialect: speaksSocketIo(server) ? "socket.io" : "plain", deflate };
}

/** Resolves when a server has nothing left to do, or after four seconds: what it does for the last sample is no part of the next. */
export async function settled(server: ServerProcess): Promise<void> {
  let last = await server.cpu();
  for (let turn = 0; turn < 40; turn++) {
    await sleep(100);
    const now = await server.cpu();
    if (now - last < QUIET) return;
    last = now;
  }
}

/** Microseconds in a tenth of a second: the question itself takes some. */
const QUIET = 3000;
