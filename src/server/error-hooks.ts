/** Runs what users gave to `onError`. */

import type { Observer } from "./observing/observer.ts";
import type { AnyErrorHook } from "./routes.ts";
import type { ServerSocket } from "./server-socket.ts";

/** Calls all hooks, in order. What one throws, or its promise rejects with, goes to the observer and stops no other. */
export function runErrorHooks(
  hooks: readonly AnyErrorHook[],
  { error, socket }: { readonly error: unknown; readonly socket: ServerSocket },
  observer: Observer,
): void {
  for (const hook of hooks) {
    const report = (again: unknown) => observer.error?.({ id: socket.id, error: again, where: "hook" });
    try {
      const told = hook(error, socket);
      if (told instanceof Promise) told.catch(report);
    } catch (again) {
      report(again);
    }
  }
}
