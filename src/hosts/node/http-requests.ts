/** Plain HTTP: hands Node's requests to the app, and what goes wrong to the observer and never to the client. */

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { setImmediate } from "node:timers";
import type { Http2Bindings, HttpBindings } from "@hono/node-server";
import type { Hosted } from "../../server/host.ts";
import { isConnectionField } from "./connection-fields.ts";

/** A listener for a server's `request` event. */
export type RequestListener = (
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
) => void;

/**
 * Makes the listener that lets the app answer. What translates requests is loaded at the first of them: with it come 1.4 MB of
 * heap, and V8 collects a small heap much faster while large messages pass by.
 */
export function requestListener(app: Hosted): RequestListener {
  let listener: RequestListener | undefined;
  let loading: Promise<RequestListener> | undefined;
  return (request, response) => {
    if (listener !== undefined) return listener(request, response);
    loading ??= makeListener(app);
    loading.then(
      (made) => {
        listener = made;
        // Whoever has left meanwhile is not asked for.
        if (!response.destroyed) made(request, response);
      },
      (error: unknown) => {
        app.observer.error?.({ error, where: "host" });
        response.destroy();
      },
    );
  };
}

async function makeListener(app: Hosted): Promise<RequestListener> {
  const { getRequestListener } = await import("@hono/node-server");
  const respond = async (request: Request, env: HttpBindings | Http2Bindings) => {
    const report = (error: unknown) => app.observer.error?.({ error, path: pathOf(request), where: "http" });
    try {
      const response = await app.fetch(request, env, env.incoming.socket?.remoteAddress);
      const headers = connectionAware(response.headers, env);
      const body = response.body && (await guarded(response.body, report, () => env.outgoing.destroy()));
      return new Response(body, { status: response.status, headers });
    } catch (error) {
      report(error);
      return new Response(null, { status: 500 });
    }
  };
  return getRequestListener(respond, {
    // HTTP/1.0 knows no Host.
    hostname: "localhost",
    // A library does not replace the Request and Response of the whole process.
    overrideGlobalObjects: false,
    // Only requests that cannot be read come here.
    errorHandler: () => new Response(null, { status: 400 }),
  });
}

/**
 * The same body, which never fails: @hono/node-server would send the text of the error and print it. Throws what the first
 * piece throws, if it does so in this turn: then a 500 is still possible. What fails later cuts the connection. An event
 * stream may have nothing to say for long, and its head goes out before.
 */
async function guarded(body: Body, report: (error: unknown) => void, cut: () => void): Promise<Body> {
  const reader = body.getReader();
  let first: ReturnType<typeof reader.read> | undefined = reader.read();
  await Promise.race([first, nextTurn()]);
  let state: "read" | "cancelled" = "read";
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const reading = first ?? reader.read();
        first = undefined;
        const { done, value } = await reading;
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        // Nobody waits for it any more, and the body ends as it likes.
        if (state === "cancelled") return;
        report(error);
        cut();
        controller.close();
      }
    },
    cancel(reason) {
      state = "cancelled";
      return reader.cancel(reason);
    },
  });
}

type Body = ReadableStream<Uint8Array>;

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The header fields, as far as the connection allows. */
function connectionAware(headers: Headers, { incoming, outgoing }: HttpBindings | Http2Bindings): Headers {
  if (incoming.httpVersionMajor === 2) return withoutConnectionFields(headers);
  const { shouldKeepAlive } = outgoing as ServerResponse;
  return shouldKeepAlive || !headers.has("connection") ? headers : withClose(headers);
}

/**
 * RFC 9112, 9.6: "A server that receives a "close" connection option MUST initiate closure of the connection". For a
 * response with a field Connection of its own, as a 426 has it, Node forgets that.
 */
function withClose(headers: Headers): Headers {
  const all = new Headers(headers);
  all.append("connection", "close");
  return all;
}

/** Node would throw for one of them, and the app need not know which HTTP it answers. */
function withoutConnectionFields(headers: Headers): Headers {
  return new Headers([...headers].filter(([name]) => !isConnectionField(name)));
}

function pathOf(request: Request): string {
  const { pathname, search } = new URL(request.url);
  return pathname + search;
}
