/** When to connect again, and when to give up: pure functions over how a connection ended. */

import { BAD_OPTION, usageError } from "../errors.ts";
import type { CloseInfo } from "../protocol/engine-sink.ts";
import { withDefaults } from "./with-defaults.ts";

/** How a connection ended, or an attempt failed: then `code` is 1006, and `cause` says why. */
export type Lost = CloseInfo;

/** How to stay connected. Milliseconds. */
export interface ReconnectOptions {
  /** The first wait is random, up to this; each further one up to twice as long. @default 1000 */
  readonly minDelay?: number | undefined;
  /** No wait is longer, unless the server asks for it: that is obeyed for up to an hour. @default 30 000 */
  readonly maxDelay?: number | undefined;
  /** Attempts in a row before giving up. @default Infinity */
  readonly maxAttempts?: number | undefined;
  /** A connection that lasted so long makes the waits short again. @default 5000 */
  readonly resetAfter?: number | undefined;
  /**
   * Whether to try again, after how it ended; `attempt` counts the ones in a row, from 1.
   * @default `defaultShouldReconnect`
   */
  readonly shouldReconnect?: ((lost: Lost, attempt: number) => boolean) | undefined;
  /** Keeps trying when the very first attempt fails, instead of rejecting. @default false */
  readonly initial?: boolean | undefined;
}

/** The options with nothing left out. */
export type ReconnectPolicy = { readonly [Option in keyof ReconnectOptions]-?: NonNullable<ReconnectOptions[Option]> };

/**
 * The policy that the option stands for; `null` for none. Throws a `UsageError`: `UNKNOWN_OPTION`, or `BAD_OPTION` for
 * what is of the wrong type, or not above 0, and for a `maxDelay` of `Infinity`: no wait is endless.
 */
export function resolveReconnect(option: boolean | ReconnectOptions | undefined): ReconnectPolicy | null {
  if (!option) return null;
  const policy = withDefaults("reconnect", DEFAULTS, option === true ? {} : option);
  const { maxDelay, maxAttempts } = policy;
  if (maxDelay === Infinity) throw usageError(BAD_OPTION, "reconnect.maxDelay", "Infinity", "a finite number");
  if (maxAttempts % 1) throw usageError(BAD_OPTION, "reconnect.maxAttempts", maxAttempts, "an integer");
  return policy;
}

/**
 * Whether another attempt can end better: not after the close codes 1000, 1002, 1003, 1007 to 1010 and 4000 to 4999,
 * nor after an answer of HTTP 4xx other than 408, 425 and 429, nor after one of 101 that opened no WebSocket, nor after
 * a `UsageError`.
 */
export function defaultShouldReconnect({ code, cause }: Lost): boolean {
  // By name and status, not by class: `instanceof` would put the classes into every bundle.
  const { name, status } = Object(cause);
  const isFinal = /^(10(0[023789]|10)|4...)$/.test(`${code}`) || /^(101|4(?!08|25|29)..)$/.test(status);
  return !isFinal && name !== "UsageError";
}

/**
 * Milliseconds that the server asked for: by `Retry-After` (`retryAfter` of the error, in milliseconds) or by the word
 * `retry-after=<ms>` in its close reason, as `app.close` does. What is no positive number is ignored; of more than an
 * hour, an hour is obeyed, so that no mistake there keeps a client away for ever.
 */
export function askedWait({ reason, cause }: Lost): number {
  const word = /(?:^|[ ,;])retry-after=(\d+)(?![^ ,;])/.exec(reason);
  const asked = Number(word?.[1] ?? Object(cause).retryAfter);
  return asked > 0 ? Math.min(asked, HOUR) : 0;
}

/**
 * Milliseconds until attempt number `attempt` in a row, from 1; `undefined`: give up.
 *
 * The wait is what the server asked for, and behind it exponential backoff with full jitter: a random part of
 * `minDelay * 2 ** (attempt - 1)`, or of `maxDelay` where that is less. So nobody comes earlier than asked, and those
 * who were told the same do not come in step.
 */
export function nextDelay(
  policy: ReconnectPolicy,
  lost: Lost,
  attempt: number,
  random: () => number,
): number | undefined {
  if (attempt > policy.maxAttempts || !policy.shouldReconnect(lost, attempt)) return undefined;
  // From 2 ** 1024 on, the power is Infinity: `min` takes that.
  const jitter = random() * Math.min(policy.maxDelay, policy.minDelay * 2 ** (attempt - 1));
  return askedWait(lost) + jitter;
}

const DEFAULTS: ReconnectPolicy = {
  minDelay: 1000,
  maxDelay: 30_000,
  maxAttempts: Infinity,
  resetAfter: 5000,
  shouldReconnect: defaultShouldReconnect,
  initial: false,
};

/** The longest that a server can make us wait. */
const HOUR = 3_600_000;
