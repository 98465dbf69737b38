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
  return toBase64(sha1(Uint8Array.from(text, (character) => character.charCodeAt(0))));
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
    text += ALPHABET.charAt(group >> 18) + ALPHABET.charAt((group >> 12) & 63);
    text += rest > 1 ? ALPHABET.charAt((group >> 6) & 63) : "=";
    text += rest > 2 ? ALPHABET.charAt(group & 63) : "=";
  }
  return text;
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
