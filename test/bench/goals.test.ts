/** The check of the goals: what is met, what is missed, and what nobody can tell. */

import { expect, test } from "vitest";
import type { BenchRun } from "../../bench/model.ts";
import type { Goal } from "../../bench/report/goals.ts";
import { GOALS } from "../../bench/report/goals.ts";
import { checkGoals, renderGoals } from "../../bench/report/goals-check.ts";
import { outcome, run, steady } from "./runs.ts";

const about = { number: 1, where: "here", in: /^a/, ours: "antiphon" } as const;
const check = (goal: Goal, found: BenchRun) => checkGoals(found, [goal])[0]!;

const pair = (ours: number, theirs: number, id = "a", rounds = 9) => [
  outcome(id, "antiphon", steady(ours, rounds)),
  outcome(id, "ws", steady(theirs, rounds)),
];

test.each<[Goal, "met" | "missed", number, number]>([
  [{ ...about, kind: "ahead", of: "ws" }, "met", 10, 11],
  [{ ...about, kind: "ahead", of: "ws" }, "missed", 10, 10],
  [{ ...about, kind: "never behind", of: "ws" }, "met", 10, 10],
  [{ ...about, kind: "never behind", of: "ws" }, "missed", 10, 9],
  [{ ...about, kind: "at least", of: "ws", times: 4 }, "met", 1, 4.1],
  [{ ...about, kind: "at least", of: "ws", times: 4 }, "missed", 1, 3.9],
  [{ ...about, kind: "at most", of: "ws", times: 1.2 }, "met", 1.19, 1],
  [{ ...about, kind: "at most", of: "ws", times: 1.2 }, "missed", 1.21, 1],
  [{ ...about, kind: "above", of: "ws", more: 600, unit: "B" }, "met", 1300, 800],
  [{ ...about, kind: "above", of: "ws", more: 600, unit: "B" }, "missed", 1500, 800],
  [{ ...about, kind: "bounded", extra: "p99", most: 1, unit: "ms" }, "met", 9, 1],
  [{ ...about, kind: "bounded", extra: "p99", most: 1, unit: "ms" }, "missed", 11, 1],
])("%o is %s with %d to %d", (goal, state, ours, theirs) => {
  expect(check(goal, run(pair(ours, theirs))).state).toBe(state);
});

test("every scenario has to meet it, and the one that decides comes first", () => {
  const found = run([...pair(10, 20, "a1"), ...pair(10, 11, "a2"), ...pair(10, 9, "a3"), ...pair(10, 1, "other")]);

  const { state, findings } = check({ ...about, kind: "ahead", of: "ws" }, found);

  expect(state).toBe("missed");
  expect(findings.map(({ scenario }) => scenario)).toEqual(["a3", "a2", "a1"]);
});

test("growth is the most over the least of all of them", () => {
  const goal: Goal = { ...about, kind: "grows", times: 1.5 };
  const costs = (most: number) => run([outcome("a10", "antiphon", [10]), outcome("a99", "antiphon", [most])]);

  expect(check(goal, costs(14)).state).toBe("met");
  expect(check(goal, costs(16))).toMatchObject({
    state: "missed",
    findings: [{ figure: "1.60x (a99 16.0, a10 10.0)" }],
  });
});

test("a difference may be to another scenario", () => {
  const goal: Goal = { ...about, in: /^a-squeezed/, kind: "above", of: "antiphon", than: /^a$/, more: 1000, unit: "B" };
  const found = run([outcome("a", "antiphon", [1400]), outcome("a-squeezed", "antiphon", [2300])]);

  expect(check(goal, found)).toMatchObject({ state: "met", findings: [{ figure: "900 B (2,300 - 1,400)" }] });
});

test("nothing is met by what was not measured, or too rarely", () => {
  expect(checkGoals(run([])).every(({ state }) => state === "unknown")).toBe(true);
  expect(check({ ...about, kind: "ahead", of: "ws" }, run(pair(1, 9, "a", 3))).state).toBe("unknown");
});

test("the list says what is missed, and by how much, in lines that fit", () => {
  const found = run([...pair(10, 9, "echo-100x1x64-text"), ...pair(10, 12, "echo-4x1x1048576-binary")]);

  const text = renderGoals(checkGoals(found), { columns: 100, colour: false });

  expect(text).toContain("✗ missed everywhere: antiphon is ahead of ws (1 of 2)");
  expect(text).toContain("echo-100x1x64-text                       0.90x [0.90-0.90]");
  expect(text.split("\n").length).toBeGreaterThanOrEqual(GOALS.length);
  for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
});
