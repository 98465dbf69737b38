/** Timers that handlers set themselves and have not cleared: found by the asynchronous context in which they were set. */

import { createHook } from "node:async_hooks";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { realNow, tick } from "../real-time.ts";
import { isOwnFrame } from "../stack.ts";
import { current } from "./current.ts";
import type { VisitRecord } from "./visit-record.ts";

/** What Node says of a timer; it has had these fields for long. */
interface Timeout {
  readonly _destroyed?: boolean;
  readonly _idleTimeout?: number;
  readonly _repeat?: number | null;
}

interface Found {
  readonly record: VisitRecord;
  readonly timer: Timeout;
  /** `src/chat.ts:12` */
  readonly place: string;
}

const found = new Map<Timeout, Found>();
const FEW = 100;
/** With more than so many, those that are over are forgotten. */
let most = FEW;

// Without `destroy`, which would have Node follow each promise to its end: all that a process awaits is slower then.
const hook = createHook({
  init(_id, type, _trigger, timer) {
    if (type !== "Timeout") return;
    const record = current.getStore();
    const place = record === undefined ? undefined : placeOfCaller();
    if (record === undefined || place === undefined) return;
    found.set(timer, { record, timer, place });
    if (found.size > most) forgetThoseThatAreOver();
  },
});

function forgetThoseThatAreOver(): void {
  for (const timer of found.keys()) if (timer._destroyed === true) found.delete(timer);
  most = Math.max(FEW, 2 * found.size);
}

let watchers = 0;

/** Watches from now on. The result ends it. */
export function watchTimers(): () => void {
  watchers++;
  hook.enable();
  return () => {
    watchers--;
    if (watchers > 0) return;
    hook.disable();
    found.clear();
    most = FEW;
  };
}

/**
 * A sentence for each timer that the handlers of these connections have left running. Those that fire once, and soon, are
 * waited for, up to so many milliseconds.
 */
export async function timersLeft(belongsTo: (record: VisitRecord) => boolean, patience: number): Promise<string[]> {
  const left = () => [...found.values()].filter(({ record, timer }) => belongsTo(record) && timer._destroyed !== true);
  const isSoon = ({ timer }: Found) => !isInterval(timer) && (timer._idleTimeout ?? 0) <= patience;
  // A poll that sets itself again each time is soon for ever.
  const end = realNow() + patience;
  while (left().length > 0 && left().every(isSoon) && realNow() < end) await tick();
  return left().map(({ timer, place, record }) => {
    const kind = isInterval(timer) ? "setInterval" : "setTimeout";
    return `a ${kind} of ${timer._idleTimeout} ms, set at ${place} for ${record.route ?? record.path}, was not cleared`;
  });
}

function isInterval({ _repeat }: Timeout): boolean {
  return typeof _repeat === "number";
}

/** Where users' own code called `setTimeout` or `setInterval` just now; `undefined` where Node or a package did. */
function placeOfCaller(): string | undefined {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 16;
  const frames = new Error().stack?.split("\n") ?? [];
  Error.stackTraceLimit = before;
  const call = frames.findIndex((frame) => /\bset(Timeout|Interval) .*node:timers:\d/.test(frame));
  const caller = frames[call + 1] ?? "";
  const [, file, line] = /((?:file:\/\/|[A-Za-z]:[\\/]|\/)[^()]*?):(\d+):\d+\)?$/.exec(caller) ?? [];
  if (call === -1 || file === undefined || caller.includes("node:")) return undefined;
  if (/node_modules/.test(file) || isOwnFrame(caller)) return undefined;
  const path = file.startsWith("file:") ? fileURLToPath(file) : file;
  return `${relative(process.cwd(), path)}:${line}`;
}
