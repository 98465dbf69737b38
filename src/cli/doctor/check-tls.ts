/** The TLS step: the handshake, and all that is wrong with the certificate, not only the first thing. */

import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import type { ConnectionOptions, DetailedPeerCertificate, TLSSocket } from "node:tls";
import { checkServerIdentity, connect } from "node:tls";
import type { TlsOptions } from "../../client/index.ts";
import type { CaseOptions } from "./case.ts";
import { beforeDeadline, LATE } from "./deadline.ts";
import type { KnowledgeId } from "./knowledge.ts";
import { finding } from "./knowledge.ts";
import type { Checked, Finding } from "./step.ts";

/** How to begin TLS: the options, and whose certificate it has to be. */
export interface TlsCase extends Pick<CaseOptions, "timeout" | "signal" | "world"> {
  readonly tls: TlsOptions;
  readonly host: string;
}

/** Begins TLS on the stream. A certificate that fails ends it, unless the options take any (`--insecure`): then it is a warning. */
export async function checkTls(stream: Duplex, given: TlsCase): Promise<Checked<TLSSocket>> {
  const takesAny = given.tls.rejectUnauthorized === false;
  const secured = connect(tlsOptions(stream, given));
  secured.on("error", () => {});
  try {
    const outcome = await beforeDeadline(secureOf(secured), given);
    if (outcome === LATE) return failed(secured, "tls-no-answer", `no answer within ${given.timeout} ms`);
  } catch (error) {
    secured.destroy();
    stream.destroy();
    given.signal?.throwIfAborted();
    const { code = "", message, reason } = error as NodeJS.ErrnoException & { reason?: string };
    return failed(secured, idOfError(code), `${reason ?? message}${code === "" ? "" : ` (${code})`}`);
  }
  const found = certificateFindings(secured, given);
  const findings = takesAny ? found.map((one) => ({ ...one, severity: "warning" as const })) : found;
  const isBad = findings.some(({ severity }) => severity === "failed");
  const { summary, details } = describe(secured, given);
  if (isBad) secured.destroy();
  return { summary, details: details ?? {}, findings, value: isBad ? undefined : secured };
}

/** The options of a TLS connection on this stream. Nothing is refused here: the certificate is judged afterwards. */
function tlsOptions(stream: Duplex, { tls, host }: TlsCase): ConnectionOptions {
  // Mutable arrays, as Node has its types.
  const own = { ...tls } as ConnectionOptions;
  const servername = tls.servername ?? (isIP(host) ? undefined : host);
  return {
    ...own,
    socket: stream,
    ...(servername !== undefined && { servername }),
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    ALPNProtocols: ["http/1.1"],
  };
}

function secureOf(secured: TLSSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    secured.once("secureConnect", resolve);
    secured.once("error", reject);
    secured.once("close", () => reject(new Error("the connection ended in the TLS handshake")));
  });
}

function failed(secured: TLSSocket, id: KnowledgeId, seen: string): Checked<never> {
  secured.destroy();
  return { summary: seen, details: { error: seen }, findings: [finding(id, seen)] };
}

/** OpenSSL's reasons, in both of its spellings. */
function idOfError(code: string): KnowledgeId {
  if (/NO_APPLICATION_PROTOCOL/.test(code)) return "tls-http2-only";
  if (/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS_AVAILABLE|VERSION_TOO_LOW/.test(code))
    return "tls-old-version";
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|RECORD_LAYER_FAILURE|UNEXPECTED_MESSAGE|HTTP_REQUEST/.test(code)) {
    return "tls-not-spoken";
  }
  if (CLIENT_CERTIFICATE.test(code)) return "tls-client-certificate";
  if (code === "" || code === "ECONNRESET" || code === "EPIPE") return "tls-no-answer";
  return "tls-failed";
}

