/** The negotiation of permessage-deflate: a row for each rule and each example of RFC 7692, 7.1. */
import { describe, expect, it } from "vitest";
import { answerDeflate, checkDeflateAnswer, offerDeflate } from "../../../src/protocol/deflate/agreement.ts";
import type { CompressionOptions, ResolvedCompression } from "../../../src/protocol/deflate/compression-options.ts";
import { resolveCompression } from "../../../src/protocol/deflate/compression-options.ts";
import { readExtensions } from "../../../src/protocol/deflate/extension-header.ts";

/** Nothing asked for: what RFC 7692 does by itself. */
const PLAIN = { serverNoContextTakeover: false, clientNoContextTakeover: false };
const resolve = (options: CompressionOptions) => resolveCompression(options) as ResolvedCompression;

function extensions(header: string) {
  const read = readExtensions(header);
  if ("reason" in read) throw new Error(read.reason);
  return read.extensions;
}

/** The parameters of the answer, after the name; `null` when every offer is declined. */
function answer(offers: string, options: CompressionOptions = {}): string | null {
  const result = answerDeflate(extensions(offers), resolve({ ...PLAIN, ...options }));
  return result?.header.replace(/^permessage-deflate(; )?/, "") ?? null;
}

function check(options: CompressionOptions, header: string): object {
  const [{ parameters }] = extensions(header);
  const result = checkDeflateAnswer(resolve({ ...PLAIN, ...options }), parameters);
  return result.type === "fail" ? { reason: result.reason } : result.agreement;
}

describe("offerDeflate", () => {
  it.each<[CompressionOptions, string]>([
    [PLAIN, "client_max_window_bits"],
    [{}, "server_no_context_takeover; client_no_context_takeover; client_max_window_bits"],
    [{ ...PLAIN, clientNoContextTakeover: true }, "client_no_context_takeover; client_max_window_bits"],
    [{ ...PLAIN, serverMaxWindowBits: 10 }, "server_max_window_bits=10; client_max_window_bits"],
    [{ ...PLAIN, clientMaxWindowBits: 9 }, "client_max_window_bits=9"],
  ])("%j", (options, parameters) => {
    expect(offerDeflate(resolve(options))).toBe(`permessage-deflate; ${parameters}`);
  });
});

