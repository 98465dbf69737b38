/** Several observers as one, none of which can harm the connection or the others. */

import type { ErrorSignal, Hear, Observer, SignalName } from "./observer.ts";
import { signalNames } from "./observer.ts";

/**
 * One observer that passes each signal on to all, in order. It has only the methods that one of them has, and a method is
 * `undefined` while all of them are. What one throws, or its promise rejects with, goes to the `error` of the others;
 * what these then throw is dropped, and with nobody else to hear it, so is the first.
 *
 * @example
 * const observer = combineObservers([loggerObserver(consoleLogger), diagnosticsObserver()]);
 * observer.messageSent?.({ id, type: "text", size: 5 });
 */
export function combineObservers(observers: readonly Observer[]): Observer {
  // Of a class of its own: of plain objects, V8 keeps only the first fast that has a getter of a name, and asking any other
  // costs eight times as much.
  const combined = new (class {})();
  const onFailure: OnFailure = (error, failed) => tellOthers(observers, failed, error);
  for (const name of signalNames) {
    const hearing = observers.filter((observer) => name in observer);
    if (hearing.length === 0) continue;
    const tellAll = (event: unknown): void => {
      for (const observer of hearing) tell(observer, name, event, onFailure);
    };
    const method = hearing.map((observer) => methodOf(observer, name)).reduce(eitherOf);
    // Asked anew at each call: whether somebody listens may change (diagnostics_channel).
    Object.defineProperty(combined, name, {
      enumerable: true,
      get: () => (method() === undefined ? undefined : tellAll),
    });
  }
  return combined;
}

/** Gives a method, or that there is none now. Called for every message: mostly it is one getter, where a loop costs ten times as much. */
type Method = () => unknown;

/** An observer's method of that name. A getter is looked up once: by its name that costs more than to call it. */
function methodOf(observer: Observer, name: SignalName): Method {
  const getter = Object.getOwnPropertyDescriptor(observer, name)?.get;
  return getter === undefined ? () => observer[name] : () => getter.call(observer);
}

function eitherOf(one: Method, other: Method): Method {
  return () => one() ?? other();
}

type OnFailure = (error: unknown, failed: Observer) => void;

function tell(observer: Observer, name: SignalName, event: unknown, onFailure: OnFailure): void {
  try {
    const result = (observer as Partial<Record<SignalName, Hear<unknown>>>)[name]?.(event);
    if (isThenable(result)) Promise.resolve(result).then(undefined, (error) => onFailure(error, observer));
  } catch (error) {
    onFailure(error, observer);
  }
}

/** Once: an observer that fails at this too is not reported, or two of them would report each other for ever. */
function tellOthers(observers: readonly Observer[], failed: Observer, error: unknown): void {
  const event: ErrorSignal = { error, where: "observer" };
  for (const observer of observers) {
    if (observer !== failed) tell(observer, "error", event, drop);
  }
}

function drop(): void {}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