/** Alerts about the client's certificate. With TLS 1.3 they come after the handshake, in place of the HTTP answer. */
export const CLIENT_CERTIFICATE =
  /ALERT_(CERTIFICATE_(REQUIRED|REVOKED|EXPIRED|UNKNOWN)|(BAD|UNSUPPORTED)_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/;

function certificateFindings(secured: TLSSocket, { tls, host, world }: TlsCase): Finding[] {
  const certificate = secured.getPeerCertificate(true);
  const name = tls.servername ?? host;
  const found = new Map<string, Finding>();
  const add = (id: KnowledgeId, seen: string) => found.set(id, found.get(id) ?? finding(id, seen));
  const begin = Date.parse(certificate.valid_from);
  const end = Date.parse(certificate.valid_to);
  const now = world.now();
  if (end < now) add("tls-expired", `it ended on ${toDay(end)}, ${inDays(now - end)} ago`);
  else if (begin > now)
    add("tls-not-yet-valid", `it begins on ${toDay(begin)}; this machine's clock says ${toDay(now)}`);
  else if (end - now < 14 * DAY) add("tls-expires-soon", `it ends on ${toDay(end)}, in ${inDays(end - now)}`);
  const code = secured.authorized ? "" : String(secured.authorizationError);
  const id = code === "" ? undefined : idOfChain(code, certificate);
  if (id !== undefined) add(id, `${code}: ${whoSigned(certificate)}`);
  const mismatch = (tls.checkServerIdentity ?? checkServerIdentity)(name, certificate);
  if (mismatch !== undefined) add("tls-wrong-name", `it is for ${namesOf(certificate)}, not for ${name}`);
  return [...found.values()];
}

/** The codes of X509_verify_cert(3). */
function idOfChain(code: string, certificate: DetailedPeerCertificate): KnowledgeId | undefined {
  switch (code) {
    case "CERT_HAS_EXPIRED":
      return "tls-expired";
    case "CERT_NOT_YET_VALID":
      return "tls-not-yet-valid";
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
      return "tls-self-signed";
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
      // Authorities that the world knows say where their own certificate is to be had; private ones hardly ever do.
      return hasIssuerAddress(certificate) && isAlone(certificate) ? "tls-incomplete-chain" : "tls-unknown-authority";
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "CERT_UNTRUSTED":
      return "tls-unknown-authority";
    default:
      return "tls-invalid";
  }
}

function hasIssuerAddress({ infoAccess }: DetailedPeerCertificate): boolean {
  return Object.keys(infoAccess ?? {}).some((name) => name.startsWith("CA Issuers"));
}

/** Whether the server has sent its own certificate and no other. */
function isAlone({ issuerCertificate, fingerprint256 }: DetailedPeerCertificate): boolean {
  return issuerCertificate === undefined || issuerCertificate.fingerprint256 === fingerprint256;
}

function whoSigned({ subject, issuer }: DetailedPeerCertificate): string {
  return `${nameIn(subject)} was signed by ${nameIn(issuer)}`;
}

function nameIn(name: DetailedPeerCertificate["subject"] | undefined): string {
  return [name?.CN, name?.O].flat().find((one) => one !== undefined) ?? "a certificate without a name";
}

function namesOf({ subjectaltname, subject }: DetailedPeerCertificate): string {
  return subjectaltname?.replace(/\b(?:DNS|IP Address):/g, "") ?? nameIn(subject);
}

function describe(secured: TLSSocket, { world }: TlsCase): Pick<Checked, "summary" | "details"> & { summary: string } {
  const certificate = secured.getPeerCertificate(true);
  const protocol = secured.getProtocol() ?? "TLS";
  const { name: cipher } = secured.getCipher();
  const days = Math.floor((Date.parse(certificate.valid_to) - world.now()) / DAY);
  const left = days < 0 ? `its certificate ended ${-days} days ago` : `certificate for ${days} more days`;
  return {
    summary: `${protocol}, ${left}, from ${nameIn(certificate.issuer)}`,
    details: {
      protocol,
      cipher,
      subject: nameIn(certificate.subject),
      issuer: nameIn(certificate.issuer),
      names: namesOf(certificate),
      validFrom: toDay(Date.parse(certificate.valid_from)),
      validTo: toDay(Date.parse(certificate.valid_to)),
      daysLeft: days,
      isTrusted: secured.authorized,
    },
  };
}

const DAY = 86_400_000;

function toDay(time: number): string {
  return Number.isNaN(time) ? "an unknown day" : new Date(time).toISOString().slice(0, 10);
}

function inDays(milliseconds: number): string {
  const days = Math.floor(milliseconds / DAY);
  return days === 1 ? "1 day" : `${days} days`;
}
