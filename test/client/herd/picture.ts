/** The picture of a herd for the docs: attempts per 100 ms after an outage, with our waits and with two others. */

import type { Attempt, Outage } from "./herd.ts";
import { attemptsAfter, BACKOFFS, OURS, peak, perTenth } from "./herd.ts";

/** What is drawn. */
export const DRAWN: Outage = { clients: 1000, lost: { code: 1006, reason: "", wasClean: false }, backAt: 20_000 };

/** The figures in one line, for the docs to quote. */
export function figures(): string {
  const ways = Object.entries(BACKOFFS).map(([name, backoff]) => {
    const arrivals = arrivalsOf(attemptsAfter(DRAWN, backoff));
    return `${thousands(peak(arrivals))} with ${name} (the last after ${(arrivals.at(-1)!.at / 1000).toFixed(1)} s)`;
  });
  return `${STORY}. The most that come back in any 100 ms: ${ways.join(", ")}.`;
}

/** The SVG, the same each time. */
export function picture(): string {
  const rows = Object.entries(BACKOFFS).flatMap(([name, backoff]) => {
    const attempts = attemptsAfter(DRAWN, backoff);
    const most = thousands(peak(arrivalsOf(attempts)));
    const isOurs = name === OURS;
    const first = row(`${isOurs ? "Antiphon, " : ""}${name}: at most ${most} come back in any 100 ms`, attempts, 1);
    return isOurs ? [first, row(`the same, drawn ${ZOOM} times as tall`, attempts, ZOOM)] : [first];
  });
  const height = TOP + rows.length * ROW + 24;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="t d">`,
    `<title id="t">How clients come back after an outage</title>`,
    `<desc id="d">${figures()}</desc>`,
    `<style>${STYLE}</style>`,
    `<text x="${LEFT}" y="18">${STORY}.</text>`,
    `<text x="${LEFT}" y="38">Attempts per 100 ms, <tspan class="vain">in vain</tspan> and <tspan class="hit">with success</tspan>:</text>`,
    ...rows.map((content, index) => `<g transform="translate(${LEFT} ${TOP + index * ROW})">${content}</g>`),
    ...SECONDS.map(
      (second) => `<text class="axis" x="${LEFT + second * 10 * TENTH}" y="${height - 8}">${second} s</text>`,
    ),
    "</svg>",
  ].join("\n")}\n`;
}

/** One line of bars under its name. */
function row(name: string, attempts: readonly Attempt[], zoom: number): string {
  const scale = `transform="translate(0 ${ROW - 14})scale(${TENTH} ${((BAR * zoom) / DRAWN.clients).toFixed(3)})"`;
  const bars = (opened: boolean) => outline(perTenth(attempts.filter((attempt) => attempt.opened === opened)));
  return [
    `<text y="12">${name}</text>`,
    `<path class="vain" ${scale} d="${bars(false)}"/>`,
    `<path class="hit" ${scale} d="${bars(true)}"/>`,
    `<path class="base" d="M0 ${ROW - 14}h${TENTH * TENTHS}"/>`,
    `<path class="back" d="M${(DRAWN.backAt / 100) * TENTH} ${ROW - 14 - BAR}v${BAR}"/>`,
  ].join("\n");
}

/** The outline of all bars: one unit to the right for each 100 ms, one up for each attempt. */
function outline(counts: readonly number[]): string {
  const steps = [...counts, 0].map((count, index) => {
    const rise = count - (counts[index - 1] ?? 0);
    return `${rise === 0 ? "" : `v${-rise}`}h1`;
  });
  // Steps on the same height are one.
  return `M0 0${steps.join("").replace(/(h1){2,}/g, (all) => `h${all.length / 2}`)}z`;
}

function arrivalsOf(attempts: readonly Attempt[]): Attempt[] {
  return attempts.filter(({ opened }) => opened);
}

function thousands(count: number): string {
  return count.toLocaleString("en");
}

const STORY = `${thousands(DRAWN.clients)} clients are cut at once; the server is back after ${DRAWN.backAt / 1000} s`;

const WIDTH = 720;
const LEFT = 12;
const TOP = 56;
const ROW = 92;
/** The height of a bar for all clients. */
const BAR = 62;
const ZOOM = 6;
const TENTHS = 500;
/** The width of a bar. */
const TENTH = 1.38;
const SECONDS = [0, 10, 20, 30, 40, 50];

/** Readable on white and on black, should the page and the system disagree. */
const STYLE = [
  `text{font:13px system-ui,sans-serif;fill:#57606a}`,
  `.axis{text-anchor:middle}`,
  `.hit{fill:#1a7f37}.vain{fill:#bf8700}`,
  `.base,.back{fill:none;stroke:#8c959f}.back{stroke-dasharray:3 3}`,
  `@media(prefers-color-scheme:dark){text{fill:#adbac7}.hit{fill:#57ab5a}.vain{fill:#daaa3f}}`,
].join("");
