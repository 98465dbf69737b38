/** Bytes as people write them: hexadecimal, with or without spaces, and base64. */

/** Two digits for each byte. */
export function toHex(bytes: Uint8Array, between = ""): string {
  const digits = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
  return between === "" ? digits : (digits.match(/../g) ?? []).join(between);
}

/** The bytes that the digits stand for: `48656c`, `48 65 6c`, `0x48 0x65`, `48:65:6c`, `48,65`. `undefined` if they are none. */
export function fromHex(text: string): Uint8Array | undefined {
  const digits = text.replace(/(?<![\da-f])0x/gi, " ").replace(/[\s:,]+/g, "");
  if (!/^(?:[\da-f]{2})*$/i.test(digits)) return undefined;
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** The bytes that base64 stands for, in its usual or its URL alphabet. `undefined` if it is none. */
export function fromBase64(text: string): Uint8Array | undefined {
  const digits = text.replace(/\s+/g, "");
  if (!/^[\w+/-]*={0,2}$/.test(digits) || digits.replace(/=+$/, "").length % 4 === 1) return undefined;
  return new Uint8Array(Buffer.from(digits, "base64"));
}
