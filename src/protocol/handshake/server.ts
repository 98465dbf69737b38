/** The server's reading of an opening handshake (RFC 6455, 4.2.1; RFC 8441, 5): an upgrade, or a refusal. */
import type { ErrorArgument, ErrorKind } from "../../errors.ts";
import {
  BAD_EXTENSION_LIST,
  BAD_HOST,
  BAD_KEY,
  BAD_SUBPROTOCOL_LIST,
  BAD_TARGET,
  CONNECT_PROTOCOL_NOT_IMPLEMENTED,
  CONNECTION_HEADER_ON_HTTP2,
  CONNECTION_WITHOUT_UPGRADE,
  HandshakeError,
  HTTP_VERSION_TOO_LOW,
  handshakeError,
  METHOD_NOT_ALLOWED,
  REQUEST_WITH_BODY,
  UPGRADE_REQUIRED,
  VERSION_NOT_SUPPORTED,
} from "../../errors.ts";
import type { Extension } from "../deflate/extension-header.ts";
import { readExtensions } from "../deflate/extension-header.ts";
import { listHolds, trimSpace } from "../http-token.ts";
import { isKey } from "./accept-key.ts";
import type { HeaderSource } from "./headers.ts";
import type { Refusal } from "./refusal.ts";
import { toRefusal } from "./refusal.ts";
import { isAbsoluteForm, isAuthority, isOriginForm } from "./request-target.ts";
import { readProtocols } from "./subprotocol.ts";
import { UPGRADE_FIELDS } from "./upgrade-fields.ts";
import { WEBSOCKET_KEYWORD, WEBSOCKET_VERSION } from "./version.ts";

/** What a server knows of a request. A Node `IncomingMessage` has it all, its headers behind a {@link HeaderSource}. */
export interface UpgradeRequest {
  readonly method: string;
  /** As Node gives it: `"1.1"`, `"2.0"`. */
  readonly httpVersion: string;
  readonly headers: HeaderSource;
  /** The pseudo-header `:protocol` of an HTTP/2 request (RFC 8441, 4). */
  readonly protocol?: string | undefined;
  /** The request target (HTTP/1.1) or `:path` (HTTP/2), if it shall be checked here. */
  readonly target?: string | undefined;
}

/** What the client offers. */
export interface Offers {
  /** The subprotocols, by the client's preference, each once. */
  readonly protocols: readonly string[];
  /** The extensions, by the client's preference. */
  readonly extensions: readonly Extension[];
}

/** A request that may open a WebSocket: for `acceptUpgrade`. */
export type Upgrade = Offers &
  (
    | { readonly type: "upgrade"; readonly http: 1 /** The value of `Sec-WebSocket-Key`. */; readonly key: string }
    | { readonly type: "upgrade"; readonly http: 2 }
  );

/**
 * Reads a request to open a WebSocket, over HTTP/1.1 or HTTP/2. Answers with what to accept, or with the refusal to send.
 *
 * @example
 * const upgrade = readUpgrade(toUpgradeRequest(request)); // of antiphon/protocol/node
 * if (upgrade.type === "refuse") return refuse(stream, upgrade);
 * const { response, protocol, deflate } = acceptUpgrade(upgrade, { protocol: chooseProtocol(upgrade.protocols, ["chat"]) });
 */
export function readUpgrade(request: UpgradeRequest): Upgrade | Refusal {
  return request.httpVersion.startsWith("2") ? readHttp2(request) : readHttp1(request);
}

function readHttp1(request: UpgradeRequest): Upgrade | Refusal {
  const { method, headers, httpVersion, target } = request;
  // RFC 6455, 4.2.1: "the server MUST stop processing the client's handshake and return an HTTP response with an
  // appropriate error code (such as 400 Bad Request)"
  // 4.2.1, 1: "An HTTP/1.1 or higher GET request"
  if (httpVersion !== "1.1" && !/^1\.[2-9]$/.test(httpVersion)) return refuse1(HTTP_VERSION_TOO_LOW, httpVersion);
  // "including a "Request-URI" … (or an absolute HTTP/HTTPS URI containing the /resource name/)"
  if (target !== undefined && !isOriginForm(target) && !isAbsoluteForm(target)) return refuse1(BAD_TARGET, target);
  // 4.2.1, 2: "A |Host| header field containing the server's authority."
  const host = trimSpace(headers.get("host") ?? "");
  if (!isAuthority(host)) return refuse1(BAD_HOST, host);
  // RFC 9110, 15.5.6: "The origin server MUST generate an Allow header field in a 405 response"
  if (method !== "GET") return toRefusal(handshakeError(METHOD_NOT_ALLOWED, method, "GET"), 1, [["Allow", "GET"]]);
  // 4.2.1, 3: "An |Upgrade| header field containing the value "websocket", treated as an ASCII case-insensitive value."
  const upgrade = headers.get("upgrade");
  if (!listHolds(upgrade, WEBSOCKET_KEYWORD)) {
    return toRefusal(handshakeError(UPGRADE_REQUIRED, upgrade ?? ""), 1, UPGRADE_FIELDS);
  }
  // 4.2.1, 4: "A |Connection| header field that includes the token "Upgrade", treated as an ASCII case-insensitive value."
  const connection = headers.get("connection");
  if (!listHolds(connection, "upgrade")) return refuse1(CONNECTION_WITHOUT_UPGRADE, connection ?? "");
  // Our choice: bytes after the head are frames, so none may be announced as a body.
  const encoding = headers.get("transfer-encoding") ?? "";
  if (encoding !== "") return refuse1(REQUEST_WITH_BODY, "Transfer-Encoding", encoding);
  const length = headers.get("content-length") ?? "0";
  if (trimSpace(length) !== "0") return refuse1(REQUEST_WITH_BODY, "Content-Length", length);
  // 4.2.1, 6: "A |Sec-WebSocket-Version| header field, with a value of 13." Before the key, which old drafts lack.
  const version = readVersion(headers);
  if (version !== WEBSOCKET_VERSION) {
    // RFC 6455, 4.4: "it MUST respond with a |Sec-WebSocket-Version| header field … containing all versions it is
    // willing to use"
    return toRefusal(handshakeError(VERSION_NOT_SUPPORTED, version), 1, UPGRADE_FIELDS);
  }
  // 4.2.1, 5: "A |Sec-WebSocket-Key| header field with a base64-encoded … value that, when decoded, is 16 bytes"
  const key = trimSpace(headers.get("sec-websocket-key") ?? "");
  if (!isKey(key)) return refuse1(BAD_KEY, key);
  const offers = readOffers(headers);
  if (offers instanceof HandshakeError) return toRefusal(offers, 1);
  return { type: "upgrade", http: 1, key, protocols: offers.protocols, extensions: offers.extensions };
}

