/** A request to open a WebSocket on Bun's own server: it sends the 101 by `server.upgrade`. */

import type { HeaderFields } from "../../protocol/handshake/headers.ts";
import type { OpeningResponse } from "../../server/host.ts";
import type { WebRequest } from "../web/web-handshake.ts";
import { WebHandshake } from "../web/web-handshake.ts";
import type { BunServer } from "./bun-runtime.ts";
import type { BunShared } from "./bun-wire.ts";
import { BunWire } from "./bun-wire.ts";

/** One handshake. */
export class BunHandshake extends WebHandshake {
  readonly #server: BunServer;
  readonly #shared: BunShared;

  constructor(request: WebRequest, server: BunServer, shared: BunShared) {
    super(request);
    this.#server = server;
    this.#shared = shared;
  }

  protected open(request: Request, response: OpeningResponse): { wire: BunWire; answer: undefined } {
    const wire = new BunWire(response, this.#shared);
    const upgrade = () => this.#server.upgrade(request, { data: wire, headers: toBunFields(response.headers) });
    if (response.deflate === null) withoutExtensions(request.headers, upgrade);
    else upgrade();
    return { wire, answer: undefined };
  }
}

/** Bun has its own proof and its own agreement on compression. */
function toBunFields(fields: HeaderFields): HeaderFields {
  const own = fields.filter(([name]) => !OF_BUN.has(name.toLowerCase()));
  const chosen = own.some(([name]) => name.toLowerCase() === PROTOCOL);
  // Where it is told of none, it takes the first one that the client offers.
  return chosen ? own : [...own, [PROTOCOL, ""]];
}

const PROTOCOL = "sec-websocket-protocol";
const EXTENSIONS = "sec-websocket-extensions";
const OF_BUN: ReadonlySet<string> = new Set(["upgrade", "connection", "sec-websocket-accept", EXTENSIONS]);

/** Bun agrees to compression with whoever offers it: so it does not see the offer, which the user still can look at. */
function withoutExtensions(headers: Headers, work: () => void): void {
  const offered = headers.get(EXTENSIONS);
  if (offered === null) return work();
  headers.delete(EXTENSIONS);
  try {
    work();
  } finally {
    headers.set(EXTENSIONS, offered);
  }
}
