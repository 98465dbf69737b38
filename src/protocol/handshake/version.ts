/** The one version of the WebSocket Protocol (RFC 6455, 4.1), and the name HTTP knows it by. */

/** The value of `Sec-WebSocket-Version`: RFC 6455, 4.1: "The value of this header field MUST be 13." */
export const WEBSOCKET_VERSION = "13";

/** The keyword of `Upgrade` on HTTP/1.1 (RFC 6455, 11.2) and of `:protocol` on HTTP/2 (RFC 8441, 5). */
export const WEBSOCKET_KEYWORD = "websocket";
