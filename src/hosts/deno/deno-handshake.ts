/** A request to open a WebSocket on Deno's own server: the response that its handler returns is the 101. */

import { readExtensions } from "../../protocol/deflate/extension-header.ts";
import type { HeaderSource } from "../../protocol/handshake/headers.ts";
import type { UpgradeRequest } from "../../protocol/handshake/server.ts";
import type { OpeningResponse } from "../../server/host.ts";
import type { WebRequest } from "../web/web-handshake.ts";
import { WebHandshake } from "../web/web-handshake.ts";
import type { DenoRuntime } from "./deno-runtime.ts";
import { DenoWire } from "./deno-wire.ts";

/** One handshake. */
export class DenoHandshake extends WebHandshake {
  override readonly upgrade: UpgradeRequest;
  readonly #deno: DenoRuntime;
  readonly #idleTimeout: number;

  /** `idleTimeout`: seconds, as Deno has it. */
  constructor(deno: DenoRuntime, request: WebRequest, idleTimeout: number) {
    super(request);
    const { method, headers } = request.request;
    this.upgrade = { method, httpVersion: "1.1", target: this.target, headers: new WithoutExtensions(headers) };
    this.#deno = deno;
    this.#idleTimeout = idleTimeout;
  }

  protected open(request: Request, how: OpeningResponse): { wire: DenoWire; answer: Response } {
    const { socket, response } = this.#deno.upgradeWebSocket(request, { idleTimeout: this.#idleTimeout });
    for (const [name, value] of how.headers) {
      if (!OF_DENO.has(name.toLowerCase())) response.headers.append(name, value);
    }
    return { wire: new DenoWire(socket, how), answer: response };
  }
}

/** Deno does not compress messages, so it is not negotiated; a header that is malformed has to be seen all the same. */
class WithoutExtensions implements HeaderSource {
  readonly #headers: Headers;

  constructor(headers: Headers) {
    this.#headers = headers;
  }

  get(name: string): string | null {
    // `Headers` throws for the pseudo-headers of HTTP/2, which may be asked for.
    if (name.startsWith(":")) return null;
    const value = this.#headers.get(name);
    if (name !== "sec-websocket-extensions" || value === null) return value;
    return "reason" in readExtensions(value) ? value : null;
  }
}

/** Deno has its own proof. Not the subprotocol: of an offer "a,b" without a space it would find none. */
const OF_DENO: ReadonlySet<string> = new Set(["upgrade", "connection", "sec-websocket-accept"]);
