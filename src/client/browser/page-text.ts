/** UTF-8 as sockets need it, by web standards; made when it is needed, since not every runtime can decode. */

import type { TextCodec } from "../../protocol/text-codec.ts";

/** For JSON in binary messages. */
export const pageText: Pick<TextCodec, "encode" | "decode"> = {
  encode: (text) => new TextEncoder().encode(text),
  decode(bytes, from, to) {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(from, to));
    } catch {
      return null;
    }
  },
};
