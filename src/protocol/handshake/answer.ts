/** The client's check of the server's answer (RFC 6455, 4.1; RFC 8441, 5): open, or failed and why. */
import type { ErrorArgument, ErrorKind } from "../../errors.ts";
import {
  ANSWER_SUBPROTOCOL,
  ANSWER_WITHOUT_CONNECTION,
  ANSWER_WITHOUT_UPGRADE,
  BAD_DEFLATE_ANSWER,
  BAD_EXTENSION_LIST,
  EXTENSION_NOT_OFFERED,
  EXTENSION_TWICE,
  HandshakeError,
  UPGRADE_REFUSED,
  WRONG_ACCEPT,
} from "../../errors.ts";
import type { DeflateAgreement } from "../deflate/agreement.ts";
import { checkDeflateAnswer, PERMESSAGE_DEFLATE } from "../deflate/agreement.ts";
import { readExtensions } from "../deflate/extension-header.ts";
import { isToken, listHolds, trimSpace } from "../http-token.ts";
import { acceptKey } from "./accept-key.ts";
import type { SentUpgrade } from "./client.ts";
import type { HeaderSource } from "./headers.ts";
import { WEBSOCKET_KEYWORD } from "./version.ts";

/** What a client knows of a response. */
export interface UpgradeResponse {
  readonly status: number;
  readonly headers: HeaderSource;
}

/** The WebSocket is open. */
export interface Opened {
  readonly type: "open";
  /** The subprotocol in use, `""` if none. */
  readonly protocol: string;
  /** How messages are compressed, or `null` if they are not. */
  readonly deflate: DeflateAgreement | null;
}

/** The WebSocket is not open: RFC 6455, 7.1.7, _Fail the WebSocket Connection_. */
export interface FailedAnswer {
  readonly type: "fail";
  /** Its `status` is the response's. */
  readonly error: HandshakeError;
}

/** An interim response (103 Early Hints, say): the answer is still to come. */
export interface InterimAnswer {
  readonly type: "interim";
}

/**
 * Checks the response to a request that `createUpgrade` made.
 *
 * @example
 * const answer = checkResponse(sent, { status: 101, headers });
 * if (answer.type === "fail") throw answer.error;
 */
export function checkResponse(sent: SentUpgrade, response: UpgradeResponse): Opened | FailedAnswer | InterimAnswer {
  const { status, headers } = response;
  const opens = sent.http === 1 ? status === 101 : status >= 200 && status < 300;
  // RFC 9110, 15.2: "A client MUST be able to parse one or more 1xx responses received prior to a final response"
  if (!opens && status >= 100 && status < 200 && status !== 101) return { type: "interim" };
  // RFC 6455, 4.1, 1: "If the status code received from the server is not 101, the client handles the response per HTTP"
  if (!opens) return fail(status, UPGRADE_REFUSED, status, headers.get("sec-websocket-version") ?? "");
  return (
    (sent.http === 1 ? checkProof(sent.key, response) : undefined) ??
    checkProtocol(sent.protocols, response) ??
    checkExtensions(sent, response)
  );
}

function checkProof(key: string, { status, headers }: UpgradeResponse): FailedAnswer | undefined {
  // RFC 6455, 4.1, 2: "contains a value that is not an ASCII case-insensitive match for the value "websocket""
  const upgrade = trimSpace(headers.get("upgrade") ?? "");
  if (!isToken(upgrade) || upgrade.toLowerCase() !== WEBSOCKET_KEYWORD) {
    return fail(status, ANSWER_WITHOUT_UPGRADE, upgrade);
  }
  // 4.1, 3: "doesn't contain a token that is an ASCII case-insensitive match for the value "Upgrade""
  const connection = headers.get("connection") ?? "";
  if (!listHolds(connection, "upgrade")) return fail(status, ANSWER_WITHOUT_CONNECTION, connection);
  // 4.1, 4: "contains a value other than the base64-encoded SHA-1 … but ignoring any leading and trailing whitespace"
  const accept = trimSpace(headers.get("sec-websocket-accept") ?? "");
  const expected = acceptKey(key);
  return accept === expected ? undefined : fail(status, WRONG_ACCEPT, accept, expected);
}

/** RFC 6455, 4.1, 6: "the use of a subprotocol that was not present in the client's handshake" fails; so do two. */
function checkProtocol(offered: readonly string[], { status, headers }: UpgradeResponse): FailedAnswer | undefined {
  const header = headers.get("sec-websocket-protocol");
  if (header == null || offered.includes(trimSpace(header))) return undefined;
  return fail(status, ANSWER_SUBPROTOCOL, header, offered.join(", "));
}

function checkExtensions(sent: SentUpgrade, { status, headers }: UpgradeResponse): Opened | FailedAnswer {
  const protocol = trimSpace(headers.get("sec-websocket-protocol") ?? "");
  const header = headers.get("sec-websocket-extensions");
  if (header == null) return { type: "open", protocol, deflate: null };
  const read = readExtensions(header);
  if ("reason" in read) return fail(status, BAD_EXTENSION_LIST, header, read.reason);
  // RFC 6455, 4.1, 5: "an extension that was not present in the client's handshake"
  const foreign = read.extensions.find(({ name }) => sent.compression === null || name !== PERMESSAGE_DEFLATE);
  if (foreign !== undefined || sent.compression === null) {
    return fail(status, EXTENSION_NOT_OFFERED, foreign?.name ?? "");
  }
  // RFC 7692, 5: one offer is accepted by one element; a second one would use RSV1 twice.
  if (read.extensions.length > 1) return fail(status, EXTENSION_TWICE, PERMESSAGE_DEFLATE);
  const answer = checkDeflateAnswer(sent.compression, read.extensions[0].parameters);
  if (answer.type === "fail") return fail(status, BAD_DEFLATE_ANSWER, answer.reason);
  return { type: "open", protocol, deflate: answer.agreement };
}

/** The error with the status of the response, in place of the one that a server would send. */
function fail<Args extends readonly ErrorArgument[]>(
  status: number,
  kind: ErrorKind<Args>,
  ...args: Args
): FailedAnswer {
  return { type: "fail", error: new HandshakeError(kind.code, kind.sentence(...args), status) };
}
