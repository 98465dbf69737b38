/** Plain HTTP beside the WebSockets: a Hono app for routes; behind it static files, then 426 where a WebSocket is, then 404. */

import type { Context } from "hono";
import { Hono } from "hono";
import { UPGRADE_FIELDS } from "../protocol/handshake/upgrade-fields.ts";
import type { AppConfig } from "./app-options.ts";
import type { FileServer } from "./host.ts";
import { genericAnswer } from "./http-answer.ts";

/** What the HTTP side asks of its app. */
export interface HttpSideParts {
  readonly config: AppConfig;
  /** Whether a WebSocket route has this path. */
  readonly hasRoute: (pathname: string) => boolean;
  /** A route or middleware of the user's threw. */
  readonly onError: (error: unknown, path: string) => void;
}

interface Mount {
  readonly prefix: string;
  readonly serve: FileServer;
}

/** Answers every request that is no upgrade. */
export class HttpSide {
  /** For the user's routes and middleware, which also see what static files answer. */
  readonly hono: Hono;
  readonly #parts: HttpSideParts;
  readonly #mounts: Mount[] = [];
  #notFound: (context: Context) => Response | Promise<Response> = () => toResponse(404);

  constructor(parts: HttpSideParts) {
    this.#parts = parts;
    const hono = new Hono({ strict: true });
    hono.notFound((context) => this.#fallBack(context));
    // The user's own comes last, behind files and 426.
    hono.notFound = (handler) => {
      this.#notFound = handler;
      return hono;
    };
    hono.onError((error, context) => {
      // An HTTPException of Hono's is an answer.
      if ("getResponse" in error) return error.getResponse();
      parts.onError(error, context.req.path);
      return toResponse(500);
    });
    this.hono = hono;
  }

  /** Files below `prefix`. */
  mount(prefix: string, serve: FileServer): void {
    this.#mounts.push({ prefix: prefix.endsWith("/") ? prefix : `${prefix}/`, serve });
  }

  /** The files of another app, below `prefix`. */
  mountAll(prefix: string, other: HttpSide): void {
    const base = prefix.replace(/\/$/, "");
    for (const mount of other.#mounts) this.mount(base + mount.prefix, mount.serve);
  }

  /** The answer to a request, if it is for one of the `hosts`. */
  fetch(request: Request, env: unknown, peer = ""): Response | Promise<Response> {
    const { observer, remote, checkHost } = this.#parts.config;
    const { host, protocol, pathname } = new URL(request.url);
    const client = remote({ peer, secure: protocol === "https:", host, headers: request.headers });
    const reason = checkHost(client);
    if (reason !== undefined) {
      observer.connectionRejected?.({ path: pathname, remoteAddress: client.address, status: 403, reason });
      return toResponse(403);
    }
    return this.hono.fetch(request, env as object);
  }

  async #fallBack(context: Context): Promise<Response> {
    const { pathname } = new URL(context.req.url);
    for (const { prefix, serve } of this.#mounts) {
      if (!`${pathname}/`.startsWith(prefix)) continue;
      const response = await serve(context.req.raw, pathname.slice(prefix.length - 1), context.env);
      if (response !== undefined) return response;
    }
    // RFC 9110, 15.5.22: the client ought to ask for a WebSocket.
    if (this.#parts.hasRoute(pathname)) return toResponse(426, UPGRADE_FIELDS);
    return this.#notFound(context);
  }
}

function toResponse(status: number, fields: readonly (readonly [string, string])[] = []): Response {
  const { body, headers } = genericAnswer(status);
  const all = new Headers();
  for (const [name, value] of [...headers, ...fields]) all.append(name, value);
  return new Response(body, { status, headers: all });
}
