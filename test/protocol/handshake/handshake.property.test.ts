/** Both ends against each other, and each against anything. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as errors from "../../../src/errors.ts";
import type { DeflateAgreement } from "../../../src/protocol/deflate/agreement.ts";
import { answerDeflate } from "../../../src/protocol/deflate/agreement.ts";
import type { ResolvedCompression } from "../../../src/protocol/deflate/compression-options.ts";
import { resolveCompression } from "../../../src/protocol/deflate/compression-options.ts";
import { readExtensions } from "../../../src/protocol/deflate/extension-header.ts";
import { acceptUpgrade } from "../../../src/protocol/handshake/accept.ts";
import { checkResponse } from "../../../src/protocol/handshake/answer.ts";
import { createUpgrade } from "../../../src/protocol/handshake/client.ts";
import type { HeaderSource } from "../../../src/protocol/handshake/headers.ts";
import { HeaderList } from "../../../src/protocol/handshake/headers.ts";
import { HeadParser, parseRequestHead, parseResponseHead } from "../../../src/protocol/handshake/http-head.ts";
import { toOwnFields } from "../../../src/protocol/handshake/own-headers.ts";
import { readUpgrade } from "../../../src/protocol/handshake/server.ts";
import { chooseProtocol } from "../../../src/protocol/handshake/subprotocol.ts";
import { encodeRequestHead, encodeResponseHead } from "../../../src/protocol/handshake/write-head.ts";
import { isToken } from "../../../src/protocol/http-token.ts";

const LIMITS = { headBytes: 16_384, headers: 100 };
const CODES = new Set(Object.values(errors).flatMap((kind) => ("code" in kind ? [kind.code] : [])));
const latin1 = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"));
const toText = (data: Uint8Array) => Buffer.from(data).toString("latin1");

const token = fc.string({ unit: fc.constantFrom(..."abcXYZ019-._~!#$%&'*+^`|"), minLength: 1, maxLength: 8 });
const bits = fc.integer({ min: 8, max: 15 });
const compression = fc.option(
  fc
    .record({
      serverNoContextTakeover: fc.boolean(),
      clientNoContextTakeover: fc.boolean(),
      serverMaxWindowBits: bits,
      clientMaxWindowBits: bits,
      level: fc.integer({ min: 0, max: 9 }),
    })
    .map((options) => resolveCompression(options)),
);
const ownHeaders = fc.array(
  fc.tuple(
    token.filter((name) => !/^(te|trailer|sec-websocket-.*)$/i.test(name)).map((name) => `x-${name}`),
    fc.string({ unit: fc.constantFrom(...'ab \t,;"\\\u00e9\u00ff'), maxLength: 8 }).map((value) => `<${value}>`),
  ),
  { maxLength: 4 },
);
const options = fc.record({
  http: fc.constantFrom(1 as const, 2 as const),
  authority: fc.constantFrom("localhost", "example.com:8080", "[::1]:80"),
  target: fc.constantFrom("/", "/chat?room=1", "/a/b%20c"),
  protocols: fc.uniqueArray(token, { maxLength: 4 }),
  supported: fc.uniqueArray(token, { maxLength: 4 }),
  ours: compression,
  theirs: compression,
  headers: ownHeaders,
  nonce: fc.uint8Array({ minLength: 16, maxLength: 16 }),
});

describe("two ends", () => {
  it("open whatever createUpgrade makes and acceptUpgrade answers, and agree on it", () => {
    fc.assert(
      fc.property(options, ({ supported, ours, theirs, headers, ...wanted }) => {
        const base = { ...wanted, headers, compression: ours, scheme: "https" as const };
        const sent = createUpgrade(base);
        const received = sent.http === 1 ? overHttp1(encodeRequestHead(sent)) : new HeaderList(sent.headers);
        const upgrade = readUpgrade({
          method: sent.method,
          httpVersion: sent.http === 1 ? "1.1" : "2.0",
          protocol: sent.http === 1 ? undefined : "websocket",
          target: sent.target,
          headers: received,
        });
        if (upgrade.type === "refuse") throw upgrade.error;
        expect(upgrade.protocols).toEqual(wanted.protocols);

        const protocol = chooseProtocol(upgrade.protocols, [...supported, ...wanted.protocols.slice(1)]);
        const accepted = acceptUpgrade(upgrade, { protocol, headers, compression: theirs });
        const { status } = accepted.response;
        const response = status === 101 ? overHttp1Back(accepted.response) : new HeaderList(accepted.response.headers);
        const answer = checkResponse(sent, { status, headers: response });
        if (answer.type !== "open") throw new Error(JSON.stringify(answer));
        expect(answer.protocol).toBe(protocol);
        expectMirrored(answer.deflate, accepted.deflate, ours, theirs);
      }),
      { numRuns: 2000 },
    );
  });

  function overHttp1(head: Uint8Array): HeaderSource {
    const parsed = parseRequestHead(head, LIMITS);
    if (parsed?.type !== "head") throw new Error(toText(head));
    return parsed.headers;
  }

  function overHttp1Back(response: { status: number; headers: Iterable<readonly [string, string]> }): HeaderSource {
    const parsed = parseResponseHead(encodeResponseHead(response), LIMITS);
    if (parsed?.type !== "head") throw new Error("no head");
    return parsed.headers;
  }

  function expectMirrored(
    client: DeflateAgreement | null,
    server: DeflateAgreement | null,
    ours: ResolvedCompression | null,
    theirs: ResolvedCompression | null,
  ): void {
    if (client === null || server === null || ours === null || theirs === null) {
      expect([client, server]).toEqual([null, null]);
      expect(ours && theirs).toBeNull();
      return;
    }
    expect(client.sendWindowBits).toBe(server.receiveWindowBits);
    expect(client.receiveWindowBits).toBe(server.sendWindowBits);
    expect(client.sendTakeover).toBe(server.receiveTakeover);
    expect(client.receiveTakeover).toBe(server.sendTakeover);
    for (const { clientMaxWindowBits, serverMaxWindowBits } of [ours, theirs]) {
      expect(client.sendWindowBits).toBeLessThanOrEqual(clientMaxWindowBits);
      expect(server.sendWindowBits).toBeLessThanOrEqual(serverMaxWindowBits);
    }
    expect([client.level, server.level]).toEqual([ours.level, theirs.level]);
  }
});

/** Text that is often nearly right. */
const word = fc.constantFrom(
  "websocket",
  "Upgrade",
  "13",
  "permessage-deflate",
  "server_max_window_bits",
  "client_max_window_bits",
  "client_no_context_takeover",
  "dGhlIHNhbXBsZSBub25jZQ==",
  "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
  "8",
  "15",
  ...'=;," \\\t',
);
const value = fc.oneof(
  fc.array(word, { maxLength: 8 }).map((words) => words.join("")),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.string({ unit: "grapheme", maxLength: 10 }),
);
const names = ["host", "upgrade", "connection", "content-length", "transfer-encoding"].concat(
  ["key", "version", "protocol", "extensions", "accept"].map((name) => `sec-websocket-${name}`),
);
const source = fc
  .array(fc.tuple(fc.constantFrom(...names), fc.oneof(value, fc.constantFrom(null, undefined))))
  .map((fields): HeaderSource => {
    const right = new Map<string, string | null | undefined>([
      ["host", "a"],
      ["upgrade", "websocket"],
      ["connection", "Upgrade"],
      ["sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="],
      ["sec-websocket-version", "13"],
      ["sec-websocket-accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="],
    ]);
    for (const [name, one] of fields.slice(0, 3)) right.set(name, one);
    return right;
  });

