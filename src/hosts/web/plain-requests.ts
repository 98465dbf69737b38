/** Plain HTTP on a runtime with a `fetch` handler: what goes wrong is told to the observer, and never to the client. */

import { setImmediate } from "node:timers";
import { reasonPhrase } from "../../protocol/handshake/status.ts";
import { listHolds } from "../../protocol/http-token.ts";
import type { Hosted, HostLimits } from "../../server/host.ts";

/** A plain request. */
export interface PlainRequest {
  readonly request: Request;
  /** Comes back to whoever serves files. */
  readonly env: unknown;
  readonly peerAddress: string;
}

/** Lets the app answer. Never rejects. The body of the response never fails in silence: it fails, and that is told. */
export async function answerPlain(app: Hosted, { request, env, peerAddress }: PlainRequest): Promise<Response> {
  const report = (error: unknown) => app.observer.error?.({ error, path: pathOf(request), where: "http" });
  try {
    const answer = await app.fetch(request, env, peerAddress);
    const response = answer.body === null ? answer : await guarded(answer, report);
    const isLast = listHolds(request.headers.get("connection"), "close");
    return isLast && response.headers.has("connection") ? asLast(response) : response;
  } catch (error) {
    report(error);
    return plainAnswer(500);
  }
}

/**
 * The same response as the last one of its connection. RFC 9112, 9.6: "A server that receives a "close" connection option
 * MUST initiate closure of the connection"; for a response with a field Connection of its own, as a 426 has it, runtimes
 * forget that.
 */
export function asLast(response: Response): Response {
  const headers = new Headers(response.headers);
  if (!listHolds(headers.get("connection"), "close")) headers.append("connection", "close");
  return new Response(response.body, { status: response.status, headers });
}

/** A response that says its status and no more. */
export function plainAnswer(status: number, fields: Readonly<Record<string, string>> = {}): Response {
  const headers = { "Content-Type": "text/plain; charset=utf-8", ...fields };
  return new Response(`${status} ${reasonPhrase(status)}\n`, { status, headers });
}

/** Why the head of a request is too large for the app, or nothing. The runtime has read it by then; this is for what is done with it. */
export function tooLarge(headers: Headers, limits: HostLimits): string | undefined {
  let count = 0;
  let bytes = 0;
  for (const [name, value] of headers) {
    count++;
    bytes += name.length + value.length + BESIDES;
  }
  if (count > limits.headers) return `${count} header fields exceed limits.headers (${limits.headers})`;
  if (bytes > limits.headBytes) return `a head of ${bytes} bytes exceeds limits.headBytes (${limits.headBytes})`;
  return undefined;
}

/** Colon, space and line end. */
const BESIDES = 4;

/**
 * The same response, whose body is watched. Throws what the first pieces throw in this turn: then a 500 is still possible.
 * What is whole by then goes out as one piece, with its length.
 */
async function guarded(response: Response, report: (error: unknown) => void): Promise<Response> {
  const reader = response.body!.getReader();
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let next = reader.read();
  const { status, headers } = response;
  for (;;) {
    const read = await Promise.race([next, nextTurn()]);
    if (read === undefined) break;
    if (read.done) return new Response(await new Blob(pieces).arrayBuffer(), { status, headers });
    pieces.push(read.value);
    next = reader.read();
    if (pieces.length === MANY) break;
  }
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
    },
    async pull(controller) {
      try {
        const { done, value } = await next;
        if (done) return controller.close();
        controller.enqueue(value);
        next = reader.read();
      } catch (error) {
        report(error);
        controller.error(error);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return new Response(body, { status, headers });
}

/** Pieces that are read before the head goes out: more are no small body. */
const MANY = 4;

function nextTurn(): Promise<undefined> {
  return new Promise((resolve) => setImmediate(() => resolve(undefined)));
}

function pathOf(request: Request): string {
  const { pathname, search } = new URL(request.url);
  return pathname + search;
}
