/** A request and a response that are right in every point (RFC 6455, 1.3), for tests that spoil one point at a time. */
import type { UpgradeResponse } from "../../../src/protocol/handshake/answer.ts";
import type { HeaderFields } from "../../../src/protocol/handshake/headers.ts";
import { HeaderList } from "../../../src/protocol/handshake/headers.ts";
import type { UpgradeRequest } from "../../../src/protocol/handshake/server.ts";

/** Fields to change: a string replaces, an array gives several fields, `null` removes. Names in lower case. */
export type Changes = Readonly<Record<string, string | readonly string[] | null>>;

/** The sample request of RFC 6455, 1.3, changed. */
export function httpRequest(changes: Changes = {}, rest: Partial<UpgradeRequest> = {}) {
  const headers = change(REQUEST, changes);
  return { method: "GET", httpVersion: "1.1", target: "/chat", ...rest, headers };
}

/** The sample request of RFC 8441, 5.1, changed. */
export function http2Request(changes: Changes = {}, rest: Partial<UpgradeRequest> = {}): UpgradeRequest {
  const headers = change(HTTP2_REQUEST, changes);
  return { method: "CONNECT", httpVersion: "2.0", protocol: "websocket", target: "/chat", ...rest, headers };
}

/** The sample response of RFC 6455, 1.3, changed. */
export function httpResponse(changes: Changes = {}, status = 101): UpgradeResponse {
  return { status, headers: change(RESPONSE, changes) };
}

/** The bytes of the nonce "the sample nonce". */
export const SAMPLE_NONCE = new TextEncoder().encode("the sample nonce");

function change(base: Readonly<Record<string, string>>, changes: Changes): HeaderList {
  const fields: HeaderFields = Object.entries({ ...base, ...changes }).flatMap(([name, value]) =>
    (value === null ? [] : [value].flat()).map((one) => [name, one] as const),
  );
  return new HeaderList(fields);
}

const REQUEST = {
  host: "server.example.com",
  upgrade: "websocket",
  connection: "Upgrade",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  origin: "http://example.com",
  "sec-websocket-protocol": "chat, superchat",
  "sec-websocket-version": "13",
};

const HTTP2_REQUEST = {
  "sec-websocket-protocol": "chat, superchat",
  "sec-websocket-extensions": "permessage-deflate",
  "sec-websocket-version": "13",
  origin: "http://www.example.com",
};

const RESPONSE = {
  upgrade: "websocket",
  connection: "Upgrade",
  "sec-websocket-accept": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
  "sec-websocket-protocol": "chat",
};
