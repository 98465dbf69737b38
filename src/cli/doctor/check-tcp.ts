/** The third step: who answers at these addresses. All are tried at once, and the first good one is kept. */

import type { Socket } from "node:net";
import type { Surroundings } from "./case.ts";
import type { Address } from "./check-dns.ts";
import { beforeDeadline, inWords, LATE } from "./deadline.ts";
import type { KnowledgeId } from "./knowledge.ts";
import { finding } from "./knowledge.ts";
import type { Checked, Finding } from "./step.ts";

/** Where a connection goes. */
export type Endpoint = { readonly host: string; readonly port: number } | { readonly path: string };

/** A connection, and where it goes. */
export interface Line {
  readonly stream: Socket;
  readonly endpoint: Endpoint;
}

interface Attempt {
  readonly name: string;
  readonly milliseconds: number;
  readonly line?: Line;
  /** The system's word for why not: `ECONNREFUSED`, or `LATE`. */
  readonly code?: string;
}

/** Connects to each address of `host`, and keeps the first that answers, in the order of the name server. */
export async function checkTcp(
  host: string,
  addresses: readonly Address[],
  port: number,
  given: Surroundings,
): Promise<Checked<Line>> {
  const tried = addresses.slice(0, MOST_ADDRESSES);
  const attempts = await all(
    tried.map(({ address }) => ({ host: address, port })),
    given,
  );
  const answering = attempts.find(({ line }) => line !== undefined);
  if (answering !== undefined) return answered(attempts, answering);
  const other = await otherLoopback(host, tried, port, given);
  if (other === undefined) return unanswered(attempts);
  const seen = `${attempts.map(({ name }) => name).join(" and ")} refused, ${other} answers`;
  return {
    summary: `${other} answers in its place`,
    details: toDetails(attempts),
    findings: [finding("tcp-other-loopback", seen)],
  };
}

/** Connects to a unix socket. */
export async function checkUnix(path: string, given: Surroundings): Promise<Checked<Line>> {
  const attempts = await all([{ path }], given);
  const [attempt] = attempts;
  return attempt?.line === undefined ? unanswered(attempts) : answered(attempts, attempt);
}

const MOST_ADDRESSES = 8;

async function all(endpoints: readonly Endpoint[], given: Surroundings): Promise<readonly Attempt[]> {
  const attempts = await Promise.all(endpoints.map((endpoint) => attempt(endpoint, given)));
  const [, ...spare] = attempts.flatMap(({ line }) => line ?? []);
  for (const { stream } of spare) stream.destroy();
  if (given.signal?.aborted) {
    for (const { line } of attempts) line?.stream.destroy();
    given.signal.throwIfAborted();
  }
  return attempts;
}

async function attempt(endpoint: Endpoint, given: Surroundings): Promise<Attempt> {
  const name = "path" in endpoint ? endpoint.path : nameOf(endpoint.host, endpoint.port);
  const begin = performance.now();
  const took = () => performance.now() - begin;
  try {
    const stream = await dial(endpoint, given);
    if (stream === LATE) return { name, milliseconds: took(), code: "LATE" };
    return { name, milliseconds: took(), line: { stream, endpoint } };
  } catch (error) {
    const { code, message } = Object(error) as NodeJS.ErrnoException;
    return { name, milliseconds: took(), code: code ?? message };
  }
}

/** A TCP connection, or `LATE`. Half-open: what is on its way out still goes out after the server's FIN. */
export async function dial(endpoint: Endpoint, given: Surroundings): Promise<Socket | typeof LATE> {
  const stream = given.world.connect({ ...endpoint, allowHalfOpen: true, noDelay: true });
  const opened = new Promise<Socket>((resolve, reject) => {
    stream.once("connect", () => resolve(stream));
    stream.once("error", reject);
  });
  // Its errors never go unheard from now on.
  stream.on("error", () => {});
  try {
    const outcome = await beforeDeadline(opened, given);
    if (outcome === LATE) stream.destroy();
    return outcome;
  } catch (error) {
    stream.destroy();
    throw error;
  }
}

function nameOf(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function answered(attempts: readonly Attempt[], { name, milliseconds, line }: Attempt): Checked<Line> {
  const dead = attempts.filter(({ code }) => code !== undefined);
  const seen = `${dead.map(inBrief).join(", ")}, but ${name} answers`;
  return {
    summary: `${name} answered in ${inWords(milliseconds)}`,
    details: { ...toDetails(attempts), address: name },
    findings: dead.length > 0 ? [finding("tcp-some-addresses", seen)] : [],
    value: line,
  };
}

function unanswered(attempts: readonly Attempt[]): Checked<never> {
  const ids = attempts.map(({ code = "" }) => IDS[code] ?? "tcp-failed");
  // Of several failures, that of an address where somebody is says most.
  const id = TELLING.find((known) => ids.includes(known)) ?? "tcp-failed";
  const seen = attempts.map(inBrief).join(", ");
  const findings: Finding[] = [finding(id, seen)];
  return { summary: seen, details: toDetails(attempts), findings };
}

function inBrief({ name, code = "", milliseconds }: Attempt): string {
  return code === "LATE" ? `${name} gave no answer in ${inWords(milliseconds)}` : `${name}: ${code}`;
}

function toDetails(attempts: readonly Attempt[]) {
  return {
    attempts: attempts.map(({ name, milliseconds, code }) => ({
      address: name,
      milliseconds: Number(milliseconds.toFixed(1)),
      ...(code !== undefined && { error: code }),
    })),
  };
}

const IDS: Readonly<Record<string, KnowledgeId>> = {
  ECONNREFUSED: "tcp-refused",
  ECONNRESET: "tcp-refused",
  LATE: "tcp-timeout",
  ETIMEDOUT: "tcp-timeout",
  EHOSTUNREACH: "tcp-unreachable",
  ENETUNREACH: "tcp-unreachable",
  EHOSTDOWN: "tcp-unreachable",
  ENETDOWN: "tcp-unreachable",
  EADDRNOTAVAIL: "tcp-unreachable",
};

const TELLING: readonly KnowledgeId[] = ["tcp-refused", "tcp-timeout", "tcp-unreachable"];

/** This machine's other address, if it answers in place of the one that was meant. */
async function otherLoopback(
  host: string,
  tried: readonly Address[],
  port: number,
  given: Surroundings,
): Promise<string | undefined> {
  const isLoopback = tried.length > 0 && tried.every(({ address }) => LOOPBACKS.has(address));
  if (!isLoopback && host !== "localhost") return undefined;
  const others = [...LOOPBACKS].filter((address) => !tried.some((one) => one.address === address));
  const attempts = await all(
    others.map((address) => ({ host: address, port })),
    given,
  );
  const found = attempts.find(({ line }) => line !== undefined);
  found?.line?.stream.destroy();
  return found?.name;
}

const LOOPBACKS = new Set(["127.0.0.1", "::1"]);
