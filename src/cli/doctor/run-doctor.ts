/** What `antiphon doctor` does: the examination as the flags want it, and the report on stdout. */

import { lookup } from "node:dns/promises";
import { connect } from "node:net";
import { UsageError } from "../../client/index.ts";
import type { ConnectionFlags } from "../connection-flags.ts";
import { toConnectOptions } from "../connection-flags.ts";
import { CliError, ExitCode } from "../exit-code.ts";
import type { Terminal } from "../terminal.ts";
import type { CaseOptions, World } from "./case.ts";
import { checkUrl } from "./check-url.ts";
import { examine } from "./examine.ts";
import { toJson } from "./report-json.ts";
import type { Look } from "./report-text.ts";
import { closingLines, countFindings, skippedLine, stepLines } from "./report-text.ts";
import type { StepReport } from "./step.ts";

/** The options of the command. */
export interface DoctorFlags extends ConnectionFlags {
  readonly echo?: boolean;
  /** Milliseconds. */
  readonly idle: number;
  readonly pings: number;
  readonly json?: boolean;
}

/** Examines a URL and prints the report. Gives the exit code: 1 if there was a cross. */
export async function runDoctor(url: string, flags: DoctorFlags, terminal: Terminal): Promise<number> {
  using interrupted = terminal.interrupted();
  const options = toCase(flags, interrupted.signal);
  const printer = flags.json ? undefined : new Printer(terminal);
  try {
    const reports = await examine(url, options, {
      progress: (line) => terminal.progress(line),
      done: (report) => {
        terminal.progress(undefined);
        printer?.take(report);
      },
    });
    terminal.progress(undefined);
    printer?.close(reports);
    if (flags.json) terminal.print(JSON.stringify(toJson(shownUrl(url), reports), undefined, 2));
    return countFindings(reports).crosses > 0 ? ExitCode.failed : ExitCode.ok;
  } catch (error) {
    terminal.progress(undefined);
    if (error instanceof UsageError) throw new CliError(error.message, ExitCode.usage);
    throw error;
  }
}

function toCase(flags: DoctorFlags, signal: AbortSignal): CaseOptions {
  if (flags.http2) throw new CliError("doctor looks at WebSockets over HTTP/1.1: leave out --http2", ExitCode.usage);
  const { headers, tls = {}, proxy } = toConnectOptions(flags);
  return {
    timeout: flags.timeout,
    signal,
    headers: headers as CaseOptions["headers"],
    subprotocols: flags.subprotocol,
    wantsCompression: flags.compression ?? false,
    tls,
    proxy,
    echo: flags.echo ?? false,
    idle: flags.idle,
    settle: SETTLE,
    pings: flags.pings,
    world: ofSystem(),
  };
}

/** Milliseconds in which a server that closes at once has done so, mostly. */
const SETTLE = 500;

function ofSystem(): World {
  return {
    lookup: (host) => lookup(host, { all: true, verbatim: true }),
    connect: (options) => connect(options),
    now: () => Date.now(),
    env: process.env,
  };
}

/** The URL without a password. */
function shownUrl(url: string): string {
  return checkUrl(url).value?.shown ?? url;
}

/** Prints each step when it is done; those that cannot be done any more come as one line. */
class Printer {
  readonly #terminal: Terminal;
  readonly #look: Look;
  readonly #notReached: StepReport[] = [];
  #isBlocked = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#look = {
      columns: Math.min(WIDEST, terminal.output.isTTY ? terminal.columns : WIDEST),
      style: (format, text) => terminal.style(format, text),
    };
  }

  take(report: StepReport): void {
    if (this.#isBlocked && report.status === "skipped") {
      this.#notReached.push(report);
      return;
    }
    this.#isBlocked = report.status === "failed";
    for (const line of stepLines(report, this.#look)) this.#terminal.print(line);
  }

  close(reports: readonly StepReport[]): void {
    if (this.#notReached.length > 0) this.#terminal.print(skippedLine(this.#notReached, this.#look));
    for (const line of closingLines(reports, this.#look)) this.#terminal.print(line);
  }
}

/** Prose is hard to read beyond. */
const WIDEST = 100;
