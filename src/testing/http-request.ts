/** `client.http`: a plain request by Node's own HTTP client over memory, and its answer as the web's platforms know it. */

import { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { Agent, request as sendRequest } from "node:http";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import {
  CONNECTION_REFUSED,
  ConnectError,
  TEST_CLIENT_CLOSED,
  TEST_TIMEOUT,
  TimeoutError,
  usageError,
} from "../errors.ts";
import type { HeaderFields } from "../protocol/handshake/headers.ts";
import { checkNames, checkObject } from "../socket/check-options.ts";
import type { Surroundings } from "./connecting.ts";
import { resolveFaults } from "./network/faults.ts";
import { systemError } from "./network/line-end.ts";
import { toTimeout, within } from "./patience.ts";
import { checkAddress, toFieldsOf, toUrl } from "./request-parts.ts";
import type { HttpTestOptions } from "./test-client-options.ts";

/** Sends the request. Rejects with a `TimeoutError`, a `ConnectError` for an app that has been closed, or what Node says. */
export async function requestInMemory(
  { app, network, clock, options, signal, here }: Omit<Surroundings, "wheel" | "made">,
  path: string | URL,
  given: HttpTestOptions = {},
): Promise<Response> {
  checkObject("http options", given, "an object");
  checkNames(given, Object.keys(KNOWN), "http");
  const { address = "127.0.0.1", timeout = options.timeout, query, cookies, origin, ...init } = given;
  const patience = toTimeout(timeout);
  checkAddress(address);
  const url = toUrl(options.base, path, query);
  url.protocol = url.protocol.replace("ws", "http");
  // The web's own reading of the options: method, headers, what a body is sent as.
  const asked = new Request(url, { ...init, ...(isStream(init.body) ? { duplex: "half" } : {}) } as RequestInit);
  const fields = toFieldsOf([["host", url.host], ...asked.headers], { cookies, origin });
  const encrypted = url.protocol === "https:";
  if (app.isClosed) {
    const sentence = CONNECTION_REFUSED.sentence(`${url.host}, since the app has been closed`);
    throw new ConnectError(CONNECTION_REFUSED.code, sentence, systemError("connect", "ECONNREFUSED"));
  }
  const faults = resolveFaults(options.faults);
  const serverPort = Number(url.port) || (encrypted ? 443 : 80);
  const line = network.open({ clock, faults, address, serverPort, encrypted });
  const target = url.pathname + url.search;
  const record = app.accept(line, target);
  const abort = () => line.destroy();
  asked.signal.addEventListener("abort", abort);
  line.client.once("close", () => asked.signal.removeEventListener("abort", abort));
  /** The work, in its time; or why there is no answer. */
  const orWhy = async <Result>(work: Promise<Result>, what: string): Promise<Result> => {
    const sentence = TEST_TIMEOUT.sentence(`${asked.method} ${target}`, patience, what, "");
    try {
      return await within(work, patience, () => new TimeoutError(TEST_TIMEOUT.code, sentence));
    } catch (error) {
      line.destroy();
      asked.signal.throwIfAborted();
      if (signal.aborted) throw usageError(TEST_CLIENT_CLOSED, "http");
      const { failure } = record;
      if (failure === undefined || !(error instanceof Error)) throw here(error);
      app.errors.see(record);
      throw here(Object.assign(error, { cause: failure.error }));
    }
  };
  asked.signal.throwIfAborted();
  const body = isStream(init.body) ? asked.body : Buffer.from(await asked.arrayBuffer());
  const answer = await orWhy(exchange(line.client, { method: asked.method, fields, target }, body), "no answer came");
  // There is one request on a connection.
  answer.once("close", () => line.client.destroySoon());
  return toResponse(answer, asked.method, (reading) => orWhy(reading, "no more of the body came"));
}

// A record, so that the compiler misses none.
const KNOWN: Readonly<Record<keyof HttpTestOptions | "cache", true>> = {
  address: true,
  body: true,
  cache: true,
  cookies: true,
  credentials: true,
  dispatcher: true,
  duplex: true,
  headers: true,
  integrity: true,
  keepalive: true,
  method: true,
  mode: true,
  origin: true,
  query: true,
  redirect: true,
  referrer: true,
  referrerPolicy: true,
  signal: true,
  timeout: true,
  window: true,
};

function isStream(body: unknown): boolean {
  return typeof body === "object" && body !== null && (body instanceof ReadableStream || Symbol.asyncIterator in body);
}

function exchange(
  stream: Duplex,
  { method, fields, target }: { readonly method: string; readonly fields: HeaderFields; readonly target: string },
  body: ReadableStream<Uint8Array> | Buffer | null,
): Promise<IncomingMessage> {
  const headers = Object.fromEntries(fields.map(([name, value]) => [name.toLowerCase(), value]));
  // As `fetch` asks, which keeps connections.
  const agent = new Agent({ keepAlive: true });
  Object.assign(agent, { createConnection: () => stream });
  return new Promise((resolve, reject) => {
    const length = Buffer.isBuffer(body) && (body.length > 0 || method === "POST" || method === "PUT");
    const sent = sendRequest({ method, path: target, agent, headers });
    if (length) sent.setHeader("Content-Length", body.length);
    sent.on("response", resolve);
    sent.on("error", reject);
    // RFC 9110, 7.8: whoever asked for no upgrade gets none; who did so by hand reads the answer all the same.
    sent.on("upgrade", (answer: IncomingMessage) => resolve(answer));
    if (body === null || Buffer.isBuffer(body)) sent.end(body ?? undefined);
    // Who has the answer before all is sent cancels the rest.
    else pipeline(body, sent).catch(reject);
  });
}

function toResponse(
  answer: IncomingMessage,
  method: string,
  inTime: (reading: Promise<Uint8Array | null>) => Promise<Uint8Array | null>,
): Response {
  const { statusCode: status = 200, statusMessage: statusText = "", rawHeaders } = answer;
  const headers = new Headers();
  for (let at = 0; at < rawHeaders.length; at += 2) headers.append(rawHeaders[at]!, rawHeaders[at + 1]!);
  // The web's own rule: these have none.
  const isBodyless = method === "HEAD" || [204, 205, 304].includes(status);
  if (isBodyless) answer.resume();
  return new Response(isBodyless ? null : toBody(answer, inTime), { status, statusText, headers });
}

/** Nothing is read ahead, so that only who reads waits, and only so long. */
function toBody(
  answer: IncomingMessage,
  inTime: (reading: Promise<Uint8Array | null>) => Promise<Uint8Array | null>,
): ReadableStream<Uint8Array> {
  const chunks = answer[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const chunk = await inTime(chunks.next().then(({ done, value }) => (done ? null : value)));
        if (chunk === null) controller.close();
        else controller.enqueue(new Uint8Array(chunk));
      },
      cancel() {
        answer.destroy();
      },
    },
    { highWaterMark: 0 },
  );
}