describe("anything from the peer", () => {
  it("is an upgrade that can be accepted, or a refusal of the table", () => {
    const request = fc.record({
      method: fc.oneof(fc.constantFrom("GET", "CONNECT"), value),
      httpVersion: fc.oneof(fc.constantFrom("1.1", "2.0"), value),
      protocol: fc.option(fc.oneof(fc.constant("websocket"), value), { nil: undefined }),
      target: fc.option(fc.oneof(fc.constant("/"), value), { nil: undefined }),
      headers: source,
    });
    fc.assert(
      fc.property(request, compression, (received, ours) => {
        const upgrade = readUpgrade(received);
        if (upgrade.type === "refuse") {
          expect(CODES).toContain(upgrade.error.code);
          expect([400, 405, 426, 501]).toContain(upgrade.status);
          expect(upgrade.error.message).toMatch(/^[\x20-\x7e\u2026]*$/);
          encodeResponseHead({ status: upgrade.status, headers: upgrade.headers });
          return;
        }
        const [protocol = ""] = upgrade.protocols;
        const { response } = acceptUpgrade(upgrade, { protocol, compression: ours });
        encodeResponseHead(response);
      }),
      { numRuns: 5000 },
    );
  });

  it("is an open WebSocket, an interim response, or an error of the table", () => {
    const sent = fc.tuple(compression, fc.constantFrom(1 as const, 2 as const)).map(([ours, http]) => {
      const nonce = latin1("the sample nonce");
      const base = { http, scheme: "http" as const, authority: "a", target: "/", nonce, compression: ours };
      return createUpgrade({ ...base, protocols: ["websocket", "13"] });
    });
    const status = fc.oneof(fc.constantFrom(101, 200), fc.integer({ min: 0, max: 999 }));
    fc.assert(
      fc.property(sent, status, source, (request, code, headers) => {
        const answer = checkResponse(request, { status: code, headers });
        if (answer.type === "interim") expect(code).toBeLessThan(200);
        if (answer.type === "open") expect(["", ...request.protocols]).toContain(answer.protocol);
        if (answer.type !== "fail") return;
        expect(CODES).toContain(answer.error.code);
        expect(answer.error.status).toBe(code);
        expect(answer.error.message).toMatch(/^[\x20-\x7e\u2026]*$/);
      }),
      { numRuns: 5000 },
    );
  });

  it("as extensions is read or refused with a reason, and what is read holds tokens only", () => {
    fc.assert(
      fc.property(value, (header) => {
        const read = readExtensions(header);
        if ("reason" in read) return;
        for (const { name, parameters } of read.extensions) {
          expect(isToken(name)).toBe(true);
          for (const parameter of parameters) expect(parameter.value === true || isToken(parameter.value)).toBe(true);
        }
        const answer = answerDeflate(read.extensions, resolveCompression(true) as ResolvedCompression);
        if (answer) expect(readExtensions(answer.header)).toHaveProperty("extensions");
      }),
      { numRuns: 5000 },
    );
  });
});

