/** The server's answer that opens a WebSocket (RFC 6455, 4.2.2; RFC 8441, 5). Refusals are made by `readUpgrade`. */
import { BAD_SUBPROTOCOL, SUBPROTOCOL_NOT_OFFERED, usageError } from "../../errors.ts";
import type { DeflateAgreement } from "../deflate/agreement.ts";
import { answerDeflate } from "../deflate/agreement.ts";
import type { ResolvedCompression } from "../deflate/compression-options.ts";
import { isToken } from "../http-token.ts";
import { acceptKey } from "./accept-key.ts";
import type { HeaderFields, HeaderInput } from "./headers.ts";
import { toOwnFields, toWireNames } from "./own-headers.ts";
import type { Upgrade } from "./server.ts";
import { WEBSOCKET_KEYWORD } from "./version.ts";

/** What the server chooses. */
export interface AcceptOptions {
  /** One of `upgrade.protocols`, or `""` for none. @default "" */
  readonly protocol?: string | undefined;
  /** Further header fields, such as `Set-Cookie`; none that belongs to the handshake. @default [] */
  readonly headers?: HeaderInput | undefined;
  /** What `resolveCompression` made of the options. @default null: no compression */
  readonly compression?: ResolvedCompression | null | undefined;
}

/** The response to send, and what holds on the connection from then on. */
export interface Acceptance {
  readonly response: { readonly status: 101 | 200; readonly headers: HeaderFields };
  /** The subprotocol in use, `""` if none. */
  readonly protocol: string;
  /** How messages are compressed, or `null` if they are not. */
  readonly deflate: DeflateAgreement | null;
}

/**
 * Makes the response that opens the WebSocket. Throws `UsageError`: `BAD_SUBPROTOCOL`, `SUBPROTOCOL_NOT_OFFERED`,
 * `RESERVED_HEADER`, `BAD_HEADER_NAME`, `BAD_HEADER_VALUE`.
 *
 * @example
 * const { response } = acceptUpgrade(upgrade, { protocol: "chat" });
 * socket.write(encodeResponseHead(response));
 */
export function acceptUpgrade(upgrade: Upgrade, options: AcceptOptions = {}): Acceptance {
  const { protocol = "", compression = null } = options;
  const own = toOwnFields(options.headers);
  checkProtocol(protocol, upgrade.protocols);
  const answer = compression && answerDeflate(upgrade.extensions, compression);
  const fields: (readonly [name: string, value: string])[] = upgrade.http === 1 ? proofOf(upgrade.key) : [];
  // RFC 6455, 4.2.2: "if the server does not wish to agree to one of the suggested subprotocols, it MUST NOT send back
  // a |Sec-WebSocket-Protocol| header field"
  if (protocol !== "") fields.push(["Sec-WebSocket-Protocol", protocol]);
  if (answer) fields.push(["Sec-WebSocket-Extensions", answer.header]);
  for (const field of own) fields.push(field);
  // RFC 9110, 9.3.6, on CONNECT: "Any 2xx (Successful) response indicates that the sender … will switch to tunnel mode"
  const response = { status: upgrade.http === 1 ? 101 : 200, headers: toWireNames(fields, upgrade.http) } as const;
  return { response, protocol, deflate: answer ? answer.agreement : null };
}

/** RFC 6455, 4.2.2, 5: status 101 with |Upgrade|, |Connection| and |Sec-WebSocket-Accept|. */
function proofOf(key: string): (readonly [name: string, value: string])[] {
  return [
    ["Upgrade", WEBSOCKET_KEYWORD],
    ["Connection", "Upgrade"],
    ["Sec-WebSocket-Accept", acceptKey(key)],
  ];
}

function checkProtocol(protocol: string, offered: readonly string[]): void {
  if (protocol === "") return;
  if (!isToken(protocol)) throw usageError(BAD_SUBPROTOCOL, protocol);
  // RFC 6455, 4.2.2: "The value chosen MUST be derived from the client's handshake"
  if (!offered.includes(protocol)) throw usageError(SUBPROTOCOL_NOT_OFFERED, protocol, offered.join(", "));
}
