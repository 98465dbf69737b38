/** The memory curve: how far it goes, what is computed from it, and how it is drawn. */

import { expect, test } from "vitest";
import type { CurveRun } from "../../bench/connections/curve.ts";
import { extrapolate, KINDS, stepsWithin } from "../../bench/connections/curve.ts";
import { drawCurves } from "../../bench/connections/curve-picture.ts";
import { renderCurves } from "../../bench/connections/curve-table.ts";
import { fitLine } from "../../bench/connections/fit.ts";
import { renderPicture, THEMES } from "../../bench/report/svg.ts";

const point = (connections: number, heap: number) => ({ connections, each: { heap, rss: 2 * heap } });

test.each([
  [20_000, 100_000, [1000, 2000, 5000, 10_000, 15_000, 19_800]],
  [1024, 100_000, [800]],
  [1_000_000, 20_000, [1000, 2000, 5000, 10_000, 15_000, 20_000]],
  [20_000, 15_500, [1000, 2000, 5000, 10_000, 15_000]],
  [100, 100_000, []],
])("with %i files and at most %i connections it goes by %j", (files, most, steps) => {
  expect(stepsWithin(files, most)).toEqual(steps);
});

test("a line through points gives their slope and where they begin", () => {
  const { slope, intercept } = fitLine([
    [1, 7],
    [2, 9],
    [4, 13],
  ]);

  expect([slope, intercept]).toEqual([expect.closeTo(2), expect.closeTo(5)]);
  expect(fitLine([[4, 8]])).toEqual({ slope: 2, intercept: 0 });
  expect(() => fitLine([])).toThrow(RangeError);
});

test("what is computed is of the whole process: what it has without connections, and all of them", () => {
  const points = [point(1000, 1500), point(2000, 1500)];

  expect(extrapolate({ heap: 5e6, rss: 40e6 }, points, 1_000_000)).toEqual({
    connections: 1_000_000,
    heap: expect.closeTo(5e6 + 1500e6, -2),
    rss: expect.closeTo(40e6 + 3000e6, -2),
  });
});

const before = { heap: 5e6, rss: 40e6 };
const curves: CurveRun = {
  startedAt: "2026-01-02T03:04:05.678Z",
  machine: { cpu: "Some CPU", cores: 2, node: "20.20.0", os: "Linux 6.1", fileLimit: 20_000 },
  heapLimit: 4e9,
  curves: KINDS.map((kind, at) => {
    const points = [point(1000, 1400), point(15_000, at === 3 ? 9000 : 1400)];
    return {
      ...kind,
      before,
      points,
      computed: [100_000, 1_000_000].map((count) => extrapolate(before, points, count)),
    };
  }),
};

test("the tables tell what was measured from what was computed", () => {
  const text = renderCurves(curves);

  expect(text).toMatch(/^Antiphon, events {10,}1,400 {5}1,400$/m);
  expect(text).toContain("Computed, not measured");
  expect(text).toMatch(/^Antiphon, events +145 MB +320 MB +1\.4[01] GB +2\.84 GB$/m);
  // More heap than V8 allows by itself.
  expect(text).toMatch(/^ws .*9\.\d+ GB\*/m);
  expect(text).toContain("20,000 files");
});

test.each(THEMES)("names of lines that end at the same place stand one below the other ($name)", (theme) => {
  const svg = renderPicture(drawCurves(curves, theme), theme);

  const heights = [...svg.matchAll(/y="([\d.]+)" class="[^"]*">(?:events|iterator|compressed|ws|bare net)</g)]
    .slice(0, 5)
    .map(([, y]) => Number(y))
    .sort((a, b) => a - b);
  expect(heights).toHaveLength(5);
  for (const [at, y] of heights.entries()) if (at > 0) expect(y - heights[at - 1]!).toBeGreaterThanOrEqual(25.9);
  expect(svg).not.toContain("NaN");
});
