/** Copies of what goes to several topics: the first one counts. */

import { expect, test } from "vitest";
import { SeenNumbers } from "../../../src/rooms/cluster/seen-numbers.ts";

test("a number is new once, for each process", () => {
  const seen = new SeenNumbers();

  const asked = (["a 1", "a 1", "b 1", "a 2", "b 1", "a 2", "a 0"] as const).map((one) => {
    const [process = "", number] = one.split(" ");
    return seen.isNew(process, Number(number));
  });

  expect(asked).toEqual([true, false, true, true, false, false, true]);
});

test("thousands of a process are remembered, and the oldest is forgotten for the newest", () => {
  const seen = new SeenNumbers();
  for (let number = 0; number < 4_096; number++) seen.isNew("a", number);
  expect(seen.isNew("a", 0)).toBe(false);

  seen.isNew("a", 4_096);

  expect([seen.isNew("a", 1), seen.isNew("a", 4_096), seen.isNew("a", 0)]).toEqual([false, false, true]);
});

test("a thousand processes are remembered, and the one that was heard of last stays longest", () => {
  const seen = new SeenNumbers();
  for (let process = 0; process < 1_024; process++) seen.isNew(`p${process}`, 1);
  seen.isNew("p0", 2);

  seen.isNew("one more", 1);

  expect([seen.isNew("p0", 1), seen.isNew("p2", 1), seen.isNew("p1", 1)]).toEqual([false, false, true]);
});
