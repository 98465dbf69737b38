/** The steps on an open connection: whether it stays, pings, a message, silence, and the end of it. */

import { closeInWords } from "../words.ts";
import type { CaseOptions } from "./case.ts";
import type { Conversation, Ending } from "./conversation.ts";
import { beforeDeadline, inWords, LATE } from "./deadline.ts";
import { endedId } from "./knowledge/close-codes.ts";
import { whoCutsAfter } from "./knowledge/proxies.ts";
import { finding } from "./knowledge.ts";
import type { Checked, Finding } from "./step.ts";

/** Whether the server closes as soon as it is open. */
export async function checkOpen(conversation: Conversation, options: CaseOptions): Promise<Checked<true>> {
  const ending = await conversation.waits(options.settle, options);
  if (ending !== undefined)
    return endedEarly(conversation, ending, options, `after ${inWords(ending.at - conversation.openedAt)}`);
  const { messages, pingsOfServer } = conversation;
  const said = [counted(messages, "message"), counted(pingsOfServer, "ping")].filter(Boolean);
  return {
    summary: `open after ${inWords(options.settle)}${said.length > 0 ? `; the server sent ${said.join(" and ")} by itself` : ""}`,
    details: { messages, pingsOfServer },
    value: true,
  };
}

function counted(count: number, what: string): string {
  return count === 0 ? "" : `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** The connection ended although nobody here wanted it to. */
function endedEarly(
  conversation: Conversation,
  { info }: Ending,
  { subprotocols }: Pick<CaseOptions, "subprotocols">,
  when: string,
): Checked<never> {
  const seen = `${closeInWords(info)}${tcpInWords(info.code, conversation)}, ${when}`;
  return {
    summary: seen,
    details: closeDetails(info, conversation),
    findings: [endFinding(info, seen, subprotocols)],
  };
}

function endFinding({ code, reason, error }: Ending["info"], seen: string, subprotocols: readonly string[]): Finding {
  if (error !== undefined) return finding("broken-frames", seen);
  // 4406: graphql-ws. Others say so in the reason.
  if (code === 4406 || /sub-?protocol/i.test(reason)) {
    const offered = subprotocols.length === 0 ? "none was offered" : `offered: ${subprotocols.join(", ")}`;
    return finding("subprotocol-required", `${seen}; ${offered}`);
  }
  return finding(endedId(code), seen);
}

function tcpInWords(code: number, { tcpError, tcpEnd }: Conversation): string {
  if (code !== 1006) return "";
  if (tcpError !== undefined) return ` (TCP: ${tcpError})`;
  return tcpEnd === "fin" ? " (TCP: closed in order)" : "";
}

function closeDetails({ code, reason, wasClean }: Ending["info"], { tcpEnd, tcpError }: Conversation) {
  return { code, reason, wasClean, tcpEnd, ...(tcpError !== undefined && { tcpError }) };
}

/** Several pings, one after the other. */
export async function checkPing(conversation: Conversation, options: CaseOptions): Promise<Checked<true>> {
  const times: number[] = [];
  for (let count = 0; count < options.pings; count++) {
    const time = await conversation.ping(options);
    if (time === undefined) break;
    times.push(time);
  }
  const { ending } = conversation;
  if (ending !== undefined) return endedEarly(conversation, ending, options, "while it was pinged");
  const sorted = times.toSorted((a, b) => a - b);
  if (times.length < options.pings) {
    const seen = `${times.length} pongs for ${times.length + 1} pings; the last was waited for ${inWords(options.timeout)}`;
    // The rest can still be looked at.
    return { summary: "no pong", details: { times }, findings: [finding("ping-no-pong", seen)], value: true };
  }
  const median = sorted[Math.floor(sorted.length / 2)]!;
  const range = `${inWords(sorted[0]!)} to ${inWords(sorted.at(-1)!)}`;
  const round = (time: number) => Number(time.toFixed(2));
  return {
    summary: `round trip ${inWords(median)} (median of ${times.length}, ${range})`,
    details: { medianMilliseconds: round(median), milliseconds: times.map(round) },
    value: true,
  };
}

/** A message of 2 KiB that compresses well, sent and awaited. Only if asked for: it is the application that gets it. */
export async function checkEcho(conversation: Conversation, options: CaseOptions): Promise<Checked<true>> {
  if (!options.echo) return { summary: "not asked for (--echo sends a message)", skipped: true, value: true };
  const begin = performance.now();
  const came = await conversation.echo(ECHO_TEXT, options);
  const took = inWords(performance.now() - begin);
  const { ending } = conversation;
  if (ending !== undefined) {
    const { info } = ending;
    const seen = closeInWords(info);
    const findings = [finding(info.error ? "broken-frames" : "echo-ended", seen)];
    return { summary: "the connection ended over it", details: closeDetails(info, conversation), findings };
  }
  const details = { bytes: ECHO_TEXT.length, milliseconds: performance.now() - begin };
  if (came === undefined) {
    return { summary: "nothing came back", details, findings: [finding("echo-none", `within ${took}`)], value: true };
  }
  if (!came.includes(ECHO_TEXT)) {
    const seen = `${JSON.stringify(came.slice(0, 60))}${came.length > 60 ? "…" : ""}`;
    return { summary: "something else came back", details, findings: [finding("echo-changed", seen)], value: true };
  }
  return { summary: `${ECHO_TEXT.length} bytes came back in ${took}`, details, value: true };
}

const ECHO_TEXT = "antiphon doctor: a message that compresses well. ".repeat(42);

/** Silence, for as long as was asked for. Pings of the server are answered, as they must be. */
export async function checkIdle(
  conversation: Conversation,
  options: CaseOptions,
  progress: (line: string) => void,
): Promise<Checked<true>> {
  const { idle } = options;
  if (idle === 0)
    return { summary: "not asked for (--idle 120 stays silent for 120 seconds)", skipped: true, value: true };
  const begin = performance.now();
  const [messages, pings] = [conversation.messages, conversation.pingsOfServer];
  const end = begin + idle;
  let ending: Ending | undefined;
  while (ending === undefined && performance.now() < end) {
    const left = end - performance.now();
    progress(`silent since ${inWords(performance.now() - begin)}, ${inWords(left)} to go`);
    ending = await conversation.waits(Math.max(1, Math.min(1000, left)), options);
  }
  const said = [
    counted(conversation.messages - messages, "message"),
    counted(conversation.pingsOfServer - pings, "ping"),
  ];
  const heard = said.filter(Boolean).join(" and ");
  const details = {
    seconds: idle / 1000,
    messages: conversation.messages - messages,
    pingsOfServer: conversation.pingsOfServer - pings,
  };
  if (ending === undefined) {
    const summary =
      heard === "" ? `survived ${inWords(idle)} of silence` : `survived ${inWords(idle)}, with ${heard} of the server`;
    return { summary, details, value: true };
  }
  const silent = (ending.at - Math.max(begin, conversation.lastTraffic)) / 1000;
  const who = whoCutsAfter(silent);
  const { info } = ending;
  const seen = [
    `after ${seconds(silent)} s of silence: ${closeInWords(info)}${tcpInWords(info.code, conversation)}`,
    `a heartbeat has to come more often than every ${seconds(silent)} s: ${seconds(silent / 2)} s is safe`,
    ...(who === undefined ? [] : [`this is the limit of ${who}`]),
  ];
  return {
    summary: `cut after ${seconds(silent)} s of silence`,
    details: { ...details, cutAfterSeconds: Number(silent.toFixed(2)), ...closeDetails(info, conversation) },
    findings: [finding(info.error ? "broken-frames" : "idle-cut", seen.join("; "))],
  };
}

function seconds(value: number): string {
  return String(Number(value.toFixed(value < 10 ? 1 : 0)));
}

/** The closing handshake, and the end of TCP behind it. */
export async function checkClose(conversation: Conversation, options: CaseOptions): Promise<Checked> {
  const begin = performance.now();
  const took = () => performance.now() - begin;
  const ending = await conversation.close(options);
  if (ending === undefined) {
    const seen = `no Close frame within ${inWords(took())}`;
    return { summary: seen, findings: [finding("close-no-answer", seen)] };
  }
  const { info } = ending;
  const answer = took();
  const details = { milliseconds: Number(answer.toFixed(1)), ...closeDetails(info, conversation) };
  if (info.error !== undefined) {
    return { summary: "a broken frame", details, findings: [finding("broken-frames", closeInWords(info))] };
  }
  if (info.code === 1006) {
    const seen = `TCP ended after ${inWords(answer)}, without a Close frame${tcpInWords(1006, conversation)}`;
    return { summary: seen, details, findings: [finding("close-without-frame", seen)] };
  }
  const linger = { ...options, timeout: Math.min(options.timeout, LINGER) };
  const lingers = (await beforeDeadline(conversation.tcpEnded, linger)) === LATE;
  const all = took();
  const { tcpEnd, tcpError } = conversation;
  const findings = lingers ? [finding("close-lingers", `TCP is still open ${inWords(all)} after our Close frame`)] : [];
  const tcp = lingers ? "TCP is left open" : `TCP ended after ${inWords(all)}`;
  return {
    summary: `the server answered the Close frame after ${inWords(answer)}; ${tcp}${tcpError ? ` (${tcpError})` : ""}`,
    details: { ...details, tcpEnd, tcpMilliseconds: Number(all.toFixed(1)) },
    findings,
  };
}

/** Milliseconds for the server to end TCP once both Close frames are there. */
const LINGER = 3000;
