/** Figures as people read them in a log line: bytes, durations, amounts. */

/** `0 B`, `3.1 KB`, `9 KB`, `1.2 MB`: a KB is 1000 bytes. */
export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  if (count < 999_950) return `${rounded(count / 1000)} KB`;
  return count < 999_950_000 ? `${rounded(count / 1e6)} MB` : `${rounded(count / 1e9)} GB`;
}

/** `340 ms`, `12.4 s`, `3.5 min`, `20.1 h`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 59_950) return `${rounded(milliseconds / 1000)} s`;
  return milliseconds < 3_597_000 ? `${rounded(milliseconds / 60_000)} min` : `${rounded(milliseconds / 3_600_000)} h`;
}

/** `1 connection`, `2 connections`. */
export function amount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** To one decimal, and none where it is 0. */
function rounded(value: number): string {
  return String(Math.round(value * 10) / 10);
}
