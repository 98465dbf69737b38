/** The wheel: many deadlines, one timer; never early, at most one step late. */

import { describe, expect, onTestFinished, test } from "vitest";
import type { WheelItem } from "../../src/socket/wheel.ts";
import { Wheel } from "../../src/socket/wheel.ts";
import { TestClock } from "../support/test-clock.ts";

/** Writes down when it was called; `next` gives when to look again. */
class Item implements WheelItem {
  readonly calls: number[] = [];
  readonly next: (now: number) => number | undefined;

  constructor(next: (now: number) => number | undefined = () => undefined) {
    this.next = next;
  }

  wheelOnTime(now: number): number | undefined {
    this.calls.push(now);
    return this.next(now);
  }
}

function setUp() {
  const clock = new TestClock();
  return { clock, wheel: new Wheel(clock), start: clock.now() };
}

describe("the wheel", () => {
  test.each([1, 49, 50, 51, 999, 51_000])("calls an item after %d ms: not before, and 50 ms later at most", (wait) => {
    const { clock, wheel, start } = setUp();
    const item = new Item();

    wheel.put(item, start + wait);
    clock.advance(wait - 1);
    expect(item.calls).toEqual([]);
    clock.advance(50);

    expect(item.calls).toHaveLength(1);
    expect(item.calls[0]! - start).toBeGreaterThanOrEqual(wait);
    expect([wheel.size, clock.timers]).toEqual([0, 0]);
  });

  test("holds one timer, however many items", () => {
    const { clock, wheel, start } = setUp();

    for (let i = 0; i < 1000; i++) wheel.put(new Item(), start + 40_000 - i * 30);

    expect([wheel.size, clock.timers]).toEqual([1000, 1]);
    clock.advance(40_050);
    expect([wheel.size, clock.timers]).toEqual([0, 0]);
  });

  test("knows an item once, with its nearest time", () => {
    const { clock, wheel, start } = setUp();
    const item = new Item();

    wheel.put(item, start + 5_000);
    wheel.put(item, start + 1_000);
    wheel.put(item, start + 9_000);
    clock.advance(60_000);

    expect(item.calls).toEqual([start + 1_000]);
  });

  test("calls again when an item says so", () => {
    const { clock, wheel, start } = setUp();
    const item = new Item((now) => (now < start + 10_000 ? now + 2_500 : undefined));

    wheel.put(item, start + 2_500);
    clock.advance(60_000);

    expect(item.calls.map((time) => time - start)).toEqual([2_500, 5_000, 7_500, 10_000]);
  });

  test("lets items go; the last one takes the timer along", () => {
    const { clock, wheel, start } = setUp();
    const [one, two] = [new Item(), new Item()];
    wheel.put(one, start + 100);
    wheel.put(two, start + 100);

    wheel.remove(one);
    wheel.remove(one);
    wheel.remove(new Item());
    expect([wheel.size, clock.timers]).toEqual([1, 1]);
    wheel.remove(two);
    expect([wheel.size, clock.timers]).toEqual([0, 0]);
    clock.advance(1_000);

    expect([one.calls, two.calls]).toEqual([[], []]);
  });

  test("does not call an item that another one has removed in the same turn", () => {
    const { clock, wheel, start } = setUp();
    const second = new Item(() => start + 10_000);
    const first = new Item(() => void wheel.remove(second));
    wheel.put(first, start + 100);
    wheel.put(second, start + 100);

    clock.advance(1_000);

    expect([first.calls.length, second.calls.length, wheel.size, clock.timers]).toEqual([1, 0, 0, 0]);
  });

  test("an item that throws stops no other's clock", () => {
    const { clock, wheel, start } = setUp();
    const uncaught = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    process.on("uncaughtException", () => {});
    onTestFinished(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      process.removeAllListeners("uncaughtException");
      for (const listener of uncaught) process.on("uncaughtException", listener);
    });
    const bad = new Item(() => {
      throw new Error("oops");
    });
    const [same, later] = [new Item(), new Item()];
    wheel.put(bad, start + 100);
    wheel.put(same, start + 100);
    wheel.put(later, start + 500);

    clock.advance(1_000);

    expect([same.calls.length, later.calls.length, wheel.size]).toEqual([1, 1, 0]);
  });

  test("after a long sleep, calls everybody who is due, once", () => {
    const { clock, wheel, start } = setUp();
    const items = Array.from({ length: 100 }, (_, i) => {
      const item = new Item((now) => (now > start + 1e6 ? undefined : now));
      wheel.put(item, start + i * 500);
      return item;
    });

    clock.sleep(10_000_000);

    expect(items.every(({ calls }) => calls.length === 1)).toBe(true);
    expect(wheel.size).toBe(0);
  });

  test("a time that is past comes in the next step", () => {
    const { clock, wheel, start } = setUp();
    const item = new Item();

    wheel.put(item, start - 10_000);
    expect(item.calls).toEqual([]);
    clock.advance(50);

    expect(item.calls).toHaveLength(1);
  });
});
