/** What is told of certificates and keys before Deno listens with them; that Node tells the same, the tests of its host show. */

import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { checkCertificate } from "../../../src/hosts/deno/certificate-check.ts";
import { CERT, KEY } from "../node/clients.ts";

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const pkcs8 = { type: "pkcs8", format: "pem" } as const;
const OTHER_KEY = privateKey.export(pkcs8);
const LOCKED_KEY = privateKey.export({ ...pkcs8, cipher: "aes-256-cbc", passphrase: "open" });
const NOT_PEM = "cert or key is not in PEM form (contents are wanted, not file names)";

describe("a certificate and a key", () => {
  test("that belong together are of use, as text and as bytes", () => {
    expect(() => checkCertificate({ cert: CERT, key: KEY })).not.toThrow();
    expect(() => checkCertificate({ cert: Buffer.from(CERT), key: Buffer.from(KEY) })).not.toThrow();
  });

  test("in a list are left to Deno", () => {
    expect(() => checkCertificate({ cert: [CERT], key: ["what is this"] })).not.toThrow();
  });

  test.each([
    ["a key of another certificate", { cert: CERT, key: OTHER_KEY }, "key does not belong to cert"],
    ["a file name for a certificate", { cert: "cert.pem", key: KEY }, NOT_PEM],
    ["a file name for a key", { cert: CERT, key: "key.pem" }, NOT_PEM],
    [
      "an encrypted key without its passphrase",
      { cert: CERT, key: LOCKED_KEY },
      "key is encrypted and passphrase is missing",
    ],
    [
      "a wrong passphrase",
      { cert: CERT, key: LOCKED_KEY, passphrase: "wrong" },
      "key cannot be decrypted with this passphrase",
    ],
  ])("tell of %s", (_what, tls, reason) => {
    expect(() => checkCertificate(tls)).toThrow(
      expect.objectContaining({ code: "TLS_INVALID", message: `tls cannot be used: ${reason}` }),
    );
  });
});
