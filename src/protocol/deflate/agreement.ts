/** What two endpoints agree on for permessage-deflate (RFC 7692, 7.1): offered, answered, checked. Compresses nothing. */
import type { ResolvedCompression } from "./compression-options.ts";
import type { Extension, ExtensionParameter } from "./extension-header.ts";
import { formatExtensions } from "./extension-header.ts";
import type { DeflateParameters } from "./parameters.ts";
import { readAnswerParameters, readOfferParameters } from "./parameters.ts";

/** The registered name (RFC 7692, 9.1). Compared as it is: RFC 6455 makes no extension token case-insensitive. */
export const PERMESSAGE_DEFLATE = "permessage-deflate";

/** How messages are compressed on one connection, seen from one endpoint. */
export interface DeflateAgreement {
  /** The window of our compressor: 8 to 15. zlib has no raw window of 8: give it 9, its matches stay within 250 bytes. */
  readonly sendWindowBits: number;
  /** The window that our decompressor needs: 8 to 15. */
  readonly receiveWindowBits: number;
  /** Whether our compressor may refer to earlier messages. */
  readonly sendTakeover: boolean;
  /** Whether the peer's compressor may refer to earlier messages. */
  readonly receiveTakeover: boolean;
  /** Ours, not negotiated: see `CompressionOptions`. */
  readonly threshold: number;
  /** Ours, not negotiated: see `CompressionOptions`. */
  readonly level: number;
  /** Ours, not negotiated: see `CompressionOptions`. */
  readonly memory: number;
}

/** The client's offer: the value of `Sec-WebSocket-Extensions`. */
export function offerDeflate(ours: ResolvedCompression): string {
  const { clientMaxWindowBits: bits } = ours;
  const parameters: ExtensionParameter[] = [
    ...flag("server_no_context_takeover", ours.serverNoContextTakeover),
    ...flag("client_no_context_takeover", ours.clientNoContextTakeover),
    ...(ours.serverMaxWindowBits < 15 ? [windowBits("server_max_window_bits", ours.serverMaxWindowBits)] : []),
    // RFC 7692, 7.1.2.2: without it the response "MUST NOT include" it, so that the server could not limit our window.
    bits < 15 ? windowBits("client_max_window_bits", bits) : { name: "client_max_window_bits", value: true },
  ];
  return formatExtensions([{ name: PERMESSAGE_DEFLATE, parameters }]);
}

/**
 * The server's answer to what a client offers: to the first offer that it can keep to, in the client's order, or `null`
 * when there is none. Other extensions are passed over. Never throws for what a client sends.
 */
export function answerDeflate(
  offers: readonly Extension[],
  ours: ResolvedCompression,
): { readonly header: string; readonly agreement: DeflateAgreement } | null {
  for (const { name, parameters } of offers) {
    if (name !== PERMESSAGE_DEFLATE) continue;
    const offer = readOfferParameters(parameters);
    // RFC 7692, 5.1: a server declines an offer by not accepting it; the next element may be a fallback.
    if (!("reason" in offer) && canKeep(offer, ours)) return answerOffer(offer, ours);
  }
  return null;
}

/** The client's check of a server's answer to `offerDeflate(ours)`: what was agreed, or why the connection must fail. */
export function checkDeflateAnswer(
  ours: ResolvedCompression,
  parameters: readonly ExtensionParameter[],
):
  | { readonly type: "agree"; readonly agreement: DeflateAgreement }
  | { readonly type: "fail"; readonly reason: string } {
  const answer = readAnswerParameters(parameters);
  if ("reason" in answer) return { type: "fail", reason: answer.reason };
  const reason = checkLimits(answer, ours);
  if (reason !== undefined) return { type: "fail", reason };
  const { clientMaxWindowBits: asked } = answer;
  const agreement = {
    ...localOptions(ours),
    // RFC 7692, 7.1.2.2: we said that we stay within our own value "even if the server doesn't include" one.
    sendWindowBits: typeof asked === "number" ? asked : ours.clientMaxWindowBits,
    receiveWindowBits: answer.serverMaxWindowBits ?? 15,
    // RFC 7692, 7.1.1.2: our own wish holds "even if the server doesn't include the "client_no_context_takeover""
    sendTakeover: !answer.clientNoContextTakeover && !ours.clientNoContextTakeover,
    receiveTakeover: !answer.serverNoContextTakeover,
  };
  return { type: "agree", agreement };
}

