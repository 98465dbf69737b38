/** The wheel against a plain list of deadlines: whatever is put, removed and put again, and however time passes. */

import fc from "fast-check";
import { expect, test } from "vitest";
import type { WheelItem } from "../../src/socket/wheel.ts";
import { Wheel } from "../../src/socket/wheel.ts";
import { TestClock } from "../support/test-clock.ts";

const RESOLUTION = 50;
const ITEMS = 6;

type Step =
  | { readonly type: "put"; readonly item: number; readonly wait: number }
  | { readonly type: "remove"; readonly item: number }
  | { readonly type: "advance" | "sleep"; readonly by: number };

const item = fc.nat(ITEMS - 1);
const wait = fc.oneof(fc.nat(300), fc.nat(60_000), fc.nat(500_000), fc.integer({ min: -1000, max: 0 }));
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant("put" as const), item, wait }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("remove" as const), item }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constantFrom("advance" as const, "sleep" as const),
      by: fc.oneof(fc.nat(120), fc.nat(5_000), fc.nat(400_000)),
    }),
  },
);

/** An item as sockets are: it has one deadline, and looks again when it is called before that. */
class Model implements WheelItem {
  deadline: number | undefined;
  /** Called again this long after the deadline, once. */
  again: number | undefined;
  readonly others: Model[];
  readonly wheel: Wheel;
  problem: string | undefined;

  constructor(wheel: Wheel, others: Model[]) {
    this.wheel = wheel;
    this.others = others;
  }

  wheelOnTime(now: number): number | undefined {
    if (this.deadline === undefined) {
      this.problem = "called after it was removed";
      return undefined;
    }
    // Beyond the wheel's end, it is time to look again.
    if (now < this.deadline) return this.deadline;
    this.deadline = this.again === undefined ? undefined : now + this.again;
    this.again = undefined;
    const next = this.others[0];
    // One that ends takes another one along, now and then.
    if (this.deadline === undefined && now % 3 === 0 && next !== undefined && next !== this) {
      next.deadline = undefined;
      this.wheel.remove(next);
    }
    return this.deadline;
  }
}

/** After a sleep, what is put again in a turn is called in the same one: its timer must not stay behind. */
const PUT_AND_CALLED_IN_ONE_TURN: Step[] = [
  { type: "advance", by: 47 },
  { type: "advance", by: 74_075 },
  { type: "put", item: 0, wait: 2 },
  { type: "put", item: 2, wait: 0 },
  { type: "put", item: 1, wait: 0 },
  { type: "sleep", by: 1_042 },
];

test("nobody is called after being removed, and everybody in time", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat(49), (steps, offset) => {
      const clock = new TestClock();
      clock.advance(offset);
      const wheel = new Wheel(clock);
      const models: Model[] = [];
      for (let i = 0; i < ITEMS; i++) models.push(new Model(wheel, models));

      for (const { type, ...what } of steps as (Step & { item: number; wait: number; by: number })[]) {
        const model = models[what.item];
        if (type === "put") {
          // As a socket would: its nearest deadline.
          const deadline = clock.now() + what.wait;
          // What is past already is due now.
          model!.deadline = Math.min(model!.deadline ?? Number.POSITIVE_INFINITY, Math.max(deadline, clock.now()));
          model!.again = what.wait > 0 && what.wait % 2 === 0 ? what.wait : undefined;
          wheel.put(model!, deadline);
        } else if (type === "remove") {
          model!.deadline = undefined;
          wheel.remove(model!);
        } else if (type === "advance") clock.advance(what.by);
        else clock.sleep(what.by);

        for (const { deadline, problem } of models) {
          expect(problem).toBeUndefined();
          expect(clock.now()).toBeLessThanOrEqual((deadline ?? Number.POSITIVE_INFINITY) + RESOLUTION);
        }
        expect(wheel.size).toBe(models.filter(({ deadline }) => deadline !== undefined).length);
        expect(clock.timers).toBe(wheel.size > 0 ? 1 : 0);
      }
      clock.advance(1_000_000_000);
      expect([wheel.size, clock.timers]).toEqual([0, 0]);
    }),
    { numRuns: 3_000, examples: [[PUT_AND_CALLED_IN_ONE_TURN, 0]] },
  );
});
