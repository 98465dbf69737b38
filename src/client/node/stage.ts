/** One stage of connecting: waits for what an emitter brings, and for its end meanwhile. Leaves no listener behind. */

import type { EventEmitter } from "node:events";

/** What is waited on: a stream, or an HTTP/2 session. */
export interface Ending extends EventEmitter {
  readonly destroyed: boolean;
  readonly errored?: Error | null;
}

/** How a stage is done. */
export interface Stage<Value> {
  /** Calls `listener` until the stage is over. */
  on(event: string, listener: (...args: never[]) => void): void;
  done(value: Value): void;
  fail(error: Error): void;
}

/**
 * Resolves or rejects as `begin` says. When the emitter fails or closes before, rejects with what `failed` makes of its
 * error, of which there is none when it just closed.
 */
export function stage<Value>(
  emitter: Ending,
  failed: (cause: Error | undefined) => Error,
  begin: (stage: Stage<Value>) => void,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const listeners: [event: string, listener: (...args: never[]) => void][] = [];
    const on = (event: string, listener: (...args: never[]) => void) => {
      listeners.push([event, listener]);
      emitter.on(event, listener as () => void);
    };
    const settle = (then: () => void) => {
      for (const [event, listener] of listeners) emitter.off(event, listener as () => void);
      then();
    };
    const fail = (error: Error) => settle(() => reject(error));
    if (emitter.destroyed) return reject(failed(emitter.errored ?? undefined));
    on("error", (cause: Error) => fail(failed(cause)));
    on("close", () => fail(failed(undefined)));
    begin({ on, fail, done: (value) => settle(() => resolve(value)) });
  });
}
