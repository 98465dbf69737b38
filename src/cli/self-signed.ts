/** A certificate for the moment (X.509, RFC 5280), signed by itself: Node can use certificates, but make none. */

import { createPublicKey, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { isIP } from "node:net";

/** Certificate and private key, as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A certificate for these names and addresses, good for thirty days, and its key (P-256). */
export function selfSigned(hosts: readonly string[]): Certificate {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const publicKey = createPublicKey(privateKey).export({ type: "spki", format: "der" });
  const name = sequence(der(SET, sequence(COMMON_NAME, der(UTF8, Buffer.from("antiphon, for a moment")))));
  const names = [...new Set(hosts)].flatMap((host) => alternativeName(host) ?? []);
  const extensions = [
    sequence(SUBJECT_ALTERNATIVE_NAME, der(OCTETS, sequence(...names))),
    // cA, since it is its own authority: `--ca` takes it, too.
    sequence(
      BASIC_CONSTRAINTS,
      der(BOOLEAN, Buffer.from([0xff])),
      der(OCTETS, sequence(der(BOOLEAN, Buffer.from([0xff])))),
    ),
  ];
  const now = Date.now();
  const toBeSigned = sequence(
    der(VERSION, der(INTEGER, Buffer.from([2]))),
    // RFC 5280, 4.1.2.2: positive, and unique: random bytes without the highest bit.
    der(INTEGER, Buffer.concat([Buffer.from([0x40]), randomBytes(8)])),
    ECDSA_WITH_SHA256,
    name,
    sequence(time(now - HOUR), time(now + 30 * 24 * HOUR)),
    name,
    publicKey,
    der(EXTENSIONS, sequence(...extensions)),
  );
  const signature = sign("sha256", toBeSigned, privateKey);
  const certificate = sequence(toBeSigned, ECDSA_WITH_SHA256, der(BITS, Buffer.concat([Buffer.from([0]), signature])));
  return { cert: pem(certificate), key: privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
}

const HOUR = 3_600_000;

/** Tags of DER (X.690). */
const BOOLEAN = 0x01;
const INTEGER = 0x02;
const BITS = 0x03;
const OCTETS = 0x04;
const OBJECT = 0x06;
const UTF8 = 0x0c;
const UTC_TIME = 0x17;
const SEQUENCE = 0x30;
const SET = 0x31;
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;

const COMMON_NAME = der(OBJECT, Buffer.from("550403", "hex")); // 2.5.4.3
const SUBJECT_ALTERNATIVE_NAME = der(OBJECT, Buffer.from("551d11", "hex")); // 2.5.29.17
const BASIC_CONSTRAINTS = der(OBJECT, Buffer.from("551d13", "hex")); // 2.5.29.19
const ECDSA_WITH_SHA256 = sequence(der(OBJECT, Buffer.from("2a8648ce3d040302", "hex"))); // 1.2.840.10045.4.3.2

/** Tag, length, contents. */
function der(tag: number, contents: Uint8Array): Buffer {
  const { length } = contents;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), contents]);
}

function sequence(...parts: Uint8Array[]): Buffer {
  return der(SEQUENCE, Buffer.concat(parts));
}

/** `YYMMDDHHMMSSZ`: right until 2049 (RFC 5280, 4.1.2.5.1). */
function time(milliseconds: number): Buffer {
  const digits = new Date(milliseconds).toISOString().replace(/\D/g, "").slice(2, 14);
  return der(UTC_TIME, Buffer.from(`${digits}Z`));
}

/** As a name or an address; nothing for an address that stands for all of them. */
function alternativeName(host: string): Buffer | undefined {
  if (isIP(host) === 4) return der(IP_ADDRESS, Buffer.from(host.split(".").map(Number)));
  if (isIP(host) === 6) return host === "::1" ? der(IP_ADDRESS, Buffer.from([...Array(15).fill(0), 1])) : undefined;
  return der(DNS_NAME, Buffer.from(host, "latin1"));
}

function pem(certificate: Buffer): string {
  const lines = certificate.toString("base64").replace(/.{64}(?!$)/g, "$&\n");
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
