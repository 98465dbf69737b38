/** The line that is written over while a bench runs. */

import type { Terminal } from "../terminal.ts";
import { counted, inTime, perSecond } from "./figures.ts";
import type { Load } from "./load.ts";
import type { BenchPlan } from "./plan.ts";

/** Cells of the bar. */
const WIDTH = 24;

/** What to show now. */
export function progressOf(load: Load, plan: BenchPlan, terminal: Terminal): string {
  const { tally } = load;
  const faults = Array.from(tally.errors.values()).reduce((sum, count) => sum + count, 0);
  const wrong = faults === 0 ? "" : terminal.styleNote("red", ` · ${counted(faults, "error")}`);
  if (load.state === "opening") return `opening · ${load.opened} of ${plan.connections} connections${wrong}`;
  if (load.state !== "running")
    return `waiting for the last answers · ${counted(Math.max(0, tally.pending), "message")}${wrong}`;
  const now = performance.now();
  const past = now - load.from;
  if (past < 0) return `warming up · ${inTime(Math.round(-past / 100) * 100)} to go${wrong}`;
  const [last] = tally.intervals.slice(-1);
  const rate = last ? perSecond((last.answered * 1000) / tally.step) : "";
  const p99 = last && last.answered > 0 ? ` · p99 ${inTime(last.p99 / 1e6)}` : "";
  const part = Math.min(1, past / plan.duration);
  const time = `${(past / 1000).toFixed(1)} of ${inTime(plan.duration)}`;
  return `${terminal.styleNote("cyan", bar(part, WIDTH))} ${time} · ${rate}${p99} · ${load.live} open${wrong}`;
}

/** A bar of whole and part cells. */
export function bar(part: number, width: number): string {
  const eighths = Math.round(part * width * 8);
  const whole = "█".repeat(eighths >> 3);
  return `${whole}${["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths & 7]}`.padEnd(width, "░");
}
