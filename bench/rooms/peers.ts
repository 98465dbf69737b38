/** Where the peers are brought from; other benches need them, too. */

export { bringPeers, bunProgram, requirePeer } from "../support/peers.ts";
