/** SIGTERM and SIGINT: the first one drains the apps that listen, and the process ends by the deadline, whatever handlers do. */

import { constants } from "node:os";

/** What the signals do, for `listen`. */
export interface SignalOptions {
  /** Which ones. @default ["SIGTERM", "SIGINT"]: what systems and terminals send to say "end" */
  readonly names?: readonly NodeJS.Signals[] | undefined;
  /** Milliseconds to drain in. A second later the process is ended. @default 8000: container runtimes kill after 10 s */
  readonly timeout?: number | undefined;
}

/** Closes an app within `timeout` milliseconds. */
export type OnSignal = (name: NodeJS.Signals, timeout: number) => unknown;

/**
 * Calls `onSignal` at the first of the signals. Then the process ends by itself when nothing is left to do, or a second
 * after all has closed; or by force with 128 and the signal's number: a second after the deadline, or at a second signal. The result takes it back, until a signal has come.
 */
export function handleSignals(options: SignalOptions, onSignal: OnSignal): () => void {
  const { names = ["SIGTERM", "SIGINT"], timeout = 8_000 } = options;
  const handler: Handler = { names, timeout, onSignal };
  handlers.add(handler);
  for (const name of names) if (!process.listeners(name).includes(hear)) process.on(name, hear);
  return () => {
    handlers.delete(handler);
    if (state === "running") unlisten(names);
  };
}

interface Handler {
  readonly names: readonly NodeJS.Signals[];
  readonly timeout: number;
  readonly onSignal: OnSignal;
}

// One for the process, as signals are.
const handlers = new Set<Handler>();
let state: "running" | "ending" = "running";

function hear(name: NodeJS.Signals): void {
  const end = () => process.exit(128 + constants.signals[name]);
  if (state === "ending") return end();
  state = "ending";
  const called = [...handlers].filter(({ names }) => names.includes(name));
  // Holds nothing back: the process may end before.
  setTimeout(end, Math.max(...called.map(({ timeout }) => timeout)) + GRACE).unref();
  const closed = Promise.all(called.map(({ onSignal, timeout }) => close(onSignal, name, timeout)));
  // All is said and done: what still keeps the process alive, a pool or an interval, has as long as the grace is.
  void closed.then((ends) => ends.every(Boolean) && setTimeout(() => process.exit(), GRACE).unref());
}

/** Milliseconds between the end of the drain, or its deadline, and the end of the process. */
const GRACE = 1_000;

/** Whether it closed. What fails here is the app's to report; the deadline stands. */
async function close(onSignal: OnSignal, name: NodeJS.Signals, timeout: number): Promise<boolean> {
  try {
    await onSignal(name, timeout);
    return true;
  } catch {
    return false;
  }
}

/** Signals that nobody else of ours waits for do again what they did without us. */
function unlisten(names: readonly NodeJS.Signals[]): void {
  const awaited = new Set(Array.from(handlers, (handler) => handler.names).flat());
  for (const name of names) if (!awaited.has(name)) process.off(name, hear);
}
