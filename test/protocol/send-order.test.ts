/** Messages keep their order while a large one is being compressed. */

import { beforeEach, expect, test } from "vitest";
import { ENTRY, SendOrder } from "../../src/protocol/send-order.ts";

let order: SendOrder;
let sent: string[];

beforeEach(() => {
  order = new SendOrder();
  sent = [];
});

function run(name: string, size = name.length): void {
  order.run(size, () => sent.push(name));
}

test("nothing waits: everything is sent at once", () => {
  run("a");
  run("b");

  expect(sent).toEqual(["a", "b"]);
  expect([order.waits, order.size]).toEqual([false, 0]);
});

test("behind a message that is held everything waits, and is counted", () => {
  order.hold(1000);
  run("ab");
  run("c");

  expect(sent).toEqual([]);
  expect([order.waits, order.size]).toEqual([true, 1000 + 2 + 1 + 2 * ENTRY]);
  order.release();

  expect(sent).toEqual(["ab", "c"]);
  expect([order.waits, order.size]).toEqual([false, 0]);
});

test("one that waited may be held itself: what is behind it waits on", () => {
  order.hold(1000);
  run("a");
  order.run(500, () => order.hold(500));
  run("b");
  order.run(700, () => order.hold(700));
  run("c");

  order.release();
  run("d");
  expect(sent).toEqual(["a"]);
  expect([order.waits, order.size]).toEqual([true, 500 + 1 + 700 + 1 + 1 + 4 * ENTRY]);
  order.release();
  expect(sent).toEqual(["a", "b"]);
  expect(order.size).toBe(700 + 1 + 1 + 2 * ENTRY);
  order.release();

  expect(sent).toEqual(["a", "b", "c", "d"]);
  expect([order.waits, order.size]).toEqual([false, 0]);
});

test("cleared, it forgets all that waits, and begins anew", () => {
  order.hold(1000);
  run("a");

  order.clear();

  expect([order.waits, order.size]).toEqual([false, 0]);
  run("b");
  order.hold(10);
  run("c");
  order.release();
  expect(sent).toEqual(["b", "c"]);
  expect(order.size).toBe(0);
});
