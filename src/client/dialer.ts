/** How a client gets a wire: the contract between what stays connected and the runtime, which can connect. */

import type { HeaderInput } from "../protocol/handshake/headers.ts";
import type { Wire } from "../socket/wire.ts";

/** Headers as users write them. */
export type RequestHeaders = HeaderInput | Readonly<Record<string, string>>;

/** One attempt to connect. */
export interface DialRequest {
  /** Where to: `ws:` or `wss:`, or another scheme that the runtime knows. Without a fragment. */
  readonly url: URL;
  /** By preference; checked already. */
  readonly subprotocols: readonly string[];
  /** Further headers of the request. Only for runtimes that can send them. */
  readonly headers: RequestHeaders | undefined;
  /** Gives the attempt up, at any point: everything is released, and `dial` rejects with the signal's reason. */
  readonly signal: AbortSignal;
}

/** A WebSocket that is open. */
export interface Dialed {
  /** Not begun: whoever dialed calls `open` on it, in the turn in which the promise resolved, or `terminate`. */
  readonly wire: Wire;
  /** The subprotocol in use, `""` if none. */
  readonly protocol: string;
  /** The headers of the server's answer, where the runtime shows them. */
  readonly headers?: Headers | undefined;
  /** Where redirects led, if any did. */
  readonly url?: URL | undefined;
}

/**
 * Connects, and shakes hands. Rejects with a `HandshakeError` for an answer that does not open a WebSocket, with a
 * `ConnectError` where there was none, and with the signal's reason. Leaves nothing behind then.
 */
export type Dial = (request: DialRequest) => Promise<Dialed>;
