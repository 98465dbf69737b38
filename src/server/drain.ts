/** How an app ends: nobody new, goodbye to everybody in waves, and an end with those who do not go. */

import { TIMEOUT_INVALID, usageError } from "../errors.ts";
import { encodeClosePayload } from "../protocol/close-code.ts";
import type { Platform } from "../protocol/platform.ts";
import type { Clock } from "../protocol/run/clock.ts";
import { checkNames } from "../socket/check-options.ts";
import type { Stoppable } from "./host.ts";
import type { Hub } from "./hub.ts";
import type { Observer } from "./observing/observer.ts";

/** How to close. Milliseconds. */
export interface CloseOptions {
  /** From now to the moment when those that are left are terminated. @default 10 000: clusters give 30 s in all */
  readonly timeout?: number | undefined;
  /** The goodbyes are spread over so long, so that not all clients come back at once. At most `timeout`. @default 0 */
  readonly spread?: number | undefined;
  /** The close code. @default 1001: going away; 1012 says that the service restarts */
  readonly code?: number | undefined;
}

/** What is to end. */
export interface DrainParts {
  readonly hub: Hub;
  readonly platform: Platform;
  readonly clock: Clock;
  readonly observer: Observer;
  readonly listeners: Iterable<Stoppable>;
  /** The user's hooks, which come before the goodbyes. */
  readonly hooks: readonly (() => unknown)[];
}

/**
 * Closes everything. Resolves when all is gone, at the deadline or before; never rejects. Throws a `UsageError` for options
 * that cannot be.
 */
export function drain(parts: DrainParts, options: CloseOptions): Promise<void> {
  checkNames(options, ["timeout", "spread", "code"], "close");
  const { timeout = 10_000, spread = 0, code = 1001 } = options;
  for (const [name, value] of Object.entries({ timeout, spread })) {
    if (!(value >= 0)) throw usageError(TIMEOUT_INVALID, name, String(value));
  }
  encodeClosePayload("server", code, "", parts.platform.text);
  return end(parts, { timeout, spread, code });
}

type Chosen = { readonly [Name in keyof CloseOptions]-?: number };

async function end(parts: DrainParts, { timeout, spread, code }: Chosen): Promise<void> {
  const { hub, platform, clock, observer, listeners, hooks } = parts;
  const start = clock.now();
  hub.isClosing = true;
  observer.draining?.({ connections: hub.sockets.size, timeout });
  let terminated = 0;
  const cancels: (() => void)[] = [];
  const deadline = new Promise<void>((resolve) => {
    cancels.push(
      clock.after(timeout, () => {
        terminated = hub.sockets.size;
        for (const connection of hub.all()) connection.giveUp();
        resolve();
      }),
    );
  });
  const hooked = Promise.all(hooks.map((hook) => runHook(hook, observer)));
  await Promise.race([hooked, deadline]);
  // Until the hooks are done, whoever asks over HTTP is told that the app is not ready any more.
  for (const listener of listeners) listener.stop();
  const left = timeout - (clock.now() - start);
  for (const connection of hub.connections) connection.refuse();
  const goodbyes = sayGoodbye(hub, { clock, code, spread: Math.min(spread, Math.max(left, 0)) });
  cancels.push(goodbyes.cancel);
  await Promise.race([goodbyes.done.then(() => untilEmpty(hub)), deadline]);
  // Plain HTTP that is under way may end, too.
  await Promise.race([Promise.all([...listeners].map((listener) => listener.idle?.())), deadline]);
  // What the goodbyes brought about is told to the other machines, too.
  await Promise.race([hub.rooms.shutDown(Math.max(timeout - (clock.now() - start), 0)), deadline]);
  for (const cancel of cancels) cancel();
  await Promise.all([...listeners].map((listener) => listener.close()));
  // A turn for what was given up: code behind `next()` begins before whoever waits for us ends the process.
  await new Promise<void>((resolve) => platform.defer(resolve));
  observer.closed?.({ duration: clock.now() - start, terminated });
}

async function runHook(hook: () => unknown, observer: Observer): Promise<void> {
  try {
    await hook();
  } catch (error) {
    observer.error?.({ error, where: "hook" });
  }
}

/** Closes the sockets in up to a hundred waves. */
function sayGoodbye(hub: Hub, { clock, code, spread }: { clock: Clock; code: number; spread: number }) {
  const sockets = [...hub.sockets];
  const waves = spread === 0 ? 1 : Math.min(sockets.length, MOST_WAVES);
  const size = Math.ceil(sockets.length / Math.max(waves, 1));
  const cancels: (() => void)[] = [];
  const closeWave = (wave: number) => {
    for (const socket of sockets.slice(wave * size, (wave + 1) * size)) {
      // The clients spread their return over as long as the goodbyes took, or a second.
      const retryAfter = Math.round(Math.random() * Math.max(spread, 1000));
      void socket.close(code, `retry-after=${retryAfter}`);
    }
  };
  const done = Promise.all(
    Array.from({ length: waves }, (_, wave) =>
      wave === 0
        ? closeWave(0)
        : new Promise<void>((resolve) => {
            cancels.push(
              clock.after((spread * wave) / waves, () => {
                closeWave(wave);
                resolve();
              }),
            );
          }),
    ),
  );
  const cancel = () => {
    for (const one of cancels) one();
  };
  return { done, cancel };
}

const MOST_WAVES = 100;

/** Until no handler runs any more. What began before the end is in there; nothing is added. */
async function untilEmpty(hub: Hub): Promise<void> {
  await Promise.all(Array.from(hub.all(), (connection) => connection.ended));
}
