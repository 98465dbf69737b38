/** The memory curve as tables for a terminal. */

import { figure } from "../report/figures.ts";
import type { Curve, CurveRun } from "./curve.ts";

const LABEL = 22;
const COLUMN = 10;

/** Heap, resident bytes, what is computed, and under which limits. */
export function renderCurves({ curves, heapLimit, machine }: CurveRun): string {
  return [
    renderOne("Heap bytes per connection, at so many connections", curves, "heap"),
    "",
    renderOne("Resident bytes per connection", curves, "rss"),
    "",
    ...renderComputed(curves, heapLimit),
    "",
    `A process may open ${figure(machine.fileLimit)} files here, and each connection is one.`,
    `V8 allows ${size(heapLimit)} of heap here; what has a * needs node --max-old-space-size.`,
    "Resident bytes come in pages and at V8's discretion: of a few thousand connections they say little.",
    "What the kernel holds for each connection is in none of these figures.",
    `${machine.cpu} (${machine.cores} cores), ${machine.os}, Node.js ${machine.node}`,
  ].join("\n");
}

function renderOne(title: string, curves: readonly Curve[], what: "heap" | "rss"): string {
  const counts = curves[0]?.points.map(({ connections }) => connections) ?? [];
  return [
    title,
    row("", counts.map(figure)),
    ...curves.map((curve) =>
      row(
        curve.title,
        curve.points.map(({ each }) => figure(each[what])),
      ),
    ),
  ].join("\n");
}

/** Nobody has measured these. */
function renderComputed(curves: readonly Curve[], heapLimit: number): string[] {
  const counts = curves[0]?.computed.map(({ connections }) => connections) ?? [];
  return [
    "Computed, not measured, by a straight line through the points above: one process, heap and resident",
    row(
      "",
      counts.flatMap((count) => [figure(count), ""]),
    ),
    ...curves.map(({ title, computed }) =>
      row(
        title,
        computed.flatMap(({ heap, rss }) => [`${size(heap)}${heap > heapLimit ? "*" : " "}`, size(rss)]),
      ),
    ),
  ];
}

function row(label: string, cells: readonly string[]): string {
  return (label.padEnd(LABEL) + cells.map((cell) => cell.padStart(COLUMN)).join("")).trimEnd();
}

/** `41.2 MB`, in millions of bytes. */
function size(bytes: number): string {
  return bytes >= 1e9 ? `${figure(bytes / 1e9)} GB` : `${figure(bytes / 1e6)} MB`;
}
