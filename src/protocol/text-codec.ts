/** UTF-8 both ways: as the engine needs it, and by web standards. Alone in its file, so that pages carry no more of a platform. */

/** UTF-8 as the engine needs it. No method here changes or keeps the bytes. */
export interface TextCodec {
  /** The text in `bytes[from, to)`, or `null` when that is not valid UTF-8. A byte order mark is a character. */
  decode(bytes: Uint8Array, from: number, to: number): string | null;
  /** The same for bytes that are known to be valid UTF-8. */
  decodeValid(bytes: Uint8Array, from: number, to: number): string;
  /** Whether `bytes[from, to)` is valid UTF-8, complete to the last character. */
  isValid(bytes: Uint8Array, from: number, to: number): boolean;
  /** The text as bytes. A lone surrogate becomes U+FFFD, here and in `write`. */
  encode(text: string): Uint8Array;
  /** Writes the text at `at`, where there is room for all of it; gives the number of bytes written. */
  write(text: string, bytes: Uint8Array, at: number): number;
}

const encoder = /* @__PURE__ */ new TextEncoder();
const decoder = /* @__PURE__ */ new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** UTF-8 with nothing but the Encoding Standard: every runtime has it. */
export const webTextCodec: TextCodec = {
  decode(bytes, from, to) {
    try {
      return decoder.decode(bytes.subarray(from, to));
    } catch {
      return null;
    }
  },
  decodeValid(bytes, from, to) {
    return decoder.decode(bytes.subarray(from, to));
  },
  isValid(bytes, from, to) {
    return webTextCodec.decode(bytes, from, to) !== null;
  },
  encode: (text) => encoder.encode(text),
  write(text, bytes, at) {
    return encoder.encodeInto(text, bytes.subarray(at)).written;
  },
};
