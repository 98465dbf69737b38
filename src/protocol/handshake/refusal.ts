/** The HTTP response to a handshake that is refused: a status, and no word of ours about why (DESIGN.md, section 4). */
import type { HandshakeError } from "../../errors.ts";
import type { HeaderFields } from "./headers.ts";
import { toWireNames } from "./own-headers.ts";
import { reasonPhrase } from "./status.ts";

/** A request that does not open a WebSocket: the response to send, and the error to report on this side. */
export interface Refusal {
  readonly type: "refuse";
  /** The HTTP status of the response. */
  readonly status: number;
  /** Ready to send. Whoever ends the connection afterwards adds `Connection: close` (HTTP/1.1). */
  readonly headers: HeaderFields;
  /** A generic line of ASCII that names the status only. */
  readonly body: string;
  /** For our own log: what was wrong, and what to do. */
  readonly error: HandshakeError;
}

/** Makes the response for an error: of `readUpgrade`, or of a `HeadParser` (then `http` is 1). */
export function toRefusal(error: HandshakeError, http: 1 | 2, headers: HeaderFields = []): Refusal {
  const status = error.status ?? 400;
  const body = `${status} ${reasonPhrase(status)}\n`;
  const entity = [
    ["Content-Type", "text/plain; charset=utf-8"],
    ["Content-Length", String(body.length)],
  ] as const;
  return { type: "refuse", status, headers: toWireNames([...headers, ...entity], http), body, error };
}