describe("answerDeflate accepts an offer (RFC 7692, 7.1)", () => {
  it.each<[rule: string, offer: string, options: CompressionOptions, parameters: string]>([
    // The examples
    ["7.1.3: the simplest", "permessage-deflate", {}, ""],
    [
      "7.1.3: with both windows",
      "permessage-deflate; client_max_window_bits; server_max_window_bits=10",
      {},
      "server_max_window_bits=10",
    ],
    [
      "7.1.3: the first of two",
      "permessage-deflate; client_max_window_bits; server_max_window_bits=10, permessage-deflate; client_max_window_bits",
      {},
      "server_max_window_bits=10",
    ],
    [
      "7.1.1.1: asked for no takeover",
      "permessage-deflate; server_no_context_takeover",
      {},
      "server_no_context_takeover",
    ],
    ["7.1.2.1: asked for a window", "permessage-deflate; server_max_window_bits=10", {}, "server_max_window_bits=10"],
    ["7.1.2.2: hinted at a window", "permessage-deflate; client_max_window_bits", {}, ""],
    ["7.1.2.2: hinted with a value", "permessage-deflate; client_max_window_bits=10", {}, "client_max_window_bits=10"],
    // The server's own wishes
    [
      "7.1.1.1: may add it unasked",
      "permessage-deflate",
      { serverNoContextTakeover: true },
      "server_no_context_takeover",
    ],
    [
      "7.1.1.2: may add it unasked",
      "permessage-deflate",
      { clientNoContextTakeover: true },
      "client_no_context_takeover",
    ],
    ["7.1.1.2: repeats the hint", "permessage-deflate; client_no_context_takeover", {}, "client_no_context_takeover"],
    ["7.1.2.1: may add it unasked", "permessage-deflate", { serverMaxWindowBits: 9 }, "server_max_window_bits=9"],
    [
      "7.1.2.1: may go below",
      "permessage-deflate; server_max_window_bits=12",
      { serverMaxWindowBits: 9 },
      "server_max_window_bits=9",
    ],
    [
      "7.1.2.1: never above",
      "permessage-deflate; server_max_window_bits=9",
      { serverMaxWindowBits: 12 },
      "server_max_window_bits=9",
    ],
    ["7.1.2.1: names 15 when asked", "permessage-deflate; server_max_window_bits=15", {}, "server_max_window_bits=15"],
    [
      "7.1.2.2: limits a client that can be",
      "permessage-deflate; client_max_window_bits",
      { clientMaxWindowBits: 11 },
      "client_max_window_bits=11",
    ],
    [
      "7.1.2.2: below the hint",
      "permessage-deflate; client_max_window_bits=12",
      { clientMaxWindowBits: 11 },
      "client_max_window_bits=11",
    ],
    [
      "7.1.2.2: the hint is smaller",
      "permessage-deflate; client_max_window_bits=10",
      { clientMaxWindowBits: 11 },
      "client_max_window_bits=10",
    ],
    [
      "7.1.2: a window of 8",
      "permessage-deflate; server_max_window_bits=8; client_max_window_bits=8",
      {},
      "server_max_window_bits=8; client_max_window_bits=8",
    ],
    [
      "5.1: quoted values",
      'permessage-deflate; server_max_window_bits="10"; client_max_window_bits="11"',
      {},
      "server_max_window_bits=10; client_max_window_bits=11",
    ],
    [
      "all four",
      "permessage-deflate; client_max_window_bits=9; client_no_context_takeover; server_max_window_bits=8; server_no_context_takeover",
      {},
      "server_no_context_takeover; client_no_context_takeover; server_max_window_bits=8; client_max_window_bits=9",
    ],
    // Fallbacks: 7.1.3 "the server … can accept one of them"
    ["5: foreign extensions are passed over", "foo; bar, permessage-deflate", {}, ""],
    [
      "5: the fallback after an unknown parameter",
      "permessage-deflate; foo=1, permessage-deflate; server_max_window_bits=10",
      {},
      "server_max_window_bits=10",
    ],
    ["5: the fallback after a bad value", "permessage-deflate; server_max_window_bits=16, permessage-deflate", {}, ""],
    [
      "5: the fallback that can be limited",
      "permessage-deflate, permessage-deflate; client_max_window_bits",
      { clientMaxWindowBits: 9 },
      "client_max_window_bits=9",
    ],
  ])("%s: %s", (_, offer, options, parameters) => {
    expect(answer(offer, options)).toBe(parameters);
  });
});

describe("answerDeflate declines an offer (RFC 7692, 7.1)", () => {
  it.each([
    ["not defined for use in an offer", "permessage-deflate; foo"],
    ["not defined for use in an offer", "permessage-deflate; __proto__=1"],
    ["case counts", "permessage-deflate; Server_No_Context_Takeover"],
    ["invalid value: takeover has none", "permessage-deflate; server_no_context_takeover=true"],
    ["invalid value: takeover has none", "permessage-deflate; client_no_context_takeover=1"],
    ["invalid value: needs one", "permessage-deflate; server_max_window_bits"],
    ["7.1.2: too small", "permessage-deflate; server_max_window_bits=7"],
    ["7.1.2: too big", "permessage-deflate; server_max_window_bits=16"],
    ["7.1.2: leading zero", "permessage-deflate; server_max_window_bits=08"],
    ["7.1.2: leading zero", "permessage-deflate; client_max_window_bits=010"],
    ["7.1.2: sign", "permessage-deflate; server_max_window_bits=+9"],
    ["7.1.2: fraction", "permessage-deflate; server_max_window_bits=9.0"],
    ["7.1.2: exponent", "permessage-deflate; server_max_window_bits=1e1"],
    ["7.1.2: hexadecimal", "permessage-deflate; client_max_window_bits=0xA"],
    ["7.1.2: no number", "permessage-deflate; client_max_window_bits=x"],
    ["the same name twice", "permessage-deflate; server_no_context_takeover; server_no_context_takeover"],
    ["the same name twice", "permessage-deflate; client_no_context_takeover; client_no_context_takeover"],
    ["the same name twice", "permessage-deflate; server_max_window_bits=10; server_max_window_bits=10"],
    ["the same name twice", "permessage-deflate; client_max_window_bits; client_max_window_bits=10"],
    ["another extension", "x-webkit-deflate-frame"],
    ["another case (RFC 6455, 9.1: a token, not said to be case-insensitive)", "Permessage-Deflate"],
  ])("%s: %s", (_, offer) => {
    expect(answer(offer)).toBeNull();
  });

  it("declines a client that cannot be told our limit (7.1.2.2)", () => {
    expect(answer("permessage-deflate", { clientMaxWindowBits: 14 })).toBeNull();
    expect(answer("permessage-deflate", { clientMaxWindowBits: 15 })).toBe("");
  });
});

