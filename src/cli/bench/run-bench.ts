/** Runs a bench: from the flags to a plan, from the load to a report, with a line of progress meanwhile. */

import { setMaxListeners } from "node:events";
import { closeSync, openSync, writeFileSync } from "node:fs";
import type { ConnectOptions } from "../../client/index.ts";
import type { ConnectionFlags } from "../connection-flags.ts";
import { toConnectOptions } from "../connection-flags.ts";
import { CliError, ExitCode } from "../exit-code.ts";
import type { Terminal } from "../terminal.ts";
import { fileProblem } from "../words.ts";
import { Load } from "./load.ts";
import { thisMachine } from "./machine.ts";
import { notesOf } from "./notes.ts";
import { Payloads } from "./payloads.ts";
import type { BenchPlan, Expectation } from "./plan.ts";
import { progressOf } from "./progress.ts";
import type { BenchReport } from "./report.ts";
import { makeReport, timesOf } from "./report.ts";
import { limitOf } from "./self-watch.ts";
import { Tally } from "./tally.ts";
import { reportInWords } from "./terminal-report.ts";

/** As commander gives them. Times in milliseconds. */
export interface BenchFlags extends ConnectionFlags {
  readonly connections: number;
  readonly rate?: number;
  readonly inFlight?: number;
  readonly duration: number;
  readonly warmup: number;
  readonly ramp: number;
  readonly size: number;
  readonly message?: string;
  readonly binary?: boolean;
  readonly expect: Expectation;
  readonly drain: number;
  readonly html?: string;
  readonly json?: boolean;
}

const DEFAULT_RATE = 1000;
/** Milliseconds between two lines of progress. */
const PROGRESS = 100;
/** Stretches that the measured time is divided into, for plots; none is shorter than this. */
const STRETCHES = 120;
const SHORTEST = 50;

/** Runs it, prints the report; rejects with a `CliError` if nothing opened, and sets the exit code if something went wrong. */
export async function runBench(url: URL, flags: BenchFlags, terminal: Terminal): Promise<void> {
  const plan = planOf(url, flags);
  const payloads = new Payloads({ message: flags.message, size: flags.size, binary: flags.binary === true });
  // Better now than after a minute of work.
  const { html } = flags;
  if (html !== undefined) told(html, ExitCode.usage, () => closeSync(openSync(html, "a")));
  const connectOptions = benchOptions(toConnectOptions(flags), payloads.size);
  using interrupt = terminal.interrupted();
  setMaxListeners(0, interrupt.signal);

  const tally = new Tally(Math.max(SHORTEST, Math.ceil(plan.duration / STRETCHES)));
  const load = new Load({ plan, payloads, tally, connectOptions, signal: interrupt.signal });
  const started = new Date();
  const timer = setInterval(() => terminal.progress(progressOf(load, plan, terminal)), PROGRESS);
  try {
    await load.run();
  } finally {
    clearInterval(timer);
    terminal.progress(undefined);
  }
  if (load.opened === 0) {
    interrupt.signal.throwIfAborted();
    throw new CliError([...tally.errors.keys()].join("; ") || "no connection");
  }
  const { busy, cpuPerMessage } = load.work ?? { busy: 0, cpuPerMessage: 0 };
  const lag = plan.load.kind === "open" ? timesOf(tally.lag) : null;
  const limit = limitOf(busy, lag, timesOf(tally.latency)?.p99 ?? 0);
  const report = makeReport({
    plan,
    load,
    machine: thisMachine(),
    own: { busy, cpuPerMessage: plan.load.kind === "open" ? null : cpuPerMessage, lag, limit },
    started,
    compression: flags.compression === true,
    binary: flags.binary === true,
    interrupted: interrupt.signal.aborted,
    notes: notesOf(load, plan),
  });
  await tell(report, flags, terminal);
  terminal.exitCode = report.interrupted
    ? ExitCode.interrupted
    : report.errors.length > 0
      ? ExitCode.failed
      : ExitCode.ok;
}

function planOf(url: URL, flags: BenchFlags): BenchPlan {
  const { connections, rate = DEFAULT_RATE, inFlight, duration, warmup, ramp, drain, expect, size } = flags;
  if (duration === 0) throw new CliError("--duration has to be more than 0", ExitCode.usage);
  if (inFlight !== undefined && expect === "none") {
    throw new CliError("--in-flight waits for answers, and --expect none has none; give a --rate", ExitCode.usage);
  }
  if (size > LARGEST) throw new CliError("--size is at most 256 MiB", ExitCode.usage);
  if (ramp > warmup + duration) throw new CliError("--ramp is longer than the bench", ExitCode.usage);
  const load = inFlight === undefined ? ({ kind: "open", rate } as const) : ({ kind: "closed", inFlight } as const);
  return { url: url.href, connections, load, duration, warmup, ramp, drain, expect };
}

/** What is sent comes back, so the limits of this side have to let it; what the server sends is taken as it comes. */
function benchOptions(options: ConnectOptions, size: number): ConnectOptions {
  const messageSize = Math.max(MIB, size * 2);
  const receive = { receiveMessages: Number.POSITIVE_INFINITY, receiveBytes: Math.max(64 * MIB, messageSize) };
  return { ...options, limits: { messageSize, fragments: Infinity, controlFramesPerSecond: Infinity, ...receive } };
}

const MIB = 1024 * 1024;
/** Of a message: beyond, it is memory that is measured. */
const LARGEST = 256 * MIB;

async function tell(report: BenchReport, { html, json }: BenchFlags, terminal: Terminal): Promise<void> {
  // First what cannot fail: a disk that is full by now shall not cost the figures.
  if (json) terminal.printJson(JSON.stringify(report));
  else terminal.print(reportInWords(report, terminal));
  if (html === undefined) return;
  const { reportAsPage } = await import("./page/report-page.ts");
  const page = reportAsPage(report);
  told(html, ExitCode.failed, () => writeFileSync(html, page));
  terminal.note(`The page with plots is ${html}.`);
}

/** Does it, and tells what is wrong with the file of `--html` where it cannot. */
function told(file: string, exitCode: number, work: () => void): void {
  try {
    work();
  } catch (error) {
    throw new CliError(`--html: ${file} cannot be written: ${fileProblem(error)}`, exitCode);
  }
}
