/** How long until the next one may pass. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { TokenBucket } from "../../src/socket/token-bucket.ts";

function takeMany(bucket: TokenBucket, now: number, times: number): number[] {
  return Array.from({ length: times }, () => bucket.take(now, 1));
}

test("a second's worth passes at once, then one by one", () => {
  const bucket = new TokenBucket(10);

  expect(takeMany(bucket, 5000, 11)).toEqual([...Array(10).fill(0), 100]);
  expect(bucket.take(5040, 1)).toBe(60);
  expect(bucket.take(5100, 1)).toBe(0);
  expect(bucket.take(5100, 1)).toBe(100);
});

test("after a rest it is full again, and not fuller", () => {
  const bucket = new TokenBucket(10);
  takeMany(bucket, 0, 10);

  expect(takeMany(bucket, 60_000, 11)).toEqual([...Array(10).fill(0), 100]);
});

test("a refusal takes nothing", () => {
  const bucket = new TokenBucket(1);
  bucket.take(0, 1);

  expect(takeMany(bucket, 0, 5)).toEqual([1000, 1000, 1000, 1000, 1000]);
  expect(bucket.take(1000, 1)).toBe(0);
});

test("the burst may be larger or smaller than a second's worth", () => {
  expect(takeMany(new TokenBucket(10, 20), 0, 21).indexOf(100)).toBe(20);
  expect(takeMany(new TokenBucket(10, 1), 0, 2)).toEqual([0, 100]);
});

test("more than the burst passes when the bucket is full, and is paid for afterwards", () => {
  const bucket = new TokenBucket(1000);

  expect(bucket.take(0, 5000)).toBe(0);
  expect(bucket.take(0, 1)).toBe(4001);
  expect(bucket.take(0, 5000)).toBe(5000);
  expect(bucket.take(5000, 5000)).toBe(0);
});

test("nothing costs nothing, and Infinity never waits", () => {
  const bucket = new TokenBucket(1);
  bucket.take(0, 1);
  expect(bucket.take(0, 0)).toBe(0);

  const unlimited = new TokenBucket(Number.POSITIVE_INFINITY);
  expect(takeMany(unlimited, 0, 1000)).toEqual(Array(1000).fill(0));
});

test("what it says is enough to wait, and no more passes than the rate", () => {
  const steps = fc.array(fc.record({ wait: fc.nat(3000), n: fc.nat(50) }), { maxLength: 60 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 60 }), steps, (rate, burst, taken) => {
      const bucket = new TokenBucket(rate, burst);
      let now = 1_000_000;
      let [passed, largest] = [0, 0];
      for (const { wait, n } of taken) {
        now += wait;
        const first = bucket.take(now, n);
        now += first;
        // A millisecond for what floating point loses.
        if (first > 0) expect(bucket.take(now, n) && bucket.take(++now, n)).toBe(0);
        passed += n;
        largest = Math.max(largest, n);
        const allowed = ((now - 1_000_000) / 1000) * rate + Math.max(burst, largest) + 0.001;
        expect(passed).toBeLessThanOrEqual(allowed);
      }
    }),
  );
});