/** RFC 7692, 7.1: a server MUST decline when it "doesn't support the offered configuration". */
function canKeep(offer: DeflateParameters, ours: ResolvedCompression): boolean {
  // RFC 7692, 7.1.2.2: without the parameter in the offer, the response "MUST NOT include" it, so the client could not be held
  // to our limit. Our choice: a limit that is set is kept, and this offer declined.
  return ours.clientMaxWindowBits === 15 || offer.clientMaxWindowBits !== undefined;
}

function answerOffer(offer: DeflateParameters, ours: ResolvedCompression) {
  // RFC 7692, 7.1.2.1: "with the same or smaller value as the offer"; unasked too, down to our own limit.
  const serverBits = Math.min(offer.serverMaxWindowBits ?? 15, ours.serverMaxWindowBits);
  // RFC 7692, 7.1.2.2: "with a value equal to or smaller than the received value"
  const offeredBits = typeof offer.clientMaxWindowBits === "number" ? offer.clientMaxWindowBits : 15;
  const clientBits = Math.min(offeredBits, ours.clientMaxWindowBits);
  // RFC 7692, 7.1.1.1: a server accepts the demand by repeating it, and may add it unasked. 7.1.1.2: the client's is
  // only a hint; we repeat it, so that both ends know that it holds.
  const serverForgets = offer.serverNoContextTakeover || ours.serverNoContextTakeover;
  const clientForgets = offer.clientNoContextTakeover || ours.clientNoContextTakeover;
  const namesServerBits = offer.serverMaxWindowBits !== undefined || serverBits < 15;
  const parameters: ExtensionParameter[] = [
    ...flag("server_no_context_takeover", serverForgets),
    ...flag("client_no_context_takeover", clientForgets),
    ...(namesServerBits ? [windowBits("server_max_window_bits", serverBits)] : []),
    // Below 15 only if the offer had it: see `canKeep`.
    ...(clientBits < 15 ? [windowBits("client_max_window_bits", clientBits)] : []),
  ];
  const agreement = shared(ours, {
    sendWindowBits: serverBits,
    receiveWindowBits: clientBits,
    sendTakeover: !serverForgets,
    receiveTakeover: !clientForgets,
  });
  return { header: formatExtensions([{ name: PERMESSAGE_DEFLATE, parameters }]), agreement };
}

/** One object for all connections that agreed alike under the same options: there are few such, and many connections. */
function shared(
  ours: ResolvedCompression,
  negotiated: Omit<DeflateAgreement, keyof ReturnType<typeof localOptions>>,
): DeflateAgreement {
  let known = agreements.get(ours);
  if (known === undefined) {
    known = new Map();
    agreements.set(ours, known);
  }
  const key = Object.values(negotiated).join();
  let agreement = known.get(key);
  if (agreement === undefined) {
    agreement = { ...localOptions(ours), ...negotiated };
    known.set(key, agreement);
  }
  return agreement;
}

const agreements = new WeakMap<ResolvedCompression, Map<string, DeflateAgreement>>();

/** Where an answer goes beyond our offer. RFC 7692, 7.1: "the client does not support the configuration" fails. */
function checkLimits(answer: DeflateParameters, ours: ResolvedCompression): string | undefined {
  if (ours.serverNoContextTakeover && !answer.serverNoContextTakeover) {
    return "server_no_context_takeover was demanded and is missing (serverNoContextTakeover)";
  }
  // RFC 7692, 7.1.2.1: the server accepts "by including the "server_max_window_bits" … with the same or smaller value"
  const serverBits = answer.serverMaxWindowBits ?? 15;
  if (serverBits > ours.serverMaxWindowBits) {
    return `server_max_window_bits is ${serverBits}, but at most ${ours.serverMaxWindowBits} was demanded (serverMaxWindowBits)`;
  }
  const clientBits = answer.clientMaxWindowBits;
  if (typeof clientBits === "number" && clientBits > ours.clientMaxWindowBits) {
    return `client_max_window_bits is ${clientBits}, but at most ${ours.clientMaxWindowBits} was offered (clientMaxWindowBits)`;
  }
  return undefined;
}

function localOptions({ threshold, level, memory }: ResolvedCompression) {
  return { threshold, level, memory };
}

function flag(name: string, set: boolean): ExtensionParameter[] {
  return set ? [{ name, value: true }] : [];
}

function windowBits(name: string, bits: number): ExtensionParameter {
  return { name, value: String(bits) };
}
