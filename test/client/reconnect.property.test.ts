/** Whatever a server says, and however often it fails: the next attempt is within bounds, or there is none. */

import fc from "fast-check";
import { describe, it } from "vitest";
import type { Lost } from "../../src/client/reconnect.ts";
import { defaultShouldReconnect, nextDelay, resolveReconnect } from "../../src/client/reconnect.ts";
import { UsageError } from "../../src/errors.ts";

const HOUR = 3_600_000;
const delay = fc.double({ min: 1, max: 1e9, noNaN: true });
const attempts = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }));
const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const reasons = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.bigInt({ min: -(10n ** 30n), max: 10n ** 60n }).map((number) => `retry-after=${number}`),
  fc.tuple(fc.string(), fc.string()).map(([before, after]) => `${before}retry-after=${after}`),
);
const primitives = fc.oneof(
  fc.double(),
  fc.integer({ min: -1, max: 3 }),
  fc.string(),
  fc.constantFrom(null, undefined, true),
);
const causes = fc.oneof(fc.anything(), fc.record({ status: primitives, retryAfter: primitives, name: primitives }));
/** Any end, as good as it is bad. */
const ends: fc.Arbitrary<Lost> = fc.record({
  code: fc.oneof(fc.integer({ min: 1000, max: 4999 }), fc.constant(1006)),
  reason: reasons,
  wasClean: fc.boolean(),
  cause: causes,
});
const many = { numRuns: 5000 };

describe("any end, after any number of attempts", () => {
  it("leads to a wait within minDelay, maxDelay and the hour that a server has, or to none", () => {
    fc.assert(
      fc.property(delay, delay, ends, attempts, fraction, (minDelay, maxDelay, lost, attempt, random) => {
        const policy = resolveReconnect({ minDelay, maxDelay, shouldReconnect: () => true })!;

        const wait = nextDelay(policy, lost, attempt, () => random)!;

        return wait >= 0 && wait <= HOUR + Math.min(maxDelay, minDelay * 2 ** (attempt - 1));
      }),
      many,
    );
  });

  it("leads to a wait by default exactly if it is worth another attempt", () => {
    fc.assert(
      fc.property(ends, attempts, fraction, (lost, attempt, random) => {
        const wait = nextDelay(resolveReconnect(true)!, lost, attempt, () => random);

        return (wait !== undefined) === defaultShouldReconnect(lost);
      }),
      many,
    );
  });
});

describe("a server that asks to wait", () => {
  const asked = fc.integer({ min: 0, max: HOUR });
  const both = fc.tuple(asked, fc.boolean()).map(([milliseconds, inReason]) => {
    const reason = inReason ? `retry-after=${milliseconds}` : "";
    const cause = inReason ? undefined : { status: 503, retryAfter: milliseconds };
    return { milliseconds, lost: { code: 1006, reason, wasClean: false, cause } };
  });

  it("is never disobeyed, nor obeyed by more than the random wait", () => {
    fc.assert(
      fc.property(both, attempts, fraction, ({ milliseconds, lost }, attempt, random) => {
        const wait = nextDelay(resolveReconnect(true)!, lost, attempt, () => random)!;

        return wait >= milliseconds && wait <= milliseconds + Math.min(30_000, 1000 * 2 ** (attempt - 1));
      }),
      many,
    );
  });

  it("is obeyed by two clients at two times, unless chance made them equal", () => {
    fc.assert(
      fc.property(both, fc.integer({ min: 1, max: 40 }), fraction, fraction, ({ lost }, attempt, one, other) => {
        fc.pre(Math.abs(one - other) > 1e-6);
        const policy = resolveReconnect(true)!;

        return nextDelay(policy, lost, attempt, () => one) !== nextDelay(policy, lost, attempt, () => other);
      }),
      many,
    );
  });
});

describe("any options", () => {
  const values = fc.oneof(
    primitives,
    fc.constantFrom([], {}, () => true),
  );
  const names = fc.constantFrom(
    ...["minDelay", "maxDelay", "maxAttempts", "resetAfter", "shouldReconnect", "initial", "delay", "valueOf"],
  );

  it("make a policy whose waits end, or a UsageError", () => {
    fc.assert(
      fc.property(fc.dictionary(names, values), fraction, (options, random) => {
        try {
          const policy = { ...resolveReconnect(options)!, shouldReconnect: () => true };
          const wait = nextDelay(policy, { code: 1006, reason: "", wasClean: false }, 1, () => random);
          return Number.isFinite(wait) && policy.maxAttempts >= 1 && policy.resetAfter > 0;
        } catch (error) {
          return error instanceof UsageError;
        }
      }),
      many,
    );
  });
});