function readHttp2(request: UpgradeRequest): Upgrade | Refusal {
  const { method, headers, protocol = "", target } = request;
  if (target !== undefined && !isOriginForm(target)) return refuse2(BAD_TARGET, target);
  // RFC 8441, 5: the method is CONNECT. There is no 426 here: its Upgrade header (RFC 9110, 15.5.22) is not for HTTP/2.
  if (method !== "CONNECT") {
    return toRefusal(handshakeError(METHOD_NOT_ALLOWED, method, "CONNECT"), 2, [["Allow", "CONNECT"]]);
  }
  // RFC 8441, 5: "The :protocol pseudo-header field MUST be included in the CONNECT request, and it MUST have a value of
  // "websocket"". RFC 9220, 3 for what is unknown: "SHOULD respond to the request with a 501 (Not Implemented)".
  if (protocol !== WEBSOCKET_KEYWORD) return refuse2(CONNECT_PROTOCOL_NOT_IMPLEMENTED, protocol);
  // RFC 8441, 5: "[RFC6455] requires the use of Connection and Upgrade header fields that are not part of HTTP/2. They
  // MUST NOT be included in the CONNECT request defined here."
  for (const name of ["connection", "upgrade", "transfer-encoding"]) {
    if (headers.get(name) != null) return refuse2(CONNECTION_HEADER_ON_HTTP2, name);
  }
  // RFC 8441, 5: "Origin, Sec-WebSocket-Version, Sec-WebSocket-Protocol, and Sec-WebSocket-Extensions … are used … as
  // defined in [RFC6455]"; key and accept are "superseded by the :protocol pseudo-header field".
  const version = readVersion(headers);
  if (version !== WEBSOCKET_VERSION) {
    const { code, message } = handshakeError(VERSION_NOT_SUPPORTED, version);
    return toRefusal(new HandshakeError(code, message, 400), 2, [["Sec-WebSocket-Version", WEBSOCKET_VERSION]]);
  }
  const offers = readOffers(headers);
  return offers instanceof HandshakeError ? toRefusal(offers, 2) : { type: "upgrade", http: 2, ...offers };
}

/** Subprotocols and extensions, or what is wrong with them. */
function readOffers(headers: HeaderSource): Offers | HandshakeError {
  const protocolHeader = headers.get("sec-websocket-protocol");
  const extensionHeader = headers.get("sec-websocket-extensions");
  if (protocolHeader == null && extensionHeader == null) return NO_OFFERS;
  const protocols = protocolHeader == null ? { protocols: [] } : readProtocols(protocolHeader);
  if ("reason" in protocols) return handshakeError(BAD_SUBPROTOCOL_LIST, protocolHeader ?? "", protocols.reason);
  const extensions = extensionHeader == null ? { extensions: [] } : readExtensions(extensionHeader);
  // RFC 6455, 9.1: "the recipient of such malformed data MUST immediately _Fail the WebSocket Connection_"
  if ("reason" in extensions) return handshakeError(BAD_EXTENSION_LIST, extensionHeader ?? "", extensions.reason);
  return { protocols: protocols.protocols, extensions: extensions.extensions };
}

const NO_OFFERS: Offers = { protocols: [], extensions: [] };

// RFC 6455, 11.3.5: "MUST NOT appear more than once in an HTTP request", so a joined "13, 13" is no 13.
function readVersion(headers: HeaderSource): string {
  return trimSpace(headers.get("sec-websocket-version") ?? "");
}

function refuse1<Args extends readonly ErrorArgument[]>(kind: ErrorKind<Args>, ...args: Args): Refusal {
  return toRefusal(handshakeError(kind, ...args), 1);
}

function refuse2<Args extends readonly ErrorArgument[]>(kind: ErrorKind<Args>, ...args: Args): Refusal {
  return toRefusal(handshakeError(kind, ...args), 2);
}
