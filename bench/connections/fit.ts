/** A straight line through what was measured, to say what more would take. */

/** `intercept + slope * x`. */
export interface Line {
  readonly slope: number;
  readonly intercept: number;
}

/** The line with the least squares of distances. One point gives a line through 0. Throws a `RangeError` without points. */
export function fitLine(points: readonly (readonly [x: number, y: number])[]): Line {
  if (points.length === 0) throw new RangeError("no points to fit a line to");
  const mean = (at: 0 | 1) => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [middleX, middleY] = [mean(0), mean(1)];
  const spread = points.reduce((sum, [x]) => sum + (x - middleX) ** 2, 0);
  if (spread === 0) return { slope: middleY / middleX, intercept: 0 };
  const slope = points.reduce((sum, [x, y]) => sum + (x - middleX) * (y - middleY), 0) / spread;
  return { slope, intercept: middleY - slope * middleX };
}

/** Where the line is at `x`. */
export function at({ slope, intercept }: Line, x: number): number {
  return intercept + slope * x;
}
