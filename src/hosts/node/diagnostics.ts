/** The server's signals on Node's `diagnostics_channel`, for tools that attach themselves to any program. */

import { channel } from "node:diagnostics_channel";
import { type Observer, signalNames } from "../../server/observing/observer.ts";

/**
 * An observer that publishes each signal on the channel of its name: `antiphon:connectionOpened`, `antiphon:error` …
 * Its methods are `undefined` while a channel has no subscribers, so that the event is not even made.
 *
 * @example
 * import { subscribe } from "node:diagnostics_channel";
 * subscribe("antiphon:connectionClosed", (event) => console.log(event.route, event.code, event.duration));
 */
export function diagnosticsObserver(): Observer {
  // Of a class of its own, as in `combineObservers`: V8 finds its getters faster.
  const observer = new (class {})();
  for (const name of signalNames) {
    const own = channel(`antiphon:${name}`);
    const publish = (event: unknown): void => own.publish(event);
    Object.defineProperty(observer, name, { enumerable: true, get: () => (own.hasSubscribers ? publish : undefined) });
  }
  return observer;
}