describe("checkDeflateAnswer (RFC 7692, 7.1)", () => {
  it.each<[rule: string, options: CompressionOptions, header: string, agreed: object]>([
    ["nothing said", {}, "", { sendWindowBits: 15, receiveWindowBits: 15, sendTakeover: true, receiveTakeover: true }],
    ["7.1.1.1: unasked", {}, "; server_no_context_takeover", { receiveTakeover: false, sendTakeover: true }],
    ["7.1.1.2: unasked", {}, "; client_no_context_takeover", { receiveTakeover: true, sendTakeover: false }],
    ["7.1.1.2: our hint holds without an answer", { clientNoContextTakeover: true }, "", { sendTakeover: false }],
    ["7.1.2.1: unasked", {}, "; server_max_window_bits=8", { receiveWindowBits: 8, sendWindowBits: 15 }],
    [
      "7.1.2.1: smaller than asked",
      { serverMaxWindowBits: 12 },
      "; server_max_window_bits=9",
      { receiveWindowBits: 9 },
    ],
    ["7.1.2.2: after our hint", {}, "; client_max_window_bits=8", { sendWindowBits: 8 }],
    ["7.1.2.2: our value holds without an answer", { clientMaxWindowBits: 10 }, "", { sendWindowBits: 10 }],
    ["7.1.2.2: smaller than ours", { clientMaxWindowBits: 10 }, '; client_max_window_bits="9"', { sendWindowBits: 9 }],
    ["our own options go along", { level: 9, memory: 5, threshold: 7 }, "", { level: 9, memory: 5, threshold: 7 }],
  ])("agrees: %s", (_, options, header, agreed) => {
    expect(check(options, `permessage-deflate${header}`)).toMatchObject(agreed);
  });

  it.each<[rule: string, options: CompressionOptions, header: string, reason: RegExp]>([
    ["not defined for use in a response", {}, "; foo", /unknown/],
    ["invalid value", {}, "; server_no_context_takeover=1", /has a value/],
    ["invalid value", {}, "; server_max_window_bits", /not a number/],
    ["invalid value", {}, "; server_max_window_bits=07", /not a number/],
    ["7.1.2.2: needs a value in a response", {}, "; client_max_window_bits", /not a number/],
    ["the same name twice", {}, "; server_no_context_takeover; server_no_context_takeover", /twice/],
    ["7.1.1.1: demanded and missing", { serverNoContextTakeover: true }, "", /demanded and is missing/],
    ["7.1.2.1: demanded and missing", { serverMaxWindowBits: 10 }, "", /at most 10 was demanded/],
    [
      "7.1.2.1: bigger than demanded",
      { serverMaxWindowBits: 10 },
      "; server_max_window_bits=11",
      /is 11, but at most 10/,
    ],
    [
      "7.1.2.2: bigger than offered",
      { clientMaxWindowBits: 10 },
      "; client_max_window_bits=11",
      /is 11, but at most 10/,
    ],
  ])("fails: %s", (_, options, header, reason) => {
    expect(check(options, `permessage-deflate${header}`)).toEqual({ reason: expect.stringMatching(reason) });
  });
});
