/** Which piece of knowledge an answer belongs to: statuses, bodies and bytes, read as a person with experience reads them. */

import type { Target } from "./case.ts";
import { CLIENT_CERTIFICATE } from "./check-tls.ts";
import type { AnswerMarks, ProxyId } from "./knowledge/proxies.ts";
import { whoAnswered } from "./knowledge/proxies.ts";
import type { KnowledgeId } from "./knowledge.ts";
import type { HttpAnswer, NoAnswer } from "./read-answer.ts";

/** What an answer means. */
export interface Explanation {
  readonly id: KnowledgeId;
  /** What was seen, as a clause. */
  readonly seen: string;
  readonly proxy?: ProxyId | undefined;
}

/** An answer with a status other than 101. */
export function explainRefusal(answer: HttpAnswer, target: Target): Explanation {
  const { names, proxy } = whoAnswered(marksOf(answer));
  const by = names.length > 0 ? `, marks of ${names.join(" and ")}` : "";
  return { id: idOfRefusal(answer, target), seen: `${inBrief(answer)}${by}`, proxy };
}

/** `answered 403 Forbidden: "origin not allowed"`. */
export function inBrief({ status, reason, headers, body }: HttpAnswer): string {
  const location = status >= 300 && status < 400 ? headers.get("location") : undefined;
  const said = location !== undefined ? ` to ${location}` : quote(body);
  const later = headers.get("retry-after");
  return `answered ${`${status} ${reason}`.trim()}${said}${later === undefined ? "" : ` (Retry-After: ${later})`}`;
}

/** For machines. */
export function answerDetails(answer: HttpAnswer) {
  const { status, headers, body } = answer;
  return {
    status,
    headers: Object.fromEntries([...headers].map(([name]) => [name.toLowerCase(), headers.get(name)])),
    body: body.slice(0, 1000),
    marks: whoAnswered(marksOf(answer)).names,
  };
}

function marksOf({ headers, body }: HttpAnswer): AnswerMarks {
  return { header: (name) => (headers.get(name) ?? "").toLowerCase(), body };
}

/** The title of a page, or the first line of a text. */
function quote(body: string): string {
  // A chunked body begins with a length.
  const text = body.replace(/^[\da-f]{1,6}(;[^\r\n]*)?\r\n/i, "").trim();
  if (text === "") return "";
  const isPage = /^<(!doctype|html|head|\?xml)/i.test(text);
  if (!isPage) return `: "${text.split(/\r?\n/, 1)[0]!.slice(0, 150)}"`;
  const [, title] = /<title[^>]*>\s*([^<]*?)\s*</i.exec(text) ?? [];
  return title ? `: a page, "${title.slice(0, 100)}"` : ": a page of HTML";
}

function idOfRefusal({ status, headers, body }: HttpAnswer, { secure, authority }: Target): KnowledgeId {
  if (!secure && TLS_WORDS.test(body)) return "http-tls-port";
  if (/No required SSL certificate was sent/.test(body)) return "tls-client-certificate";
  if (SOCKET_IO_WORDS.test(body)) return "http-socket-io";
  const version = headers.get("sec-websocket-version");
  if (version !== undefined && !/\b13\b/.test(version)) return "http-version";
  if (status === 426) return "http-upgrade-lost";
  if (status === 400 && UPGRADE_WORDS.test(body)) return "http-upgrade-lost";
  if (status === 400 && /sub-?protocol|sec-websocket-protocol/i.test(body)) return "subprotocol-required";
  if (status >= 300 && status < 400)
    return isSamePlaceWithTls(headers.get("location"), authority, secure) ? "http-tls-port" : "http-redirect";
  if (status >= 520 && status <= 526) return "http-cloudflare";
  if (status >= 200 && status < 300) return "http-200";
  return STATUSES[status] ?? (status > 500 ? "http-500" : "http-other");
}

const STATUSES: Readonly<Record<number, KnowledgeId>> = {
  400: "http-400",
  401: "http-401",
  403: "http-403",
  404: "http-404",
  405: "http-405",
  429: "http-429",
  500: "http-500",
  502: "http-502",
  503: "http-503",
  504: "http-504",
};

