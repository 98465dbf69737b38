/** `antiphon replay`: says what the client of a recording said, and looks at what comes. */

import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "../../client/index.ts";
import type { ConnectionFlags } from "../connection-flags.ts";
import { toConnectOptions } from "../connection-flags.ts";
import { CliError, ExitCode } from "../exit-code.ts";
import type { Recording } from "../listen/recording.ts";
import { parseRecording } from "../listen/recording.ts";
import type { Terminal } from "../terminal.ts";
import { closeInWords, fileProblem } from "../words.ts";
import { Answers } from "./answers.ts";
import { compare } from "./compare.ts";
import { differencesInWords } from "./difference-view.ts";

/** The options of the command. */
export interface ReplayFlags extends ConnectionFlags {
  /** `Infinity` for `max`. */
  readonly speed: number;
  readonly wait?: boolean;
  readonly check?: boolean;
  readonly json?: boolean;
}

/** Plays it, then closes. Rejects, or with `--check` sets the exit code, when it did not go as recorded. */
export async function runReplay(file: string, url: URL, flags: ReplayFlags, terminal: Terminal): Promise<void> {
  const recording = parseRecording(await read(file, terminal), file === "-" ? "stdin" : file);
  const { cutLine } = recording;
  if (cutLine !== undefined) terminal.note(`${file}, line ${cutLine}: it was cut off in the writing, and is left out`);
  using interruption = terminal.interrupted();
  const { signal } = interruption;
  const options = toConnectOptions(flags);
  const offers = flags.subprotocol.length === 0 ? [recording.head.protocol].filter(Boolean) : flags.subprotocol;
  const socket = await connect(url, { ...options, subprotocols: offers, signal });
  const answers = new Answers(socket, { ...flags, check: flags.check === true }, terminal);
  try {
    const sent = await play(recording, answers, flags, signal);
    signal.throwIfAborted();
    await finish(recording, answers, flags, signal);
    signal.throwIfAborted();
    await answers.close();
    if (flags.check) return tellDifferences(recording, answers, flags, terminal);
    tellEnd(recording, answers, sent, terminal);
    const total = recording.messages.filter(({ from }) => from === "client").length;
    if (sent < total) throw new CliError(`${closeInWords(answers.end!)}, when ${sent} of ${total} messages were sent`);
  } finally {
    socket.terminate();
  }
}

async function read(file: string, terminal: Terminal): Promise<string> {
  if (file === "-") return text(terminal.input);
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new CliError(`${file} cannot be read: ${fileProblem(error)}`);
  }
}

/** Sends what is to be sent; gives how many went out before the connection ended. */
async function play(
  { messages }: Recording,
  answers: Answers,
  flags: ReplayFlags,
  signal: AbortSignal,
): Promise<number> {
  let [sent, before] = [0, 0];
  for (const { at, from, message, line } of messages) {
    if (from === "server") {
      before++;
      continue;
    }
    await until(answers.start + at / flags.speed, answers, signal);
    const isTime = !flags.wait || (await answers.until(before, flags.timeout, signal));
    if (answers.end !== undefined || signal.aborted) break;
    if (!isTime) {
      const came = `${answers.count} of the ${before} answers recorded before line ${line} came`;
      throw new CliError(`only ${came} within ${flags.timeout} ms (--timeout)`, ExitCode.timeout);
    }
    await answers.socket.send(message).catch(() => {});
    sent++;
  }
  return sent;
}

/** Waits for the answers that are still to come, as long as there is hope. */
async function finish(recording: Recording, answers: Answers, flags: ReplayFlags, signal: AbortSignal): Promise<void> {
  const { messages, end } = recording;
  const last = Math.max(end?.at ?? 0, messages.at(-1)?.at ?? 0);
  await until(answers.start + last / flags.speed, answers, signal);
  const wanted = messages.filter(({ from }) => from === "server").length;
  await answers.until(wanted, flags.timeout, signal);
  // Where the server hung up, it is to do so now.
  if (flags.check && end?.close.by === "server") await answers.untilEnd(flags.timeout, signal);
}

/** Resolves at this time of `performance.now()`, or when the connection ends. */
async function until(time: number, answers: Answers, signal: AbortSignal): Promise<void> {
  const ahead = time - performance.now();
  if (ahead <= 0) return;
  await sleep(ahead, undefined, { signal: AbortSignal.any([signal, answers.socket.signal]) }).catch(() => {});
}

function tellEnd(recording: Recording, answers: Answers, sent: number, terminal: Terminal): void {
  const then = recording.messages.filter(({ from }) => from === "server").length;
  const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? "" : "s"}`;
  const parts = [`${count(sent, "message")} sent`, `${count(answers.count, "answer")} came, ${then} in the recording`];
  terminal.note(terminal.styleNote("dim", parts.join(" · ")));
}

function tellDifferences(recording: Recording, answers: Answers, flags: ReplayFlags, terminal: Terminal): void {
  const then = recording.messages.filter(({ from }) => from === "server");
  const recorded = then.map(({ message }) => message);
  const now = answers.messages;
  const differences = compare(recorded, now);
  const same = now.length - differences.filter((difference) => difference.now !== undefined).length;
  const hung = endsDiffer(recording, answers);
  const lines = then.map(({ line }) => line);
  if (flags.json) terminal.printJson(JSON.stringify(asJson()));
  else {
    for (const line of differencesInWords(differences, { recorded, lines, now }, terminal)) terminal.print(line);
    if (hung !== undefined) terminal.print(hung);
    const count = differences.length + (hung === undefined ? 0 : 1);
    const verdict = count === 0 ? "all as recorded" : `${count} ${count === 1 ? "difference" : "differences"}`;
    terminal.note(`${verdict}: ${same} of ${recorded.length} answers are the same`);
  }
  if (differences.length > 0 || hung !== undefined) terminal.exitCode = ExitCode.failed;

  function asJson() {
    const plain = (message: string | Uint8Array | undefined) => {
      if (message === undefined) return null;
      return typeof message === "string" ? { text: message } : { bytes: Buffer.from(message).toString("base64") };
    };
    return {
      same,
      recorded: recorded.length,
      came: now.length,
      differences: differences.map((difference) => ({
        line: difference.recorded === undefined ? null : lines[difference.recorded],
        recorded: plain(difference.recorded === undefined ? undefined : recorded[difference.recorded]),
        now: plain(difference.now === undefined ? undefined : now[difference.now]),
      })),
      end: hung ?? null,
    };
  }
}

/** A server that hung up then and does not now, or the other way round, or with another code. */
function endsDiffer({ end }: Recording, answers: Answers): string | undefined {
  const then = end?.close.by === "server" ? closeInWords(end.close) : undefined;
  const now = answers.end === undefined ? undefined : closeInWords(answers.end);
  if (then === undefined && now === undefined) return undefined;
  if (end?.close.by === "server" && answers.end?.code === end.close.code && answers.end.reason === end.close.reason) {
    return undefined;
  }
  const words = (side: string | undefined) => side ?? "the server did not close";
  return `the end differs${end ? ` (line ${end.line})` : ""}\n- ${words(then)}\n+ ${words(now)}`;
}
