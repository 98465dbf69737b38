/** permessage-deflate for the servers that stand on `ws`: its README's zlib, for messages of every size, without takeover. */

import { LEVEL, type ListenOptions } from "./contract.ts";

/** The option `perMessageDeflate`. */
export function wsDeflate(compression: ListenOptions["compression"]) {
  if (compression === false) return false;
  return {
    zlibDeflateOptions: { chunkSize: 1024, memLevel: 7, level: LEVEL },
    serverNoContextTakeover: true,
    clientNoContextTakeover: true,
    threshold: 0,
  };
}
