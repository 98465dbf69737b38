/** Close codes and the payload of Close frames (RFC 6455, 5.5.1 and 7.4). */

import type { ProtocolError } from "../errors.ts";
import {
  CLOSE_CODE_FORBIDDEN,
  CLOSE_CODE_UNSENDABLE,
  CLOSE_PAYLOAD_SHORT,
  CLOSE_REASON_NOT_UTF8,
  protocolError,
  usageError,
} from "../errors.ts";
import type { Role } from "./frame-header.ts";
import { MAX_CONTROL_PAYLOAD } from "./frame-header.ts";
import type { TextCodec } from "./platform.ts";
import { lastBoundary } from "./utf8.ts";

/** The close codes by name, as IANA registers them. */
export const CloseCode = {
  normal: 1000,
  goingAway: 1001,
  protocolError: 1002,
  unsupportedData: 1003,
  /** Never on the wire: the peer's Close frame held no code. */
  noStatus: 1005,
  /** Never on the wire: the connection ended without a Close frame. */
  abnormal: 1006,
  invalidData: 1007,
  policyViolation: 1008,
  messageTooBig: 1009,
  /** Sent by clients only. */
  extensionMissing: 1010,
  internalError: 1011,
  serviceRestart: 1012,
  tryAgainLater: 1013,
  badGateway: 1014,
} as const;

/** What a Close frame says: an empty one is `{ code: 1005, reason: "" }`. */
export interface ClosePayload {
  readonly code: number;
  readonly reason: string;
}

/** The most bytes that a reason can have: 125, less the two of the code. */
export const MAX_REASON = MAX_CONTROL_PAYLOAD - 2;

/** Whether a Close frame may carry this code at all, in either direction. */
export function isWireCode(code: number): boolean {
  // RFC 6455, 7.4.2: below 1000 unused; 1000-2999 by the RFCs and IANA; 3000-3999 registered; 4000-4999 private.
  if (code >= 1000 && code <= 1014) return code !== 1004 && code !== 1005 && code !== 1006;
  return code >= 3000 && code <= 4999;
}

/** Reads the payload of a Close frame that came in; a `ProtocolError` when it may not be so. */
export function readClosePayload(payload: Uint8Array, codec: TextCodec): ClosePayload | ProtocolError {
  if (payload.length === 0) return { code: CloseCode.noStatus, reason: "" };
  // RFC 6455, 5.5.1: "If there is a body, the first two bytes of the body MUST be a 2-byte unsigned integer"
  if (payload.length === 1) return protocolError(CLOSE_PAYLOAD_SHORT);
  const code = payload[0]! * 0x100 + payload[1]!;
  if (!isWireCode(code)) return protocolError(CLOSE_CODE_FORBIDDEN, code);
  const reason = payload.length === 2 ? "" : codec.decode(payload, 2, payload.length);
  if (reason === null) return protocolError(CLOSE_REASON_NOT_UTF8);
  return { code, reason };
}

/**
 * Makes the payload of a Close frame to send. Without a code it is empty; a reason is cut at a character to 123 bytes.
 * Throws a `UsageError` for a code that may not be sent, or a reason without a code.
 */
export function encodeClosePayload(role: Role, code: number | undefined, reason: string, codec: TextCodec): Uint8Array {
  if (code === undefined) {
    if (reason !== "") throw usageError(CLOSE_CODE_UNSENDABLE, "none", "a reason needs a code");
    return new Uint8Array(0);
  }
  if (!Number.isInteger(code) || !isWireCode(code)) {
    throw usageError(CLOSE_CODE_UNSENDABLE, String(code), "codes are 1000 to 1003, 1007 to 1014 and 3000 to 4999");
  }
  // RFC 6455, 7.4.1: with 1010, "an endpoint (client) is terminating the connection"; a server fails the handshake instead.
  if (code === CloseCode.extensionMissing && role === "server") {
    throw usageError(CLOSE_CODE_UNSENDABLE, String(code), "1010 is for clients");
  }
  const text = cutAtCharacter(codec.encode(reason), MAX_REASON);
  const payload = new Uint8Array(2 + text.length);
  payload[0] = code >>> 8;
  payload[1] = code & 0xff;
  payload.set(text, 2);
  return payload;
}

/** The payload for a peer that broke a rule: the code and no word more; the sentence names our options, and is for our own log. */
export function encodeFailure({ closeCode }: ProtocolError): Uint8Array {
  return Uint8Array.of(closeCode >>> 8, closeCode & 0xff);
}

function cutAtCharacter(text: Uint8Array, size: number): Uint8Array {
  return text.length <= size ? text : text.subarray(0, lastBoundary(text, 0, size));
}
