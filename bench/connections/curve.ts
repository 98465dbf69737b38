/** The memory curve: what each connection takes as there are more and more of them, and what a line through it says of many more. */

import type { BenchRun, ServerName } from "../model.ts";
import type { Place } from "../scenario.ts";
import { at, fitLine } from "./fit.ts";
import type { Bytes, Rest } from "./resting.ts";
import { measureRest } from "./resting.ts";

/** One line of the picture. */
export interface CurveKind {
  readonly server: ServerName;
  readonly compressed: boolean;
  readonly title: string;
}

/** Who is drawn. */
export const KINDS: readonly CurveKind[] = [
  { server: "antiphon", compressed: false, title: "Antiphon, events" },
  { server: "antiphon-iterator", compressed: false, title: "Antiphon, iterator" },
  { server: "antiphon", compressed: true, title: "Antiphon, compressed" },
  { server: "ws", compressed: false, title: "ws" },
  { server: "net", compressed: false, title: "bare net" },
];

/** What was measured of one kind, and what is computed from it. */
export interface Curve extends CurveKind {
  /** The whole process without a connection. */
  readonly before: Bytes;
  readonly points: readonly Rest[];
  readonly computed: readonly Extrapolated[];
}

/** Bytes of the whole process at a number of connections that nobody opened. */
export interface Extrapolated extends Bytes {
  readonly connections: number;
}

/** All of it. */
export interface CurveRun {
  readonly startedAt: string;
  /** Its limit on open files is what ends the curve. */
  readonly machine: BenchRun["machine"];
  /** Bytes that V8 allows its heap here, unless `--max-old-space-size` says more. */
  readonly heapLimit: number;
  readonly curves: readonly Curve[];
}

/** What is computed. */
const BEYOND = [100_000, 1_000_000];

const STEPS = [1000, 2000, 5000, 10_000, 15_000, 20_000, 50_000, 100_000];

/** For what a process opens beside its connections. */
const OTHER_FILES = 200;

/** As many connections as files allow, and not above `most`: the steps up to there, and the end itself if it is far from the last step. */
export function stepsWithin(fileLimit: number, most: number): readonly number[] {
  const end = Math.min(most, Math.floor((fileLimit - OTHER_FILES) / 100) * 100);
  const steps = STEPS.filter((step) => step <= end);
  return end > (steps.at(-1) ?? 0) * 1.1 ? [...steps, end] : steps;
}

/** One kind, in a process of its own. */
export async function measureCurve(
  kind: CurveKind,
  steps: readonly number[],
  place: Pick<Place, "serverCore" | "loadCore">,
): Promise<Curve> {
  const { before, silent } = await measureRest({ ...kind, connections: steps }, place);
  return {
    ...kind,
    before,
    points: silent,
    computed: BEYOND.map((connections) => extrapolate(before, silent, connections)),
  };
}

/** By the least squares, for the whole process. */
export function extrapolate(before: Bytes, points: readonly Rest[], connections: number): Extrapolated {
  const total = (what: keyof Bytes) =>
    before[what] +
    at(fitLine(points.map((point) => [point.connections, point.each[what] * point.connections])), connections);
  return { connections, heap: total("heap"), rss: total("rss") };
}
