/** Whether a series of samples grows: a line through them, and how sure it is. */

/** A line by least squares. */
export interface Trend {
  /** What is gained from one sample to the next. */
  readonly slope: number;
  /** The standard error of the slope. */
  readonly error: number;
}

/** Of at least three samples. */
export function trendOf(samples: readonly number[]): Trend {
  const count = samples.length;
  const middle = (count - 1) / 2;
  const mean = samples.reduce((sum, value) => sum + value, 0) / count;
  const spread = samples.reduce((sum, _, at) => sum + (at - middle) ** 2, 0);
  const slope = samples.reduce((sum, value, at) => sum + (at - middle) * (value - mean), 0) / spread;
  const left = samples.reduce((sum, value, at) => sum + (value - mean - slope * (at - middle)) ** 2, 0);
  return { slope, error: Math.sqrt(left / (count - 2) / spread) };
}
