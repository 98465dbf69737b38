/** Agreements on permessage-deflate for tests, as the handshake would make them. */

import type { DeflateAgreement } from "../../src/protocol/deflate/agreement.ts";

/** Everything is compressed, with the largest windows and context takeover both ways, but for what is given. */
export function agreement(given: Partial<DeflateAgreement> = {}): DeflateAgreement {
  return {
    sendWindowBits: 15,
    receiveWindowBits: 15,
    sendTakeover: true,
    receiveTakeover: true,
    threshold: 0,
    level: 6,
    memory: 8,
    ...given,
  };
}

/** The same agreement, seen from the other end. */
export function mirrored(deflate: DeflateAgreement): DeflateAgreement {
  return {
    ...deflate,
    sendWindowBits: deflate.receiveWindowBits,
    receiveWindowBits: deflate.sendWindowBits,
    sendTakeover: deflate.receiveTakeover,
    receiveTakeover: deflate.sendTakeover,
  };
}
