/** The HTTP step: asks for a WebSocket, and when there is none, tries what would tell why. */

import type { Duplex } from "node:stream";
import type { CaseOptions } from "./case.ts";
import { answerDetails, explainRefusal, explainSilence, explainSwitch, inBrief } from "./explain-answer.ts";
import { finding } from "./knowledge.ts";
import type { HttpAnswer, NoAnswer } from "./read-answer.ts";
import { readAnswer } from "./read-answer.ts";
import type { Way } from "./route.ts";
import { openAgain, speaksTls } from "./route.ts";
import type { BadSwitch, Open, Wish } from "./shake.ts";
import { shake } from "./shake.ts";
import type { Checked, Finding } from "./step.ts";

/** A WebSocket that is open, and what had to be left out for that. */
export interface Shaken extends Open {
  /** What is wrong with the answer to the offer of compression, so that it was not offered again. */
  readonly compressionFault: Finding | undefined;
  /** What is wrong with the subprotocol in the answer, so that another one was offered. */
  readonly subprotocolFault: Finding | undefined;
}

type Faults = Pick<Shaken, "compressionFault" | "subprotocolFault">;

/** Shakes hands on the stream, and again on others where a fault lies only in what was asked for. */
export async function checkHttp(stream: Duplex, way: Way): Promise<Checked<Shaken>> {
  const { target, options } = way;
  let wish: Wish = { subprotocols: options.subprotocols, offersCompression: true, headers: options.headers };
  let faults: Faults = { compressionFault: undefined, subprotocolFault: undefined };
  let line: Duplex | undefined = stream;
  let last: BadSwitch | undefined;
  // At most three: as asked for, without compression, with the server's own subprotocol.
  while (line !== undefined) {
    const outcome = await shake(line, target, wish, options);
    if (outcome.type === "open") return opened({ ...outcome, ...faults });
    if (outcome.type === "refused") return refused(outcome.answer, way, faults);
    if (outcome.type !== "bad-switch") return unanswered(outcome, way);
    last = outcome;
    const next = leaveOut(outcome, wish, faults);
    if (next === undefined) return badSwitch(outcome);
    [wish, faults] = next;
    line = await openAgain(way);
  }
  return badSwitch(last!);
}

/** What to ask for in place of what the server cannot answer properly; `undefined` if that is not the fault. */
function leaveOut({ code, message, answer }: BadSwitch, wish: Wish, faults: Faults): [Wish, Faults] | undefined {
  if (COMPRESSION_FAULTS.has(code) && wish.offersCompression) {
    const compressionFault = finding("compression-broken", message);
    return [
      { ...wish, offersCompression: false },
      { ...faults, compressionFault },
    ];
  }
  if (code !== "ANSWER_SUBPROTOCOL" || faults.subprotocolFault !== undefined) return undefined;
  const chosen = answer.headers.get("sec-websocket-protocol") ?? "";
  const subprotocolFault = finding("subprotocol-not-offered", message);
  return [
    { ...wish, subprotocols: isToken(chosen) ? [chosen] : [] },
    { ...faults, subprotocolFault },
  ];
}

const COMPRESSION_FAULTS = new Set([
  "EXTENSION_NOT_OFFERED",
  "EXTENSION_TWICE",
  "BAD_DEFLATE_ANSWER",
  "BAD_EXTENSION_LIST",
]);

/** RFC 9110, 5.6.2. */
function isToken(text: string): boolean {
  return /^[!#$%&'*+\-.^_`|~\w]+$/.test(text);
}

function opened(shaken: Shaken): Checked<Shaken> {
  const { headers } = shaken;
  const server = headers.get("server");
  const by = server === undefined ? "" : ` (Server: ${server})`;
  const fields = Object.fromEntries([...headers].map(([name]) => [name.toLowerCase(), headers.get(name)]));
  return { summary: `101 Switching Protocols${by}`, details: { status: 101, headers: fields }, value: shaken };
}

function badSwitch({ code, message, answer }: BadSwitch): Checked<never> {
  const id = explainSwitch(code) ?? (COMPRESSION_FAULTS.has(code) ? "compression-broken" : "subprotocol-not-offered");
  return {
    summary: inBrief(answer),
    details: { ...answerDetails(answer), code },
    findings: [finding(id, message)],
  };
}

async function refused(answer: HttpAnswer, way: Way, faults: Faults): Promise<Checked<never>> {
  const { target } = way;
  const { id, seen, proxy } = explainRefusal(answer, target);
  const details = answerDetails(answer);
  const others = [faults.compressionFault, faults.subprotocolFault].flatMap((fault) => fault ?? []);
  const found = (what: string, as = id): Checked<never> => ({
    summary: what,
    details,
    findings: [finding(as, what, proxy), ...others],
  });
  if (id === "http-403") {
    const origin = await findOrigin(way);
    return found(origin === undefined ? seen : `${seen}; ${origin}`);
  }
  if (SOCKET_IO_STATUSES.has(answer.status) && (await isSocketIo(way))) {
    return found(`${seen}, and there is a Socket.IO server at /socket.io/`, "http-socket-io");
  }
  return found(seen);
}

/** A path that is not there, or a page. */
const SOCKET_IO_STATUSES = new Set([200, 400, 404, 426]);

/** Whether another Origin would be let in: the server's own host, or none. */
async function findOrigin(way: Way): Promise<string | undefined> {
  const { options, target } = way;
  const headers = options.headers.filter(([name]) => name.toLowerCase() !== "origin");
  const own = `http${target.secure ? "s" : ""}://${target.authority}`;
  const given = options.headers.find(([name]) => name.toLowerCase() === "origin")?.[1];
  if (given !== own && (await opens(way, [...headers, ["Origin", own]]))) return `with --origin ${own} it opens`;
  if (given !== undefined && (await opens(way, headers))) return "without an Origin it opens";
  return undefined;
}

async function opens(way: Way, headers: CaseOptions["headers"]): Promise<boolean> {
  const stream = await openAgain(way);
  if (stream === undefined) return false;
  const { target, options } = way;
  const wish = { subprotocols: options.subprotocols, offersCompression: false, headers };
  const outcome = await shake(stream, target, wish, options);
  stream.destroy();
  return outcome.type === "open";
}

/** Socket.IO answers a poll with the session that it begins: `0{"sid":"…`. */
async function isSocketIo(way: Way): Promise<boolean> {
  const { target, options } = way;
  const stream = target.path.startsWith("/socket.io/") ? undefined : await openAgain(way);
  if (stream === undefined) return false;
  stream.write(`GET ${SOCKET_IO_POLL} HTTP/1.1\r\nHost: ${target.authority}\r\nConnection: close\r\n\r\n`);
  const answer = await readAnswer(stream, options, { until: () => false });
  return answer.type === "head" && answer.status === 200 && /\{"sid":"/.test(answer.body);
}

const SOCKET_IO_POLL = "/socket.io/?EIO=4&transport=polling";

async function unanswered(outcome: NoAnswer, way: Way): Promise<Checked<never>> {
  const { id, seen } = explainSilence(outcome, way.options.timeout);
  const mayBeTls = !way.target.secure && (id === "http-ended" || id === "http-silent");
  const isTls = mayBeTls && (await speaksTls(way));
  const own = isTls ? finding("http-tls-port", `${seen}; the port speaks TLS`) : finding(id, seen);
  const first = Buffer.from(outcome.bytes).toString("latin1");
  return { summary: own.seen, details: { end: outcome.type, code: outcome.code, first }, findings: [own] };
}
