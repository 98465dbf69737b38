/** Things in line: first in, first out, counted in the budget, with nothing held while it is empty. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteBudget } from "../../src/socket/byte-budget.ts";
import { MessageQueue } from "../../src/socket/message-queue.ts";

test("a queue is a list that counts, whatever is done with it", () => {
  const steps = fc.array(fc.oneof(fc.string(), fc.constantFrom(null, null, undefined)), { maxLength: 500 });
  fc.assert(
    fc.property(steps, (ops) => {
      const budget = new ByteBudget(Number.POSITIVE_INFINITY);
      const queue = new MessageQueue<string>(budget, (text) => text.length);
      let list: string[] = [];
      for (const op of ops) {
        if (op === undefined && list.length > 200) {
          expect(queue.clear()).toEqual(list);
          list = [];
        } else if (typeof op === "string") {
          queue.push(op);
          list.push(op);
        } else {
          expect(queue.peek()).toBe(list[0]);
          expect(queue.shift()).toBe(list.shift());
        }
        expect([queue.length, queue.bytes, budget.used]).toEqual([list.length, ...Array(2).fill(list.join("").length)]);
      }
    }),
  );
});

test("what leaves the budget stays in line", () => {
  const budget = new ByteBudget(10);
  const [gone, other] = [
    new MessageQueue<string>(budget, (text) => text.length),
    new MessageQueue<string>(budget, () => 4),
  ];
  gone.push("eight ch");
  other.push("four");
  expect([budget.used, budget.exceeded]).toEqual([12, true]);

  gone.leaveBudget();

  expect([budget.used, budget.exceeded]).toEqual([4, false]);
  expect([gone.shift(), gone.bytes, budget.used]).toEqual(["eight ch", 0, 4]);
});

test("a long queue gives its places back as it empties", () => {
  const queue = new MessageQueue<number>(new ByteBudget(1), () => 0);
  for (let i = 0; i < 100_000; i++) queue.push(i);

  const taken = Array.from({ length: 100_000 }, () => queue.shift());

  expect(taken.every((value, i) => value === i)).toBe(true);
  expect([queue.length, queue.shift(), queue.peek()]).toEqual([0, undefined, undefined]);
});
