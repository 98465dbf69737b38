/** The client's request to open a WebSocket (RFC 6455, 4.1; RFC 8441, 5). The answer is checked in `answer.ts`. */
import { BAD_HOST, BAD_NONCE, BAD_SUBPROTOCOL, BAD_TARGET, SUBPROTOCOL_TWICE, usageError } from "../../errors.ts";
import { offerDeflate } from "../deflate/agreement.ts";
import type { ResolvedCompression } from "../deflate/compression-options.ts";
import { isToken } from "../http-token.ts";
import { toKey } from "./accept-key.ts";
import type { HeaderFields, HeaderInput } from "./headers.ts";
import { toOwnFields, toWireNames } from "./own-headers.ts";
import { isAuthority, isOriginForm } from "./request-target.ts";
import { WEBSOCKET_KEYWORD, WEBSOCKET_VERSION } from "./version.ts";

/** What a client asks for, on any HTTP version. */
export interface UpgradeOptions {
  /** Host and, unless it is the scheme's own, port: `Host` on HTTP/1.1, `:authority` on HTTP/2. */
  readonly authority: string;
  /** Path and query, as `/chat?room=1`. */
  readonly target: string;
  /** Subprotocols to offer, by preference, each once. @default [] */
  readonly protocols?: readonly string[] | undefined;
  /** Further header fields, such as `Origin` or `Authorization`; none that belongs to the handshake. @default [] */
  readonly headers?: HeaderInput | undefined;
  /** What `resolveCompression` made of the options. @default null: none is offered */
  readonly compression?: ResolvedCompression | null | undefined;
}

/** {@link UpgradeOptions} for HTTP/1.1. */
export interface Http1UpgradeOptions extends UpgradeOptions {
  readonly http: 1;
  /** RFC 6455, 4.1: "The nonce MUST be selected randomly for each connection." 16 bytes. */
  readonly nonce: Uint8Array;
}

/** {@link UpgradeOptions} for HTTP/2. */
export interface Http2UpgradeOptions extends UpgradeOptions {
  readonly http: 2;
  /** `https` for `wss:` and `http` for `ws:`. */
  readonly scheme: "http" | "https";
}

/** What was offered: for {@link SentUpgrade} and the check of the answer. */
interface SentOffers {
  readonly target: string;
  readonly headers: HeaderFields;
  readonly protocols: readonly string[];
  readonly compression: ResolvedCompression | null;
}

/** The request to send over HTTP/1.1: `encodeRequestHead` takes it as it is. */
export interface Http1SentUpgrade extends SentOffers {
  readonly http: 1;
  readonly method: "GET";
  /** The value of `Sec-WebSocket-Key`. */
  readonly key: string;
}

/** The request to send over HTTP/2: first `pseudo`, then `headers`. */
export interface Http2SentUpgrade extends SentOffers {
  readonly http: 2;
  readonly method: "CONNECT";
  /** `:method`, `:protocol`, `:scheme`, `:path` and `:authority`. */
  readonly pseudo: HeaderFields;
}

/** A request to open a WebSocket: to send, and to keep for `checkResponse`. */
export type SentUpgrade = Http1SentUpgrade | Http2SentUpgrade;

/**
 * Makes the request that opens a WebSocket. Throws `UsageError`: `BAD_HOST`, `BAD_TARGET`, `BAD_NONCE`,
 * `BAD_SUBPROTOCOL`, `SUBPROTOCOL_TWICE`, `RESERVED_HEADER`, `BAD_HEADER_NAME`, `BAD_HEADER_VALUE`.
 *
 * @example
 * const nonce = crypto.getRandomValues(new Uint8Array(16));
 * const sent = createUpgrade({ http: 1, authority: "localhost:8765", target: "/", nonce });
 * socket.write(encodeRequestHead(sent));
 */
export function createUpgrade(options: Http1UpgradeOptions): Http1SentUpgrade;
export function createUpgrade(options: Http2UpgradeOptions): Http2SentUpgrade;
export function createUpgrade(options: Http1UpgradeOptions | Http2UpgradeOptions): SentUpgrade;
export function createUpgrade(options: Http1UpgradeOptions | Http2UpgradeOptions): SentUpgrade {
  const { authority, target, protocols = [], compression = null } = options;
  if (!isAuthority(authority)) throw usageError(BAD_HOST, authority);
  if (!isOriginForm(target)) throw usageError(BAD_TARGET, target);
  checkProtocols(protocols);
  const common: HeaderFields = [
    ["Sec-WebSocket-Version", WEBSOCKET_VERSION],
    ...(protocols.length > 0 ? [["Sec-WebSocket-Protocol", protocols.join(", ")] as const] : []),
    ...(compression ? [["Sec-WebSocket-Extensions", offerDeflate(compression)] as const] : []),
    ...toOwnFields(options.headers),
  ];
  const offers = { target, protocols: [...protocols], compression };
  return options.http === 1 ? toHttp1(options, offers, common) : toHttp2(options, offers, common);
}

function toHttp1(
  { authority, nonce }: Http1UpgradeOptions,
  offers: Omit<SentOffers, "headers">,
  common: HeaderFields,
): Http1SentUpgrade {
  if (nonce.length !== 16) throw usageError(BAD_NONCE, nonce.length);
  const key = toKey(nonce);
  // RFC 6455, 4.1, 4 to 7. RFC 9110, 7.2: "A user agent that sends Host SHOULD send it as the first field"
  const headers: HeaderFields = [
    ["Host", authority],
    ["Upgrade", WEBSOCKET_KEYWORD],
    ["Connection", "Upgrade"],
    ["Sec-WebSocket-Key", key],
    ...common,
  ];
  return { http: 1, method: "GET", key, headers, ...offers };
}

function toHttp2(
  { authority, scheme }: Http2UpgradeOptions,
  offers: Omit<SentOffers, "headers">,
  common: HeaderFields,
): Http2SentUpgrade {
  // RFC 8441, 4: "On requests that contain the :protocol pseudo-header field, the :scheme and :path pseudo-header fields
  // of the target URI … MUST also be included."
  const pseudo: HeaderFields = [
    [":method", "CONNECT"],
    [":protocol", WEBSOCKET_KEYWORD],
    [":scheme", scheme],
    [":path", offers.target],
    [":authority", authority],
  ];
  return { http: 2, method: "CONNECT", pseudo, headers: toWireNames(common, 2), ...offers };
}

/** RFC 6455, 4.1, 10: tokens that "MUST all be unique strings". */
function checkProtocols(protocols: readonly string[]): void {
  const seen = new Set<string>();
  for (const protocol of protocols) {
    if (typeof protocol !== "string" || !isToken(protocol)) throw usageError(BAD_SUBPROTOCOL, String(protocol));
    if (seen.has(protocol)) throw usageError(SUBPROTOCOL_TWICE, protocol);
    seen.add(protocol);
  }
}
