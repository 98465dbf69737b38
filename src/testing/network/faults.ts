/** What a network in memory does to bytes on purpose: options, checked, and what they mean for one connection. */

import { BAD_OPTION, usageError } from "../../errors.ts";
import { checkNames, checkObject } from "../../socket/check-options.ts";
import { anySeed } from "./random.ts";

/** How a connection breaks: with a FIN, as if a proxy had gone, or with a reset, as if a cable had. */
export type CutHow = "fin" | "reset";

/** Bytes, as the client counts them. */
export interface FaultBytes {
  /** Of those that it has sent. */
  readonly sent?: number | undefined;
  /** Of those that it has received. */
  readonly received?: number | undefined;
}

/** What the network does to the bytes of a connection, both ways, opening handshake included. */
export interface Faults {
  /** Makes it happen alike each time. @default a random one, which the messages of errors name */
  readonly seed?: number | undefined;
  /** Bytes arrive in pieces of 1 to so many, at random; `true`: of 1 to 16. @default as they were sent */
  readonly split?: boolean | number | undefined;
  /** Milliseconds that a piece is on its way, or from least to most, by the clock. The order is kept. @default 0 */
  readonly delay?: number | readonly [least: number, most: number] | undefined;
  /** Bytes after which the connection is cut; a number counts both ways together. @default never */
  readonly cutAfter?: number | FaultBytes | undefined;
  /** Bytes after which nothing moves any more, though the connection stands; counted as `cutAfter`. @default never */
  readonly stall?: number | FaultBytes | undefined;
  /** How it is cut. @default "reset" */
  readonly how?: CutHow | undefined;
}

/** Bytes after which something happens: sent, received, or both together. */
export interface Mark {
  readonly sent: number;
  readonly received: number;
  readonly total: number;
}

/** The faults, checked. */
export interface ResolvedFaults {
  readonly seed: number;
  /** The longest piece. */
  readonly split: number;
  readonly delay: readonly [least: number, most: number];
  readonly cutAfter: Mark;
  readonly stall: Mark;
  readonly how: CutHow;
  /** Whether there is any chance in it, so that the seed tells something. */
  readonly isRandom: boolean;
}

/** Checks faults. Throws a `UsageError` that names what is wrong. */
export function resolveFaults(faults: Faults = {}): ResolvedFaults {
  checkObject("faults", faults, "an object of faults");
  checkNames(faults, ["seed", "split", "delay", "cutAfter", "stall", "how"], "faults");
  const { seed = anySeed(), how = "reset" } = faults;
  if (!Number.isSafeInteger(seed)) throw usageError(BAD_OPTION, "faults.seed", String(seed), "a whole number");
  if (how !== "fin" && how !== "reset") throw usageError(BAD_OPTION, "faults.how", String(how), "fin or reset");
  const split = toSplit(faults.split);
  const delay = toDelay(faults.delay);
  return {
    seed,
    split,
    delay,
    cutAfter: toMark("faults.cutAfter", faults.cutAfter),
    stall: toMark("faults.stall", faults.stall),
    how,
    isRandom: split < Number.POSITIVE_INFINITY || delay[0] < delay[1],
  };
}

function toSplit(split: Faults["split"] = false): number {
  if (split === false) return Number.POSITIVE_INFINITY;
  if (split === true) return 16;
  if (Number.isInteger(split) && split > 0) return split;
  throw usageError(BAD_OPTION, "faults.split", String(split), "true, false, or a whole number of bytes from 1 on");
}

function toDelay(delay: Faults["delay"] = 0): readonly [number, number] {
  const [least, most] = typeof delay === "number" ? [delay, delay] : Array.from(delay as readonly number[]);
  if (least! >= 0 && most! >= least! && most! < Number.POSITIVE_INFINITY) return [least!, most!];
  throw usageError(BAD_OPTION, "faults.delay", String(delay), "milliseconds from 0 on, or [least, most]");
}

function toMark(name: string, given: number | FaultBytes = {}): Mark {
  const isNumber = typeof given === "number";
  checkObject(name, isNumber ? {} : given, "a number of bytes, or { sent, received }");
  if (!isNumber) checkNames(given, ["sent", "received"], name);
  const { sent = NEVER, received = NEVER } = isNumber ? {} : given;
  const mark = { sent, received, total: isNumber ? given : NEVER };
  for (const value of Object.values(mark)) {
    if (!(value >= 0)) throw usageError(BAD_OPTION, name, String(value), "a number of bytes from 0 on");
  }
  return mark;
}

const NEVER = Number.POSITIVE_INFINITY;
