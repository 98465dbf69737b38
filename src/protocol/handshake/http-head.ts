/** HTTP/1.1 heads (RFC 9112, 2 to 5), read strictly and in any pieces. Knows no WebSocket and no body. */
import { BAD_HTTP_HEAD, HandshakeError, HEAD_TOO_BIG, handshakeError, TOO_MANY_HEADERS } from "../../errors.ts";
import { isSpace, isToken, trimSpace } from "../http-token.ts";
import { HeaderList } from "./headers.ts";
import type { RequestLine, StatusLine } from "./start-line.ts";
import { readRequestLine, readStatusLine } from "./start-line.ts";

/** What a head may cost. */
export interface HeadLimits {
  /** The size of the head in bytes, with the empty line at its end. */
  readonly headBytes: number;
  /** The number of header fields. */
  readonly headers: number;
}

/** A whole head: its first line, its header fields, and what came after it. */
export type Head<Start> = Start & {
  readonly type: "head";
  readonly headers: HeaderList;
  /** The bytes after the head: a view on the chunk that ended it. */
  readonly rest: Uint8Array;
};

/** A request's head. */
export type RequestHead = Head<RequestLine>;

/** A response's head. */
export type ResponseHead = Head<StatusLine>;

/** A head that cannot be read. For a request `toRefusal(error, 1)` makes the response; for a response there is no status. */
export interface BadHead {
  readonly type: "fail";
  readonly error: HandshakeError;
}

/** Reads a request's head from one piece; `null` when it does not end there. In several pieces: {@link HeadParser}. */
export function parseRequestHead(bytes: Uint8Array, limits: HeadLimits): RequestHead | BadHead | null {
  return HeadParser.ofRequest(limits).push(bytes);
}

/** Reads a response's head from one piece; `null` when it does not end there. In several pieces: {@link HeadParser}. */
export function parseResponseHead(bytes: Uint8Array, limits: HeadLimits): ResponseHead | BadHead | null {
  return HeadParser.ofResponse(limits).push(bytes);
}

/**
 * Reads one head from chunks of any size, each byte once. Fails at the first wrong byte or line, without waiting for
 * the end. Keeps no bytes: what it holds are strings of at most `limits.headBytes` characters.
 *
 * @example
 * const parser = HeadParser.ofRequest({ headBytes: 16_384, headers: 100 });
 * parser.push(firstChunk); // null: the head is not whole
 * parser.push(secondChunk); // { type: "head", method: "GET", target: "/chat", headers, rest, … }
 */
export class HeadParser<Start> {
  readonly #role: "request" | "response";
  readonly #readStart: (line: string, number: number) => Start | HandshakeError;
  readonly #limits: HeadLimits;
  #start: Start | null = null;
  readonly #fields: [name: string, value: string][] = [];
  /** The line that is being read, as far as it came, and its number. */
  #line = "";
  #number = 1;
  #size = 0;
  #result: Head<Start> | BadHead | null = null;

  private constructor(
    role: "request" | "response",
    readStart: (line: string, number: number) => Start | HandshakeError,
    limits: HeadLimits,
  ) {
    this.#role = role;
    this.#readStart = readStart;
    this.#limits = limits;
  }

  /** A parser for one request's head. */
  static ofRequest(limits: HeadLimits): HeadParser<RequestLine> {
    return new HeadParser("request", readRequestLine, limits);
  }

  /** A parser for one response's head. */
  static ofResponse(limits: HeadLimits): HeadParser<StatusLine> {
    return new HeadParser("response", readStatusLine, limits);
  }

