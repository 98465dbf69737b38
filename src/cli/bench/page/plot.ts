/** A plot of lines as SVG: axes, a legend, and the values of each place for whoever points at it. */

import { escaped } from "./escaped.ts";
import type { Scale } from "./scale.ts";

/** One line. A hole is a place without a value. */
export interface Line {
  readonly name: string;
  /** A class of the style sheet: `first`, `second`, `third`. */
  readonly tone: string;
  readonly values: readonly (number | undefined)[];
  /** Filled down to the axis. */
  readonly filled?: boolean;
}

/** A plot. */
export interface Plot {
  /** For those who do not see it. */
  readonly label: string;
  readonly x: Scale;
  readonly y: Scale;
  /** Where the values lie, by the scale `x`. */
  readonly places: readonly number[];
  readonly lines: readonly Line[];
  readonly xWords: (value: number) => string;
  readonly yWords: (value: number) => string;
  /** Beside the axis. */
  readonly tickWords: (value: number) => string;
  /** What stands below the axis at its end. */
  readonly xName: string;
}

const WIDTH = 960;
const HEIGHT = 300;
const LEFT = 78;
const RIGHT = 24;
const TOP = 30;
const BOTTOM = 42;
/** Of that, for the name of the axis. */
const NAME = 18;

/** The SVG element. */
export function drawPlot(plot: Plot): string {
  return [
    `<svg viewBox="0 0 ${WIDTH} ${plot.xName === "" ? HEIGHT - NAME : HEIGHT}" role="img" aria-label="${escaped(plot.label)}">`,
    ...plot.y.ticks.map((tick) => yTick(plot, tick)),
    ...plot.x.ticks.map((tick) => xTick(plot, tick)),
    `<text class="name" x="${WIDTH - RIGHT}" y="${HEIGHT - 6}" text-anchor="end">${escaped(plot.xName)}</text>`,
    plot.lines.length > 1 ? legend(plot.lines) : "",
    ...plot.lines.map((line) => drawLine(plot, line)),
    ...plot.places.map((_, index) => pointer(plot, index)),
    "</svg>",
  ].join("\n");
}

function yTick({ y, tickWords }: Plot, tick: number): string {
  const at = toY(y.at(tick));
  return `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}"/><text x="${LEFT - 8}" y="${at + 4}" text-anchor="end">${escaped(tickWords(tick))}</text>`;
}

function xTick({ x, xWords }: Plot, tick: number): string {
  const at = toX(x.at(tick));
  const base = HEIGHT - BOTTOM;
  return `<line class="tick" x1="${at}" x2="${at}" y1="${base}" y2="${base + 5}"/><text x="${at}" y="${base + 19}" text-anchor="middle">${escaped(xWords(tick))}</text>`;
}

function legend(lines: readonly Line[]): string {
  let x = LEFT;
  return lines
    .map(({ name, tone }) => {
      const item = `<line class="${tone}" x1="${x}" x2="${x + 18}" y1="10" y2="10"/><text x="${x + 24}" y="14">${escaped(name)}</text>`;
      x += 24 + name.length * 7 + 24;
      return item;
    })
    .join("");
}

function drawLine(plot: Plot, { values, tone, filled }: Line): string {
  const runs = runsOf(values).map((indexes) =>
    indexes.map((index) => `${toX(plot.x.at(plot.places[index]!))},${toY(plot.y.at(values[index]!))}`),
  );
  const paths = runs.map((points) => {
    // A value between two holes is a dot.
    if (points.length === 1) return `<path class="${tone} dot" d="M${points[0]}h.01"/>`;
    return `<path class="${tone}" d="M${points.join("L")}"/>`;
  });
  if (!filled) return paths.join("");
  const base = HEIGHT - BOTTOM;
  const areas = runs.map((points) => {
    const [first, last] = [points[0]!.split(",")[0], points.at(-1)!.split(",")[0]];
    return `<path class="${tone} area" d="M${first},${base}L${points.join("L")}L${last},${base}Z"/>`;
  });
  return [...areas, ...paths].join("");
}

/** The indexes of the values, without the holes between them. */
function runsOf(values: readonly (number | undefined)[]): number[][] {
  const runs: number[][] = [];
  let current: number[] = [];
  for (const [index, value] of values.entries()) {
    if (value === undefined) {
      if (current.length > 0) runs.push(current);
      current = [];
    } else current.push(index);
  }
  return current.length > 0 ? [...runs, current] : runs;
}

/** A strip that shows a line and the values while it is pointed at. */
function pointer(plot: Plot, index: number): string {
  const { places, lines, xWords, yWords } = plot;
  const place = places[index]!;
  const at = toX(plot.x.at(place));
  const left = index === 0 ? LEFT : (toX(plot.x.at(places[index - 1]!)) + at) / 2;
  const right = index === places.length - 1 ? WIDTH - RIGHT : (at + toX(plot.x.at(places[index + 1]!))) / 2;
  const words = lines.map(({ name, values }) => {
    const value = values[index];
    return `${name}: ${value === undefined ? "none" : yWords(value)}`;
  });
  const base = HEIGHT - BOTTOM;
  return `<g class="pointer"><rect x="${round(left)}" y="${TOP}" width="${round(Math.max(0.5, right - left))}" height="${base - TOP}"/><line x1="${at}" x2="${at}" y1="${TOP}" y2="${base}"/><title>${escaped([xWords(place), ...words].join("\n"))}</title></g>`;
}

function toX(part: number): number {
  return round(LEFT + part * (WIDTH - LEFT - RIGHT));
}

function toY(part: number): number {
  return round(HEIGHT - BOTTOM - part * (HEIGHT - BOTTOM - TOP));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
