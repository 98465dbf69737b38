/** Numbers as people read them: times, rates, sizes, shares. */

/** In groups of three, as the errors have them: `1 048 576`. */
export function grouped(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, " ");
}

/** A count and its noun: `1 message`, `2 000 messages`. */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** Milliseconds in three figures, and in seconds where there are many: `0.214 ms`, `21.4 ms`, `2.14 s`. */
export function inTime(milliseconds: number): string {
  if (milliseconds >= 120_000) return `${threeFigures(milliseconds / 60_000)} min`;
  return milliseconds >= 1000 ? `${threeFigures(milliseconds / 1000)} s` : `${threeFigures(milliseconds)} ms`;
}

/** Of a scale: `0.1 ms`, `20 ms`, `1 s`. */
export function inRoundTime(milliseconds: number): string {
  const isLong = milliseconds >= 1000;
  return `${Number((isLong ? milliseconds / 1000 : milliseconds).toPrecision(6))} ${isLong ? "s" : "ms"}`;
}

/** Of latencies, whose column is to have one unit: `0.214`, `21.4`, `2 140`. */
export function threeFigures(value: number): string {
  if (value >= 100) return grouped(value);
  if (Number.isInteger(value)) return String(value);
  return value.toFixed(value >= 10 ? 1 : value >= 1 ? 2 : 3);
}

/** A rate in three figures: `999`, `12 345`, `0.5`. */
export function perSecond(count: number): string {
  return `${threeFigures(count)}/s`;
}

/** Bytes: `64 B`, `1.50 KiB`, `20 MiB`. */
export function inBytes(bytes: number): string {
  const unit = bytes < 1024 ? 0 : Math.min(3, Math.floor(Math.log2(bytes) / 10));
  return `${threeFigures(bytes / 1024 ** unit)} ${["B", "KiB", "MiB", "GiB"][unit]}`;
}

/** A part of one: `12.5 %`, `0.05 %`. */
export function inPercent(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 0.01) return "< 0.01 %";
  return `${percent === 0 || percent >= 99.95 ? percent.toFixed(0) : percent.toFixed(percent < 1 ? 2 : 1)} %`;
}
