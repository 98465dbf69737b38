/** The proof that a server understood the handshake: `Sec-WebSocket-Key` and `Sec-WebSocket-Accept` (RFC 6455, 4.2.2). */
import { sha1 } from "./sha1.ts";

/**
 * The value of `Sec-WebSocket-Accept` that answers a `Sec-WebSocket-Key`.
 *
 * @example
 * acceptKey("dGhlIHNhbXBsZSBub25jZQ=="); // "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
 */
export function acceptKey(key: string): string {
  // RFC 6455, 4.2.2: "concatenating /key/ … with the string "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", taking the SHA-1
  // hash of this concatenated value to obtain a 20-byte value and base64-encoding … this 20-byte hash"
  const text = `${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return toBase64(sha1(bytes));
}

/** The value of `Sec-WebSocket-Key` made of a nonce of 16 random bytes. */
export function toKey(nonce: Uint8Array): string {
  return toBase64(nonce);
}

/** Whether the text is the base64 of exactly 16 bytes (RFC 6455, 4.2.1). */
export function isKey(text: string): boolean {
  return KEY.test(text);
}

// 16 bytes are 22 characters and two of padding. Our choice: the four unused bits of the last character may be set
// (RFC 4648, 3.5 leaves it open), as the example of RFC 6455, 4.1 itself sets them: "AQIDBAUGBwgJCgsMDQ4PEC==".
const KEY = /^[A-Za-z0-9+/]{22}==$/;

function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const rest = bytes.length - at;
    const group = (byteAt(bytes, at) << 16) | (byteAt(bytes, at + 1) << 8) | byteAt(bytes, at + 2);
    // Four at once: each `+` would leave a piece of memory of its own.
    text += String.fromCharCode(
      digitOf(group >> 18),
      digitOf(group >> 12),
      rest > 1 ? digitOf(group >> 6) : PADDING,
      rest > 2 ? digitOf(group) : PADDING,
    );
  }
  return text;
}

/** The character for the last six bits. */
function digitOf(bits: number): number {
  return ALPHABET.charCodeAt(bits & 63);
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

const PADDING = 0x3d;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
