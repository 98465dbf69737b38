/** Who woke longest ago may rest. */

import { expect, test } from "vitest";
import { LastAwake } from "../../src/protocol/run/last-awake.ts";

function sleepers(names: string) {
  const rested: string[] = [];
  return { rested, all: [...names].map((name) => ({ mayRest: () => void rested.push(name) })) };
}

test("in the order in which they woke, when there are more than it holds", () => {
  const { rested, all } = sleepers("abcde");
  const awake = new LastAwake(3);

  for (const sleeper of all) awake.add(sleeper);

  expect(rested).toEqual(["a", "b"]);
});

test("one that is over is told nothing", () => {
  const { rested, all } = sleepers("abcd");
  const awake = new LastAwake(2);
  awake.add(all[0]!);
  awake.add(all[1]!);

  awake.remove(all[0]!);
  awake.remove(all[3]!);
  awake.add(all[2]!);
  awake.add(all[3]!);

  expect(rested).toEqual(["b"]);
});
