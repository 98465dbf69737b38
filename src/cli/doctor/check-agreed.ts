/** What the two sides have agreed on in the handshake: the subprotocol and compression. */

import type { DeflateAgreement } from "../../protocol/index.ts";
import type { CaseOptions } from "./case.ts";
import type { Shaken } from "./check-http.ts";
import { finding } from "./knowledge.ts";
import type { Checked } from "./step.ts";

/** The subprotocol: asked for, chosen. */
export function checkSubprotocol({ protocol, subprotocolFault }: Shaken, { subprotocols }: CaseOptions): Checked {
  const details = { offered: subprotocols, chosen: protocol };
  const offered = subprotocols.join(", ");
  if (subprotocolFault !== undefined)
    return { summary: "not the one that was offered", details, findings: [subprotocolFault] };
  if (subprotocols.length === 0) return { summary: "none asked for, none chosen", details };
  if (protocol !== "") return { summary: `${protocol} (offered: ${offered})`, details };
  return { summary: "none chosen", details, findings: [finding("subprotocol-not-chosen", `offered: ${offered}`)] };
}

/** Compression, which is always offered, as browsers do. */
export function checkCompression({ deflate, compressionFault }: Shaken, { wantsCompression }: CaseOptions): Checked {
  if (compressionFault !== undefined) {
    return { summary: "a wrong answer to the offer", details: { agreed: false }, findings: [compressionFault] };
  }
  if (deflate === null) {
    const findings = wantsCompression ? [finding("compression-declined", "permessage-deflate was offered")] : [];
    return { summary: "offered, and declined: messages go as they are", details: { agreed: false }, findings };
  }
  const { sendWindowBits, receiveWindowBits, sendTakeover, receiveTakeover } = deflate;
  const details = { agreed: true, sendWindowBits, receiveWindowBits, sendTakeover, receiveTakeover };
  return { summary: `permessage-deflate, ${inWords(deflate)}`, details };
}

function inWords({ sendWindowBits, receiveWindowBits, sendTakeover, receiveTakeover }: DeflateAgreement): string {
  const windows =
    sendWindowBits === receiveWindowBits
      ? `windows of ${sendWindowBits} bits`
      : `windows of ${sendWindowBits} bits (ours) and ${receiveWindowBits} bits (the server's)`;
  const keeps = [sendTakeover && "ours", receiveTakeover && "the server's"].filter(Boolean);
  return `${windows}, ${keeps.length === 0 ? "each message on its own" : `context kept: ${keeps.join(" and ")}`}`;
}
