/** A request to open a WebSocket as a `fetch` handler gets it: for runtimes that send the 101 by a call of their own. */

import { setImmediate } from "node:timers";
import type { HeaderFields, HeaderSource } from "../../protocol/handshake/headers.ts";
import type { UpgradeRequest } from "../../protocol/handshake/server.ts";
import { listHolds } from "../../protocol/http-token.ts";
import type { Handshake, HttpResponse, OpeningResponse } from "../../server/host.ts";
import type { Wire } from "../../socket/wire.ts";

/** What a runtime's server says of a request. */
export interface WebRequest {
  readonly request: Request;
  /** An IP address, or `""`. */
  readonly peerAddress: string;
  /** Whether the connection is encrypted. */
  readonly secure: boolean;
}

/** Whether the request asks for a WebSocket, right or wrong. */
export function asksForWebSocket({ headers }: Request): boolean {
  const upgrade = headers.get("upgrade");
  // RFC 9110, 7.8: "A sender of Upgrade MUST also send an "Upgrade" connection option"; else it is none.
  return upgrade !== null && listHolds(upgrade, "websocket") && listHolds(headers.get("connection"), "upgrade");
}

/**
 * What is the same for all such runtimes. The runtime's own part is `open`: it sends the 101, and gives the wire and what
 * the `fetch` handler is to return.
 */
export abstract class WebHandshake implements Handshake {
  readonly upgrade: UpgradeRequest;
  readonly target: string;
  readonly peerAddress: string;
  readonly secure: boolean;
  /** Until it is answered: afterwards it would keep kilobytes alive. */
  #request: Request | undefined;
  readonly #headers: Headers;
  #onGone: (() => void) | undefined;
  #answer: { readonly response: Response | undefined } | undefined;
  #resolve: ((response: Response | undefined) => void) | undefined;

  constructor({ request, peerAddress, secure }: WebRequest) {
    const { method, url, headers } = request;
    this.target = targetOf(url);
    // No runtime says which HTTP it was, and none hands the upgrade of an older one to its `fetch` handler.
    this.upgrade = { method, httpVersion: "1.1", target: this.target, headers: withoutPseudo(headers) };
    this.peerAddress = peerAddress;
    this.secure = secure;
    this.#request = request;
    this.#headers = headers;
  }

  headerFields(): HeaderFields {
    return [...this.#headers];
  }

  onGone(listener: () => void): void {
    this.#onGone = listener;
  }

  accept(response: OpeningResponse): Wire {
    const request = this.#request!;
    // Deno aborts the signal within the call that opens it.
    this.#request = undefined;
    const { wire, answer } = this.open(request, response);
    this.#settle(answer);
    return wire;
  }

  refuse({ status, headers, body }: HttpResponse): void {
    const isHead = this.upgrade.method === "HEAD";
    const fields = [...headers, ["Connection", "close"]].map(([name, value]) => [name!, value!] as [string, string]);
    this.#settle(new Response(isHead || status === 304 ? null : (body as string), { status, headers: fields }));
  }

  /** Opens the WebSocket in this call. What the `fetch` handler is to return after that: Bun wants nothing, Deno its own. */
  protected abstract open(
    request: Request,
    response: OpeningResponse,
  ): { readonly wire: Wire; readonly answer: Response | undefined };

  /** What the `fetch` handler returns: at once if the app has answered, else when it does. */
  answer(): Response | undefined | Promise<Response | undefined> {
    if (this.#answer !== undefined) return this.#answer.response;
    // Most are answered in this turn: a signal is made for those that are not. Deno prints a warning at the first one, too.
    setImmediate(() => this.#watch());
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  #watch(): void {
    const signal = this.#request?.signal;
    if (signal?.aborted) this.#leave();
    else signal?.addEventListener("abort", () => this.#leave(), { once: true });
  }

  #settle(response: Response | undefined): void {
    this.#answer = { response };
    this.#request = undefined;
    this.#onGone = undefined;
    this.#resolve?.(response);
    this.#resolve = undefined;
  }

  /** Runtimes also abort the signal when a WebSocket that was opened ends. */
  #leave(): void {
    if (this.#request === undefined) return;
    this.#onGone?.();
    // Nobody reads it any more, and the handler has to return.
    if (this.#answer === undefined) this.#settle(new Response(null, { status: 499 }));
  }
}

/** Path and query, as the runtime's URL parser left them. */
function targetOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  const end = url.indexOf("#", start);
  return end === -1 ? url.slice(start) : url.slice(start, end);
}

/** `Headers` throws for the pseudo-headers of HTTP/2, which may be asked for. */
function withoutPseudo(headers: Headers): HeaderSource {
  return { get: (name) => (name.startsWith(":") ? null : headers.get(name)) };
}
