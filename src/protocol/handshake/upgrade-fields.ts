/** The header fields of a 426: what to ask for instead. */
import type { HeaderFields } from "./headers.ts";
import { WEBSOCKET_KEYWORD, WEBSOCKET_VERSION } from "./version.ts";

// RFC 9110, 15.5.22: "The server MUST send an Upgrade header field in a 426 response"; RFC 9110, 7.8: "A sender of
// Upgrade MUST also send an "Upgrade" connection option in the Connection header field".
/** `Upgrade`, `Connection` and `Sec-WebSocket-Version`. */
export const UPGRADE_FIELDS: HeaderFields = [
  ["Upgrade", WEBSOCKET_KEYWORD],
  ["Connection", "Upgrade"],
  ["Sec-WebSocket-Version", WEBSOCKET_VERSION],
];
