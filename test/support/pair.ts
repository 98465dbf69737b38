/** Two engines wired together in memory: a server and a client, whose bytes cross when the test says so. */

import type { DeflateAgreement } from "../../src/protocol/deflate/agreement.ts";
import { Engine } from "../../src/protocol/engine.ts";
import type { EngineOptions } from "../../src/protocol/engine-options.ts";
import type { Role } from "../../src/protocol/frame-header.ts";
import type { Limits } from "../../src/protocol/limits.ts";
import { mirrored } from "./agreements.ts";
import { settled, stateOf } from "./feed.ts";
import { Recorder } from "./recorder.ts";
import { TestPlatform } from "./test-platform.ts";

/** How both engines are made; `deflate` is the server's side of the agreement. */
export interface PairOptions {
  readonly deflate?: DeflateAgreement | null;
  readonly limits?: Partial<Limits>;
  readonly autoPong?: boolean;
}

/** One end of a pair. */
export interface End {
  readonly engine: Engine;
  readonly sink: Recorder;
  readonly platform: TestPlatform;
}

/** Makes one end, which is wired to nothing. */
export function makeEnd(role: Role, options: Partial<Omit<EngineOptions, "role" | "sink" | "platform">> = {}): End {
  const sink = new Recorder();
  const platform = new TestPlatform();
  return { engine: new Engine({ role, sink, platform, ...options }), sink, platform };
}

/** A server and a client. */
export class Pair {
  readonly server: End;
  readonly client: End;

  constructor({ deflate = null, ...options }: PairOptions = {}) {
    this.server = makeEnd("server", { deflate, ...options });
    this.client = makeEnd("client", { deflate: deflate && mirrored(deflate), ...options });
  }

  /** Carries what both have to send, back and forth, until neither has anything more. */
  async run(): Promise<void> {
    do {
      await settled(this.server.engine, this.client.engine);
      while (carry(this.server, this.client) + carry(this.client, this.server) > 0);
    } while (this.#busy);
  }

  get #busy(): boolean {
    return [this.server, this.client].some(({ engine }) => stateOf(engine) === "suspended" || engine.compressing);
  }
}

/** Carries bytes one way, each piece as a chunk of its own; gives how many. */
export function carry(from: End, to: End): number {
  const pieces = from.engine.take();
  // A transport copies: what was taken may be sent to others too, and what is received is unmasked in place.
  for (const piece of pieces) to.engine.receive(new Uint8Array(piece));
  return pieces.reduce((size, piece) => size + piece.length, 0);
}
