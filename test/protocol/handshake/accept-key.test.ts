/** SHA-1, base64 and the key of the handshake, compared with node:crypto. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { acceptKey, isKey, toKey } from "../../../src/protocol/handshake/accept-key.ts";
import { sha1 } from "../../../src/protocol/handshake/sha1.ts";
import { SAMPLE_NONCE } from "./samples.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

describe("sha1", () => {
  it.each([
    ["", "da39a3ee5e6b4b0d3255bfef95601890afd80709"],
    ["abc", "a9993e364706816aba3e25717850c26c9cd0d89d"], // FIPS 180, one block
    ["abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "84983e441c3bd26ebaae4aa1f95129e5e54670f1"], // two blocks
    ["a".repeat(1_000_000), "34aa973cd4c4daa4f61eeb2bdbad27316534016f"],
  ])("hashes the vectors of FIPS 180", (message, digest) => {
    expect(hex(sha1(new TextEncoder().encode(message)))).toBe(digest);
  });

  it("agrees with node:crypto at every length around the block borders", () => {
    for (let length = 0; length <= 200; length++) {
      const message = Uint8Array.from({ length }, (_, i) => (i * 167 + length) & 0xff);
      expect(hex(sha1(message))).toBe(createHash("sha1").update(message).digest("hex"));
    }
  });

  it("agrees with node:crypto on any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (message) => {
        expect(hex(sha1(message))).toBe(createHash("sha1").update(message).digest("hex"));
      }),
    );
  });
});

describe("acceptKey", () => {
  it("answers the example of RFC 6455, 1.3 and 4.2.2", () => {
    expect(acceptKey("dGhlIHNhbXBsZSBub25jZQ==")).toBe("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  });

  it("agrees with node:crypto on any nonce, whose key is Node's base64", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (nonce) => {
        const key = Buffer.from(nonce).toString("base64");
        const hash = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
        expect(toKey(nonce)).toBe(key);
        expect(isKey(key)).toBe(true);
        expect(acceptKey(key)).toBe(hash.digest("base64"));
      }),
    );
  });
});

describe("toKey", () => {
  it("encodes the nonce of the example in RFC 6455, 1.3", () => {
    expect(toKey(SAMPLE_NONCE)).toBe("dGhlIHNhbXBsZSBub25jZQ==");
  });

  it("pads every length as Node does", () => {
    for (let length = 0; length < 30; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => 255 - i * 7);
      expect(toKey(bytes)).toBe(Buffer.from(bytes).toString("base64"));
    }
  });
});

describe("isKey", () => {
  it.each([
    ["dGhlIHNhbXBsZSBub25jZQ==", true],
    ["AQIDBAUGBwgJCgsMDQ4PEC==", true], // RFC 6455, 4.1, 7: with bits set that decode to nothing
    ["", false],
    ["dGhlIHNhbXBsZSBub25jZQ=", false],
    ["dGhlIHNhbXBsZSBub25jZQ", false],
    ["dGhlIHNhbXBsZSBub25jZ===", false],
    ["dGhlIHNhbXBsZSBub25jZQAA", false], // 18 bytes
    ["dGhlIHNhbXBsZSBub24=", false], // 14 bytes
    ["dGhlIHNhbXBsZSBub25j-_==", false], // base64url
    ["dGhlIHNhbXBs ZSBub25jZQ==", false],
    ["dGhlIHNhbXBsZSBub25jZQ==\n", false],
    ["dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ==", false], // two fields, joined
  ])("%j: %s", (key, valid) => {
    expect(isKey(key)).toBe(valid);
  });
});
