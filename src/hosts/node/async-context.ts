/** The asynchronous context that events run in: kept for each connection, but only where there is one. */

import { AsyncLocalStorage, executionAsyncResource } from "node:async_hooks";
import type { RunInContext } from "../../server/host.ts";

/** Remembers the context of this moment; `undefined` where no storage holds anything. */
export function captureContext(): RunInContext | undefined {
  if (isVisible() && (!isFollowed() || !holdsAnything(executionAsyncResource()))) return undefined;
  return AsyncLocalStorage.snapshot() as RunInContext;
}

/**
 * A snapshot is a kilobyte for each connection, and nearly all programs have nothing to remember. Up to Node 22 each storage
 * writes what it holds on the resource at hand, where it can be seen; later releases keep it elsewhere, and cheaply.
 */
function isVisible(): boolean {
  visible ??= isSeen();
  return visible;
}

let visible: boolean | undefined;

/**
 * Whether Node follows contexts at all: then it writes a number on each promise. To look at a new one is a tenth of looking at
 * the resource at hand, which is the parser of a request, with all that is Node's.
 */
function isFollowed(): boolean {
  return Object.getOwnPropertySymbols(new Promise(() => {})).length > 0;
}

function isSeen(): boolean {
  const probe = new AsyncLocalStorage<true>();
  const seen = probe.run(true, () => isFollowed() && holdsAnything(executionAsyncResource()));
  // Node follows contexts while there is a storage that was used, which costs each promise.
  probe.disable();
  return seen;
}

/** What Node itself writes there are numbers and functions of its own, by these names. */
function holdsAnything(resource: object): boolean {
  for (const symbol of Object.getOwnPropertySymbols(resource)) {
    if (symbol.description === "kResourceStore" && (resource as Record<symbol, unknown>)[symbol] !== undefined)
      return true;
  }
  return false;
}