  /** Takes the next chunk. `null`: more is needed. A result is final, and later chunks are not looked at. */
  push(chunk: Uint8Array): Head<Start> | BadHead | null {
    let at = 0;
    while (this.#result === null && at < chunk.length) at = this.#takeBytes(chunk, at);
    return this.#result;
  }

  /** Takes bytes up to the end of the line, of the chunk or of the limit, and answers where to go on. */
  #takeBytes(chunk: Uint8Array, from: number): number {
    const newline = chunk.indexOf(0x0a, from);
    const lineEnd = newline === -1 ? chunk.length : newline + 1;
    const end = Math.min(lineEnd, from + this.#limits.headBytes - this.#size);
    const forbidden = findForbidden(chunk, from, end);
    this.#size += end - from;
    this.#line += toLatin1(chunk, from, end);
    let error: HandshakeError | undefined;
    if (forbidden !== -1) error = this.#bad(`has the forbidden byte 0x${toHex(chunk[forbidden])}`);
    else if (newline !== -1 && end === lineEnd) error = this.#takeLine(chunk.subarray(end));
    if (error === undefined && this.#result === null && this.#size >= this.#limits.headBytes) {
      error = handshakeError(HEAD_TOO_BIG, this.#limits.headBytes);
    }
    if (error !== undefined) this.#result = { type: "fail", error: this.#toOwnError(error) };
    return end;
  }

  /** Takes the line that is whole now; answers what is wrong with it, or nothing. */
  #takeLine(rest: Uint8Array): HandshakeError | undefined {
    const line = this.#line.slice(0, -2);
    // RFC 9112, 2.2: "a recipient MAY recognize a single LF as a line terminator". Our choice: not, as others differ.
    if (!this.#line.endsWith("\r\n")) return this.#bad("ends in LF without CR");
    // RFC 9112, 2.2: "A recipient of such a bare CR MUST consider that element to be invalid"
    if (line.includes("\r")) return this.#bad("has a CR without LF");
    const error = this.#start === null ? this.#takeStart(line) : this.#takeField(line, this.#start, rest);
    this.#line = "";
    this.#number++;
    return error;
  }

  #takeStart(line: string): HandshakeError | undefined {
    // RFC 9112, 2.2: "a server … SHOULD ignore at least one empty line (CRLF) received prior to the request-line"
    if (line === "" && this.#role === "request" && this.#number === 1) return undefined;
    const start = this.#readStart(line, this.#number);
    if (start instanceof HandshakeError) return start;
    this.#start = start;
    return undefined;
  }

  /** Takes one field, or the empty line that ends the head. Values stay out of the errors: they may be secrets. */
  #takeField(line: string, start: Start, rest: Uint8Array): HandshakeError | undefined {
    if (line === "") {
      this.#result = { ...start, type: "head", headers: new HeaderList(this.#fields), rest };
      return undefined;
    }
    // RFC 9112, 5.2: "A server that receives an obs-fold in a request message … MUST either reject the message …"
    if (isSpace(line.charCodeAt(0))) return this.#bad("begins with a space or tab (folded header)");
    const colon = line.indexOf(":");
    if (colon === -1) return this.#bad("is no header: it has no colon", line);
    const name = line.slice(0, colon);
    // RFC 9112, 5.1: "A server MUST reject … any received request message that contains whitespace between a header
    // field name and colon"; no token has whitespace.
    if (!isToken(name)) return this.#bad("has a header name that is no token", name);
    // RFC 9112, 3.2: "A server MUST respond with a 400 … to any request message that contains more than one Host"
    if (this.#role === "request" && isHost(name) && this.#fields.some(([before]) => isHost(before))) {
      return this.#bad("is a second Host header", line);
    }
    if (this.#fields.length >= this.#limits.headers) return handshakeError(TOO_MANY_HEADERS, this.#limits.headers);
    this.#fields.push([name, trimSpace(line.slice(colon + 1))]);
    return undefined;
  }

  #bad(reason: string, text = ""): HandshakeError {
    return handshakeError(BAD_HTTP_HEAD, this.#number, reason, text);
  }

  /** The statuses of the table are for requests; a response that cannot be read has none. */
  #toOwnError(error: HandshakeError): HandshakeError {
    return this.#role === "request" ? error : new HandshakeError(error.code, error.message, undefined);
  }
}

/** Where the first byte is that no line may hold: a control character other than tab and CR LF. -1: none. */
function findForbidden(bytes: Uint8Array, from: number, end: number): number {
  for (let i = from; i < end; i++) {
    const byte = bytes[i];
    // RFC 9110, 5.5: "Field values containing CR, LF, or NUL characters are invalid and dangerous"; so are the others.
    if ((byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) || byte === 0x7f) return i;
  }
  return -1;
}

/** RFC 9112, 2.2: "A recipient MUST parse an HTTP message as a sequence of octets in an encoding that is a superset of US-ASCII" */
function toLatin1(bytes: Uint8Array, from: number, end: number): string {
  let text = "";
  for (let i = from; i < end; i++) text += String.fromCharCode(bytes[i]);
  return text;
}

function isHost(name: string): boolean {
  return name.toLowerCase() === "host";
}

function toHex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
