/** The timers that run, with the place that set them: `unref` hides them from Node's own list of what is active. */

const timers = new Map<unknown, string>();

/** From now on, remembers every timeout until it fires or is cleared. Call it once, before anything that sets some. */
export function watchTimers(): void {
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  globalThis.setTimeout = ((work: (...given: unknown[]) => void, milliseconds?: number, ...given: unknown[]) => {
    const timer = set(() => {
      timers.delete(timer);
      work(...given);
    }, milliseconds);
    timers.set(timer, caller());
    return timer;
  }) as typeof setTimeout;
  globalThis.clearTimeout = (timer) => {
    timers.delete(timer);
    clear(timer);
  };
}

/** Of each that runs now, the place that set it. */
export function liveTimers(): string[] {
  return [...timers.values()];
}

/** The frames behind `setTimeout`. */
function caller(): string {
  const holder: { stack?: string } = {};
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 6;
  Error.captureStackTrace(holder, globalThis.setTimeout);
  Error.stackTraceLimit = stackTraceLimit;
  return String(holder.stack)
    .split("\n")
    .slice(1)
    .map((line) => line.replace(/^\s*at /, ""))
    .join(" < ");
}
