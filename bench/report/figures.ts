/** How figures are written: in as many digits as they are worth. */

/** Three digits, or all before the point: `0.604`, `7.80`, `157`, `2,849`. */
export function figure(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return "?";
  if (size === 0) return "0";
  if (size >= 999.5) return Math.round(value).toLocaleString("en-US");
  if (size >= 99.95) return value.toFixed(0);
  if (size >= 9.995) return value.toFixed(1);
  return value.toFixed(size >= 0.9995 ? 2 : 3);
}

/** `0.60`, `6.49`, `21.3`, `118`. */
export function times(value: number): string {
  return value.toFixed(value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2);
}

/** For what is counted in a second: `912`, `61.2k`, `1.20M`. */
export function rate(value: number): string {
  if (value >= 999_500) return `${figure(value / 1e6)}M`;
  return value >= 999.5 ? `${figure(value / 1000)}k` : value.toFixed(0);
}
