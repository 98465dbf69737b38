/** The memory curve as a picture: bytes of each connection over the number of connections, heap above, resident below. */

import { figure } from "../report/figures.ts";
import type { Picture, Theme } from "../report/svg.ts";
import { MARGIN, round, Sheet, text, WIDTH, wrapWords } from "../report/svg.ts";
import type { Curve, CurveRun } from "./curve.ts";

const LEFT = 92;
const RIGHT = WIDTH - 256;
const HEIGHT = 250;
/** Lines of text at the ends of the curves do not come nearer. */
const BETWEEN_LABELS = 26;

/** Both halves. */
export function drawCurves(run: CurveRun, theme: Theme): Picture {
  const sheet = new Sheet();
  sheet.line(46, "What an idle connection takes", "big");
  drawHalf(sheet, { curves: run.curves, what: "heap", title: "Heap, bytes per connection", theme });
  drawHalf(sheet, { curves: run.curves, what: "rss", title: "Resident memory, bytes per connection", theme });
  const most = Math.max(...run.curves.flatMap(({ points }) => points.map(({ connections }) => connections)));
  sheet.space(16);
  const notes = [
    "Events, iterator, compressed: Antiphon.",
    `Across: connections, up to ${figure(most)}; a process may open ${figure(run.machine.fileLimit)} files.`,
    `Node.js ${run.machine.node.replace(/^v/, "")}, ${run.machine.cpu}, ${run.startedAt.slice(0, 10)}`,
  ];
  for (const line of notes.flatMap((note) => wrapWords(note, 68))) sheet.line(25, line, "muted small");
  return {
    height: sheet.y + MARGIN,
    title: "Memory of an idle connection, as connections grow",
    description: describe(run.curves),
    body: sheet.body,
  };
}

interface Half {
  readonly curves: readonly Curve[];
  readonly what: "heap" | "rss";
  readonly title: string;
  readonly theme: Theme;
}

function drawHalf(sheet: Sheet, { curves, what, title, theme }: Half): void {
  sheet.space(20);
  sheet.rule();
  sheet.line(32, title, "strong");
  sheet.space(22);
  const top = sheet.y;
  const bottom = top + HEIGHT;
  const step = niceStep(Math.max(...curves.flatMap(({ points }) => points.map(({ each }) => each[what]))) / 4);
  const highest =
    step * Math.ceil(Math.max(...curves.flatMap(({ points }) => points.map(({ each }) => each[what] / step))));
  const most = Math.max(...curves.flatMap(({ points }) => points.map(({ connections }) => connections)));
  const x = (connections: number) => LEFT + (connections / most) * (RIGHT - LEFT);
  const y = (bytes: number) => bottom - (Math.max(0, bytes) / highest) * HEIGHT;

  for (let mark = 0; mark <= highest; mark += step) {
    sheet.add(`<path class="rule" d="M${LEFT} ${round(y(mark))}H${RIGHT}"/>`);
    sheet.add(text(LEFT - 10, y(mark) + 7, figure(mark === 0 ? 0 : mark).replace("0.00", "0"), "muted small end"));
  }
  const across = niceStep(most / 4);
  for (let mark = across; mark <= most; mark += across)
    sheet.add(text(x(mark), bottom + 28, `${mark / 1000}k`, "muted small middle"));

  for (const [at, curve] of curves.entries()) {
    const path = curve.points
      .map(({ connections, each }) => `${round(x(connections))} ${round(y(each[what]))}`)
      .join("L");
    const { stroke, dashes, width } = penOf(curve, curves.slice(0, at), theme);
    sheet.add(
      `<path d="M${path}" fill="none" stroke="${stroke}" stroke-width="${width}" stroke-linejoin="round"${dashes && ` stroke-dasharray="${dashes}"`}/>`,
    );
  }
  const ends = curves.map((curve) => ({ curve, wanted: y(curve.points.at(-1)!.each[what]) }));
  for (const { curve, at, wanted } of spread(ends, top, bottom)) {
    const name = curve.server.startsWith("antiphon") ? "ours strong small" : "muted small";
    sheet.add(`<path d="M${RIGHT + 4} ${round(wanted)}L${RIGHT + 16} ${round(at)}" class="rule" fill="none"/>`);
    sheet.add(text(RIGHT + 20, at + 6, shortTitle(curve), name));
    sheet.add(text(WIDTH - MARGIN, at + 6, figure(curve.points.at(-1)!.each[what]), `${name} end`));
  }
  sheet.space(HEIGHT + 36);
}

/** Antiphon's lines differ by their dashes, so that nobody needs colours to tell them apart. */
function penOf(curve: Curve, before: readonly Curve[], { ours, muted }: Theme) {
  const isOurs = curve.server.startsWith("antiphon");
  const earlier = before.filter(({ server }) => server.startsWith("antiphon")).length;
  if (isOurs) return { stroke: ours, dashes: ["", "9 5", "2.5 4"][earlier] ?? "", width: 4 };
  return { stroke: muted, dashes: curve.server === "net" ? "2 5" : "", width: 3 };
}

/** Labels at their lines, or as near as the others allow. */
function spread<Label extends { readonly wanted: number }>(
  labels: readonly Label[],
  top: number,
  bottom: number,
): (Label & { readonly at: number })[] {
  const placed: (Label & { at: number })[] = [];
  for (const label of [...labels].sort((a, b) => a.wanted - b.wanted)) {
    const above = placed.at(-1)?.at ?? top - BETWEEN_LABELS;
    placed.push({ ...label, at: Math.max(label.wanted, above + BETWEEN_LABELS) });
  }
  // What went below the picture pushes the others up.
  let below = bottom + BETWEEN_LABELS;
  for (const label of placed.toReversed()) {
    label.at = Math.min(label.at, below - BETWEEN_LABELS);
    below = label.at;
  }
  return placed;
}

/** There is little room beside the lines, and their colour says whose they are. */
function shortTitle({ title }: Curve): string {
  return title.replace(/^Antiphon, /, "");
}

/** 1, 2 or 5, with zeros, and not below. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, least)));
  return power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10);
}

function describe(curves: readonly Curve[]): string {
  const each = curves.map(({ title, points }) => {
    const { connections, each } = points.at(-1)!;
    return `${title}: ${figure(each.heap)} bytes of heap, ${figure(each.rss)} resident at ${figure(connections)} connections`;
  });
  return `${each.join("; ")}.`;
}
