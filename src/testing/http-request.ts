/** `client.http`: a plain request by Node's own HTTP client over memory, and its answer as the web's platforms know it. */

import { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { Agent, request as sendRequest } from "node:http";
import type { Duplex } from "node:stream";
import { CONNECTION_REFUSED, ConnectError, TimeoutError } from "../errors.ts";
import type { Surroundings } from "./connecting.ts";
import { checkAddress, toUrl } from "./connecting.ts";
import { resolveFaults } from "./network/faults.ts";
import { systemError } from "./network/line-end.ts";
import { toTimeout, within } from "./patience.ts";
import { TEST_TIMEOUT } from "./pending-errors.ts";
import type { HttpTestOptions } from "./test-client-options.ts";

/** Sends the request. Rejects with a `TimeoutError`, a `ConnectError` for an app that has been closed, or what Node says. */
export async function requestInMemory(
  { app, network, clock, options, signal, here }: Omit<Surroundings, "wheel" | "made">,
  path: string,
  { address = "127.0.0.1", timeout = options.timeout, ...init }: HttpTestOptions = {},
): Promise<Response> {
  const patience = toTimeout(timeout);
  checkAddress(address);
  const url = toUrl(options.base, path);
  url.protocol = url.protocol.replace("ws", "http");
  // The web's own reading of the options: method, headers, what a body is sent as.
  const asked = new Request(url, { ...init, ...(isStream(init.body) ? { duplex: "half" } : {}) } as RequestInit);
  const encrypted = url.protocol === "https:";
  if (app.isClosed) {
    const sentence = CONNECTION_REFUSED.sentence(`${url.host}, since the app has been closed`);
    throw new ConnectError(CONNECTION_REFUSED.code, sentence, systemError("connect", "ECONNREFUSED"));
  }
  const faults = resolveFaults(options.faults);
  const serverPort = Number(url.port) || (encrypted ? 443 : 80);
  const line = network.open({ clock, faults, address, serverPort, encrypted });
  const target = url.pathname + url.search;
  app.accept(line, target);
  const call = `${asked.method} ${target}`;
  const late = (what: string) => () => {
    line.destroy();
    return here(new TimeoutError(TEST_TIMEOUT.code, TEST_TIMEOUT.sentence(call, patience, what, "")));
  };
  const abort = () => line.destroy();
  asked.signal.addEventListener("abort", abort);
  line.client.once("close", () => asked.signal.removeEventListener("abort", abort));
  try {
    asked.signal.throwIfAborted();
    const body = isStream(init.body) ? asked.body : Buffer.from(await asked.arrayBuffer());
    const answer = await within(exchange(line.client, asked, body, target), patience, late("no answer came"));
    return toResponse(answer, asked.method, (reading) => within(reading, patience, late("no more of the body came")));
  } catch (error) {
    line.destroy();
    asked.signal.throwIfAborted();
    signal.throwIfAborted();
    throw here(error);
  }
}

function isStream(body: unknown): boolean {
  return typeof body === "object" && body !== null && (body instanceof ReadableStream || Symbol.asyncIterator in body);
}

function exchange(
  stream: Duplex,
  asked: Request,
  body: ReadableStream<Uint8Array> | Buffer | null,
  path: string,
): Promise<IncomingMessage> {
  const { host } = new URL(asked.url);
  const headers = Object.fromEntries([["host", host], ...asked.headers]);
  // As `fetch` asks, which keeps connections; but there is one for each request.
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 0 });
  Object.assign(agent, { createConnection: () => stream });
  return new Promise((resolve, reject) => {
    const length = Buffer.isBuffer(body) && (body.length > 0 || asked.method === "POST" || asked.method === "PUT");
    const sent = sendRequest({ method: asked.method, path, agent, headers });
    if (length) sent.setHeader("Content-Length", body.length);
    sent.on("response", resolve);
    sent.on("error", reject);
    // RFC 9110, 7.8: whoever asked for no upgrade gets none; who did so by hand reads the answer all the same.
    sent.on("upgrade", (answer: IncomingMessage) => resolve(answer));
    if (body === null || Buffer.isBuffer(body)) return void sent.end(body ?? undefined);
    void pump(body, sent).catch((error) => sent.destroy(error));
  });
}

async function pump(body: ReadableStream<Uint8Array>, sent: NodeJS.WritableStream): Promise<void> {
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    if (!sent.write(chunk)) await new Promise((resolve) => sent.once("drain", resolve));
  }
  sent.end();
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