/** Feeds pieces until there is a result, and gives what must not depend on how the bytes were split. */
function feed(role: "ofRequest" | "ofResponse", limits: typeof LIMITS, pieces: readonly Uint8Array[]): unknown {
  const parser: HeadParser<object> = HeadParser[role](limits);
  for (const [index, piece] of pieces.entries()) {
    const result = parser.push(piece);
    if (result === null) continue;
    if (result.type === "fail") return ["fail", result.error.code, result.error.message, result.error.status];
    const { headers, rest, ...start } = result;
    return [start, headers.fields, toText(Buffer.concat([rest, ...pieces.slice(index + 1)]))];
  }
  return null;
}

describe("any bytes of a head at any split", () => {
  const words = [
    "GET / HTTP/1.1\r\n",
    "HTTP/1.1 101 OK\r\n",
    "Host: a\r\n",
    "\r\n",
    "\r",
    "\n",
    " ",
    ":",
    "X: y",
    "\0",
  ];
  const piece = fc.oneof(fc.constantFrom(...words), fc.string({ unit: "binary", maxLength: 8 }));
  const bytes = fc.oneof(
    fc.array(piece, { maxLength: 12 }).map((pieces) => latin1(pieces.join(""))),
    fc.uint8Array({ maxLength: 80 }),
  );
  const limits = fc.record({ headBytes: fc.integer({ min: 1, max: 120 }), headers: fc.integer({ min: 0, max: 3 }) });

  it.each(["ofRequest", "ofResponse"] as const)("HeadParser.%s gives the same head or error of the table", (role) => {
    fc.assert(
      fc.property(bytes, limits, fc.array(fc.nat(80)), (data, limit, cuts) => {
        const whole = feed(role, limit, [data]);
        const borders = [0, ...cuts.filter((cut) => cut < data.length).sort((a, b) => a - b), data.length];
        const pieces = borders.slice(1).map((end, i) => data.subarray(borders[i], end));
        expect(feed(role, limit, pieces)).toEqual(whole);
        expect(
          feed(
            role,
            limit,
            Array.from(data, (byte) => Uint8Array.of(byte)),
          ),
        ).toEqual(whole);
        if (Array.isArray(whole) && whole[0] === "fail") expect(CODES).toContain(whole[1]);
      }),
      { numRuns: 3000 },
    );
  });
});

describe("anything from the caller", () => {
  const any = fc.string({ unit: "binary", maxLength: 8 });

  it("in a head never becomes a line of its own", () => {
    fc.assert(
      fc.property(any, fc.array(fc.tuple(any, any), { maxLength: 3 }), (text, headers) => {
        for (const encode of [
          () => encodeResponseHead({ status: 200, reason: text, headers }),
          () => encodeRequestHead({ method: "GET", target: `/${text}`, headers }),
          () => encodeRequestHead({ method: text, target: "/", headers }),
        ]) {
          const head = encodedOrUsageError(encode);
          if (head) expect(toText(head).split(/\r\n|\r|\n/)).toHaveLength(headers.length + 3);
        }
      }),
    );
  });

  it("as headers is safe, or a UsageError", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(any, any), { maxLength: 4 }), (headers) => {
        const fields = encodedOrUsageError(() => toOwnFields(headers)) ?? [];
        for (const [name, one] of fields) expect(`${name}: ${one}`).toMatch(/^[\t\x20-\x7e\x80-\xff]+$/);
      }),
    );
  });

  function encodedOrUsageError<T>(make: () => T): T | undefined {
    try {
      return make();
    } catch (error) {
      expect(error).toBeInstanceOf(errors.UsageError);
      return undefined;
    }
  }
});