/** nginx, Go, Apache. */
const TLS_WORDS =
  /plain HTTP request was sent to HTTPS port|HTTP request to an HTTPS server|speaking plain HTTP to an SSL-enabled/i;
const SOCKET_IO_WORDS =
  /"message":"(Transport unknown|Session ID unknown|Bad handshake method|Unsupported protocol version)"/;
/** ws, gorilla, Tornado, websockets, Werkzeug and others. */
const UPGRADE_WORDS = /\bupgrade\b|not a websocket|can "?upgrade"? only|missing.*(connection|sec-websocket-key)/i;

/** Whether a redirect leads to TLS on the same host: what servers do with whoever comes without. */
function isSamePlaceWithTls(location: string | undefined, authority: string, secure: boolean): boolean {
  if (secure || location === undefined || !/^(https|wss):\/\//i.test(location) || !URL.canParse(location)) return false;
  return new URL(location).hostname === new URL(`http://${authority}`).hostname;
}

/** A 101 that breaks a rule, by the code of the client's error; `undefined`: not one of the HTTP step's. */
export function explainSwitch(code: string): KnowledgeId | undefined {
  return SWITCHES[code];
}

const SWITCHES: Readonly<Record<string, KnowledgeId>> = {
  ANSWER_WITHOUT_UPGRADE: "http-101-upgrade",
  ANSWER_WITHOUT_CONNECTION: "http-101-connection",
  WRONG_ACCEPT: "http-wrong-accept",
};

/** No answer in HTTP. */
export function explainSilence({ type, bytes, code, problem }: NoAnswer, timeout: number): Explanation {
  const first = firstBytes(bytes);
  if (code !== undefined && CLIENT_CERTIFICATE.test(code)) return { id: "tls-client-certificate", seen: code };
  // RFC 8446, 5.1: a record with ContentType alert(21), and a version of 3.x.
  if (bytes[0] === 0x15 && bytes[1] === 3) return { id: "http-tls-port", seen: "the answer is a TLS alert" };
  if (isHttp2(bytes)) return { id: "http-http2-only", seen: "the answer is a frame of HTTP/2" };
  if (bytes.length > 0 && !/^HTTP\/1/.test(Buffer.from(bytes).toString("latin1"))) {
    return { id: "http-not-http", seen: `the answer begins with ${first}${known(bytes)}` };
  }
  if (type === "late") return { id: "http-silent", seen: `no whole answer within ${timeout} ms` };
  if (type === "garbage") return { id: "http-not-http", seen: `the answer is no proper HTTP: ${problem}` };
  return {
    id: "http-ended",
    seen: code === undefined ? "the connection was closed (FIN)" : `the connection was lost: ${code}`,
  };
}

/** RFC 9113, 3.4: a server begins with a SETTINGS frame: stream 0, type 4; a GOAWAY is type 7. */
function isHttp2(bytes: Uint8Array): boolean {
  const [high, middle, , type, , ...stream] = bytes.subarray(0, 9);
  return (
    bytes.length >= 9 && high === 0 && middle === 0 && (type === 4 || type === 7) && stream.every((byte) => byte === 0)
  );
}

function firstBytes(bytes: Uint8Array): string {
  const line = Buffer.from(bytes).toString("latin1").split(/\r?\n/, 1)[0]!.slice(0, 60);
  const isText = /^[\x20-\x7e]+$/.test(line);
  return isText ? JSON.stringify(line) : `the bytes ${Buffer.from(bytes.subarray(0, 16)).toString("hex")}`;
}

/** Who begins like this. */
function known(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString("latin1");
  const found = PROGRAMS.find(([pattern]) => pattern.test(text));
  return found === undefined ? "" : `: that is ${found[1]}`;
}

const PROGRAMS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^SSH-/, "SSH"],
  [/^(-ERR|-DENIED|-NOAUTH|\+PONG)/, "Redis"],
  [/^220[ -].*(smtp|mail)/i, "a mail server"],
  [/^220[ -]/, "FTP or a mail server"],
  [/^\* OK/, "an IMAP server"],
  [/^\+OK/, "a POP3 server"],
  [/^INFO \{/, "NATS"],
  [/^.{4}\n[58]\.\d/s, "MySQL"],
  [/^RFB /, "VNC"],
  [/^AMQP/, "AMQP (RabbitMQ)"],
];
