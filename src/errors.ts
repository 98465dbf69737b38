/** The errors of Antiphon: four classes, and one constant for each thing that can go wrong. Bundlers drop what is not used. */

/** What a sentence is filled with. Numbers are written with thin groups of three: `1 048 576`. */
export type ErrorArgument = string | number;

/** What is known of one kind of error before it happens. `docs/reference/errors.md` is made from these. */
export interface ErrorKind<Args extends readonly ErrorArgument[] = readonly never[]> {
  /** A stable name for programs: `error.code`. */
  readonly code: string;
  /** The sentence, with the numbers and the option that would change it. */
  readonly sentence: (...args: Args) => string;
  /** What the reader can do about it. */
  readonly remedy: string;
  /** The close code that the peer gets (RFC 6455, 7.4.1), where there is one. */
  readonly closeCode?: number;
  /** The HTTP status that the peer gets, where there is one. */
  readonly status?: number;
}

/** The base of every error that Antiphon throws, rejects with or reports. */
export class AntiphonError<Code extends string | number = string> extends Error {
  override readonly name: string = "AntiphonError";
  /** The stable name of this kind of error, as listed in the reference; a `DisconnectError` has the close code here. */
  readonly code: Code;

  constructor(code: Code, message: string) {
    super(message);
    this.code = code;
  }
}

/** The caller's fault: a wrong argument, or a call at the wrong time. Thrown (or rejected) at the call itself. */
export class UsageError extends AntiphonError {
  override readonly name = "UsageError";
}

/** The peer's fault on an open connection: it broke a rule or passed a limit. Handed over as a value, never thrown. */
export class ProtocolError extends AntiphonError {
  override readonly name = "ProtocolError";
  /** The close code that the peer is sent (RFC 6455, 7.4.1). */
  readonly closeCode: number;

  constructor(code: string, message: string, closeCode: number) {
    super(code, message);
    this.closeCode = closeCode;
  }
}

/** The opening handshake failed, in either role. Handed over as a value by the engine; `connect` rejects with it. */
export class HandshakeError extends AntiphonError {
  override readonly name = "HandshakeError";
  /** The HTTP status: what a server answers, or what a client was answered; `undefined` when there was none. */
  readonly status: number | undefined;

  constructor(code: string, message: string, status: number | undefined) {
    super(code, message);
    this.status = status;
  }
}

/** The connection has ended: what was to be received or sent will not be. A handler may let it escape: that is a normal end. */
export class DisconnectError extends AntiphonError<number> {
  override readonly name = "DisconnectError";
  /** The peer's reason, or `""`. */
  readonly reason: string;
  /** Whether both sides sent a Close frame. */
  readonly wasClean: boolean;

  /** `info.code` is the close code: the peer's, 1005 for a Close frame without one, 1006 where none came. */
  constructor(message: string, info: { code: number; reason: string; wasClean: boolean; cause?: unknown }) {
    super(info.code, message);
    this.reason = info.reason;
    this.wasClean = info.wasClean;
    if (info.cause !== undefined) this.cause = info.cause;
  }
}

/** A message of the wrong kind came: text where bytes were wanted, or bytes where text was. The socket can be used on. */
export class MessageTypeError extends AntiphonError {
  override readonly name = "MessageTypeError";
  /** The message that came. */
  readonly data: string | Uint8Array;
  /** What the peer gets if a handler lets the error escape: 1003. */
  readonly closeCode = 1003;

  constructor(code: string, message: string, data: string | Uint8Array) {
    super(code, message);
    this.data = data;
  }
}

/** A message came that is not JSON, or not what the schema wants. The socket can be used on. */
export class InvalidJsonError extends AntiphonError {
  override readonly name: string = "InvalidJsonError";
  /** The message that came. */
  readonly data: string | Uint8Array;
  /** What the peer gets if a handler lets the error escape: 1007. */
  readonly closeCode = 1007;

  constructor(code: string, message: string, data: string | Uint8Array) {
    super(code, message);
    this.data = data;
  }
}

/** A message came that is JSON, but not what the schema wants. */
export class ValidationError extends InvalidJsonError {
  override readonly name = "ValidationError";
  /** What the schema found, in its own words (Standard Schema). */
  readonly issues: readonly { readonly message: string; readonly path?: readonly unknown[] | undefined }[];

  constructor(code: string, message: string, { data, issues }: Pick<ValidationError, "data" | "issues">) {
    super(code, message, data);
    this.issues = issues;
  }
}

/** Something did not come in the time that the caller gave it. Nothing is lost. */
export class TimeoutError extends AntiphonError {
  override readonly name = "TimeoutError";
}

/** Makes the error for a mistake of the caller: `throw usageError(NOT_OPEN, "sendText")`. */
export function usageError<Args extends readonly ErrorArgument[]>(kind: ErrorKind<Args>, ...args: Args): UsageError {
  return new UsageError(kind.code, kind.sentence(...args));
}

/** Makes the error for a peer that broke a rule. */
export function protocolError<Args extends readonly ErrorArgument[]>(
  kind: ErrorKind<Args> & { readonly closeCode: number },
  ...args: Args
): ProtocolError {
  return new ProtocolError(kind.code, kind.sentence(...args), kind.closeCode);
}

/** Makes the error for an opening handshake that failed. */
export function handshakeError<Args extends readonly ErrorArgument[]>(
  kind: ErrorKind<Args>,
  ...args: Args
): HandshakeError {
  return new HandshakeError(kind.code, kind.sentence(...args), kind.status);
}

// ---- The table. One constant per error; the constant's name is its code. -------------------------------------------

/** Numbers in groups of three, so that 1 048 576 can be read. */
function digits(value: ErrorArgument): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, " ");
}

// Frames and messages (RFC 6455, 5 to 8; RFC 7692, 7.2)

/** A message passed the limit on its size. */
export const MESSAGE_TOO_BIG = {
  code: "MESSAGE_TOO_BIG",
  closeCode: 1009,
  sentence: (size: number, limit: number) =>
    `message of ${digits(size)} bytes exceeds limits.messageSize (${digits(limit)})`,
  remedy: "Raise `limits.messageSize` on this side, or send the data in several messages.",
};

/** A frame announced more than the limit on one frame. */
export const FRAME_TOO_BIG = {
  code: "FRAME_TOO_BIG",
  closeCode: 1009,
  sentence: (size: number, limit: number) =>
    `frame of ${digits(size)} bytes exceeds limits.frameSize (${digits(limit)})`,
  remedy: "Raise `limits.frameSize` on this side, or send smaller frames.",
};

/** A compressed message passed the limit on messages while it was inflated. */
export const INFLATED_TOO_BIG = {
  code: "INFLATED_TOO_BIG",
  closeCode: 1009,
  sentence: (limit: number) => `compressed message inflates to more than limits.messageSize (${digits(limit)} bytes)`,
  remedy: "Raise `limits.messageSize` on this side if such messages are honest; it stops decompression bombs.",
};

/** A text is longer than a JavaScript string can be. */
export const TEXT_TOO_LONG = {
  code: "TEXT_TOO_LONG",
  closeCode: 1009,
  sentence: (limit: number) => `text of more than ${digits(limit)} characters, the longest that this runtime can hold`,
  remedy: "Lower `limits.messageSize`, or take such messages in parts.",
};

/** A message came in too many frames. */
export const TOO_MANY_FRAGMENTS = {
  code: "TOO_MANY_FRAGMENTS",
  closeCode: 1008,
  sentence: (limit: number) => `message in more than limits.fragments (${digits(limit)}) fragments`,
  remedy: "Raise `limits.fragments` on this side, or send larger fragments.",
};

/** The peer sends frames that carry nothing, too fast. */
export const CONTROL_FLOOD = {
  code: "CONTROL_FLOOD",
  closeCode: 1008,
  sentence: (limit: number) =>
    `more than limits.controlFramesPerSecond (${digits(limit)}) pings, pongs and empty frames in a second`,
  remedy: "Raise `limits.controlFramesPerSecond` on this side, or make the peer ping less often.",
};

/** RFC 6455, 5.2: RSV1, RSV2 and RSV3 belong to extensions. */
export const RSV_UNEXPECTED = {
  code: "RSV_UNEXPECTED",
  closeCode: 1002,
  sentence: (bits: string) => `reserved bits ${bits} set, and no extension was negotiated that uses them there`,
  remedy: "The peer compresses without having agreed on it, or something between changes the stream.",
};

/** RFC 6455, 5.2: opcodes 3 to 7 and 11 to 15 are reserved. */
export const OPCODE_RESERVED = {
  code: "OPCODE_RESERVED",
  closeCode: 1002,
  sentence: (opcode: number) => `reserved opcode 0x${opcode.toString(16)}`,
  remedy: "The peer does not speak RFC 6455, or the stream is out of step.",
};

/** RFC 6455, 5.5: control frames are never fragmented. */
export const CONTROL_FRAGMENTED = {
  code: "CONTROL_FRAGMENTED",
  closeCode: 1002,
  sentence: () => `control frame without FIN`,
  remedy: "The peer must send each control frame whole.",
};

/** RFC 6455, 5.5: at most 125 bytes. */
export const CONTROL_TOO_LONG = {
  code: "CONTROL_TOO_LONG",
  closeCode: 1002,
  sentence: (size: number) => `control frame with a payload of ${digits(size)} bytes; 125 is the most`,
  remedy: "The peer must keep pings, pongs and close reasons within 125 bytes.",
};

/** RFC 6455, 5.1: a client masks its frames. */
export const MASK_MISSING = {
  code: "MASK_MISSING",
  closeCode: 1002,
  sentence: () => `unmasked frame from a client`,
  remedy: "The peer must mask what it sends, as every client must.",
};

/** RFC 6455, 5.1: a server does not mask its frames. */
export const MASK_UNEXPECTED = {
  code: "MASK_UNEXPECTED",
  closeCode: 1002,
  sentence: () => `masked frame from a server`,
  remedy: "The peer must not mask what it sends, since it is the server.",
};

/** RFC 6455, 5.2: lengths are written in the shortest form. */
export const LENGTH_NOT_MINIMAL = {
  code: "LENGTH_NOT_MINIMAL",
  closeCode: 1002,
  sentence: (size: number, bytes: number) =>
    `payload length ${digits(size)} written in ${bytes} bytes, which is not the shortest form`,
  remedy: "The peer must use the minimal number of bytes to encode a length.",
};

/** RFC 6455, 5.2: the most significant bit of a 64-bit length is 0. */
export const LENGTH_OVERFLOW = {
  code: "LENGTH_OVERFLOW",
  closeCode: 1002,
  sentence: () => `64-bit payload length with its most significant bit set`,
  remedy: "The peer does not speak RFC 6455, or the stream is out of step.",
};

/** RFC 6455, 5.4: a continuation follows an unfinished message. */
export const CONTINUATION_UNEXPECTED = {
  code: "CONTINUATION_UNEXPECTED",
  closeCode: 1002,
  sentence: () => `continuation frame without a message to continue`,
  remedy: "The peer must begin a message with a text or binary frame.",
};

/** RFC 6455, 5.4: the fragments of two messages are not interleaved. */
export const MESSAGE_INTERRUPTED = {
  code: "MESSAGE_INTERRUPTED",
  closeCode: 1002,
  sentence: () => `new message inside an unfinished one`,
  remedy: "The peer must end a fragmented message before it begins another.",
};

/** RFC 6455, 8.1: text is UTF-8. */
export const INVALID_UTF8 = {
  code: "INVALID_UTF8",
  closeCode: 1007,
  sentence: () => `text message is not valid UTF-8`,
  remedy: "The peer must send text as UTF-8, or the data as binary.",
};

/** RFC 7692, 7.2.2: a compressed message is a DEFLATE stream. */
export const DEFLATE_CORRUPT = {
  code: "DEFLATE_CORRUPT",
  closeCode: 1007,
  sentence: () => `compressed message is corrupt or cut short`,
  remedy: "The peer's compression does not follow RFC 7692, or something between changes the stream.",
};

/** RFC 6455, 5.5.1: a close code has two bytes. */
export const CLOSE_PAYLOAD_SHORT = {
  code: "CLOSE_PAYLOAD_SHORT",
  closeCode: 1002,
  sentence: () => `Close frame with a payload of one byte`,
  remedy: "The peer must send no payload, or a code of two bytes.",
};

/** RFC 6455, 7.4: not every code may be on the wire. */
export const CLOSE_CODE_FORBIDDEN = {
  code: "CLOSE_CODE_FORBIDDEN",
  closeCode: 1002,
  sentence: (closeCode: number) => `Close frame with the code ${closeCode}, which must not be sent`,
  remedy: "The peer may use 1000 to 1003, 1007 to 1014 and 3000 to 4999.",
};

/** RFC 6455, 5.5.1: the reason is UTF-8. */
export const CLOSE_REASON_NOT_UTF8 = {
  code: "CLOSE_REASON_NOT_UTF8",
  closeCode: 1007,
  sentence: () => `close reason is not valid UTF-8`,
  remedy: "The peer must send the reason as UTF-8.",
};

// Mistakes of the caller of the engine

/** Something was to be sent on a connection that is not open. */
export const NOT_OPEN = {
  code: "NOT_OPEN",
  sentence: (call: string, state: string) => `${call}: the connection is ${state}`,
  remedy: "Look at `state` first, or send nothing after `close` or after the end.",
};

/** Something was to be sent that is neither text nor bytes. */
export const NOT_A_MESSAGE = {
  code: "NOT_A_MESSAGE",
  sentence: (call: string, type: string) => `${call}: a message is a string or a Uint8Array, not ${type}`,
  remedy: "Send `JSON.stringify(value)` for a value, `new Uint8Array(buffer)` for an ArrayBuffer.",
};

/** A ping or pong was to carry something that is no bytes. */
export const NOT_BYTES = {
  code: "NOT_BYTES",
  sentence: (call: string, type: string) => `${call}: the payload is a Uint8Array, not ${type}`,
  remedy: "Make bytes of it: `new TextEncoder().encode(text)`.",
};

/** Messages were wanted in parts by a sink that takes none. */
export const PART_MISSING = {
  code: "PART_MISSING",
  sentence: () => `inParts: the sink has no method "part"`,
  remedy: "Give the sink a method `part(data, last)`.",
};

/** A message was to be sent between the fragments of another. */
export const MESSAGE_UNFINISHED = {
  code: "MESSAGE_UNFINISHED",
  sentence: () => `a message that was begun with sendFragment has not ended`,
  remedy: "Send the last fragment with `last: true` before the next message.",
};

/** A text fragment was to follow a binary one, or the other way round. */
export const MESSAGE_KIND_CHANGED = {
  code: "MESSAGE_KIND_CHANGED",
  sentence: () => `fragments of one message are all text or all binary`,
  remedy: "Pass only strings, or only bytes, until `last`.",
};

/** RFC 6455, 5.5: a control frame holds at most 125 bytes. */
export const CONTROL_PAYLOAD_TOO_LONG = {
  code: "CONTROL_PAYLOAD_TOO_LONG",
  sentence: (call: string, size: number) => `${call}: payload of ${digits(size)} bytes; 125 is the most`,
  remedy: "Send at most 125 bytes in a ping or pong.",
};

/** RFC 6455, 7.4: not every code may be on the wire. */
export const CLOSE_CODE_UNSENDABLE = {
  code: "CLOSE_CODE_UNSENDABLE",
  sentence: (closeCode: string, rule: string) => `close: code ${closeCode} can't be sent; ${rule}`,
  remedy: "Use 1000, a code from 3000 to 4999, or one of the others that may be sent.",
};

/** A limit is no positive number. */
export const LIMIT_INVALID = {
  code: "LIMIT_INVALID",
  sentence: (limit: string, value: string) =>
    `limits.${limit} is ${value}; a limit is one of those listed, and a positive number, or Infinity for none`,
  remedy: "Leave the limit out for its default.",
};

/** A timeout is no time. */
export const TIMEOUT_INVALID = {
  code: "TIMEOUT_INVALID",
  sentence: (option: string, value: string) =>
    `${option} is ${value}; a timeout is 0 to 2 147 483 647 milliseconds, or Infinity for none`,
  remedy: "Leave the option out for its default.",
};

/** Compression needs a platform that can deflate. */
export const ZLIB_MISSING = {
  code: "ZLIB_MISSING",
  sentence: () => `compression was negotiated, and the platform has no zlib`,
  remedy: "Use `nodePlatform`, or negotiate without compression.",
};

// Opening handshake (RFC 6455, 4; RFC 8441; RFC 7692, 7.1)

/** A peer's value for a sentence: at most 60 characters, and every other than printable ASCII as an escape, for logs. */
function shown(value: ErrorArgument): string {
  const text = String(value);
  if (text === "") return "empty or missing";
  const cut = text.length > 60 ? `${JSON.stringify(text.slice(0, 60))}…` : JSON.stringify(text);
  return cut.replace(/[^\x20-\x7e…]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

// A request that the server refuses

/** The request uses another method than the handshake of its HTTP version. */
export const METHOD_NOT_ALLOWED = {
  code: "METHOD_NOT_ALLOWED",
  status: 405,
  sentence: (method: string, allowed: string) =>
    `method is ${shown(method)}, but only ${allowed} opens a WebSocket on this HTTP version`,
  remedy: "Connect with a WebSocket client; give plain HTTP its own route with `app.http`.",
};

/** The request came over HTTP/1.0 or something older. */
export const HTTP_VERSION_TOO_LOW = {
  code: "HTTP_VERSION_TOO_LOW",
  status: 400,
  sentence: (version: string) => `HTTP version is ${shown(version)}, and a WebSocket needs at least 1.1`,
  remedy: "If a reverse proxy stands in front, let it speak HTTP/1.1 to this server (nginx: `proxy_http_version 1.1`).",
};

/** The request target is no path, or has a fragment. In both roles. */
export const BAD_TARGET = {
  code: "BAD_TARGET",
  status: 400,
  sentence: (target: string) =>
    `request target is ${shown(target)}, not a path that begins with "/" and has no fragment`,
  remedy: "Begin the path with a slash, escape spaces and non-ASCII characters, and leave out `#` and what follows.",
};

/** The host is missing or not of the form `host` or `host:port`. In both roles. */
export const BAD_HOST = {
  code: "BAD_HOST",
  status: 400,
  sentence: (host: string) => `Host is ${shown(host)}, not one host with an optional port`,
  remedy: "Send exactly one `Host` header, such as `example.com:8080`.",
};

/** The request does not ask for an upgrade to WebSocket. */
export const UPGRADE_REQUIRED = {
  code: "UPGRADE_REQUIRED",
  status: 426,
  sentence: (upgrade: string) => `Upgrade header is ${shown(upgrade)} and lacks "websocket"`,
  remedy:
    "Connect with a WebSocket client. If a reverse proxy stands in front, let it pass on the headers `Upgrade` and `Connection`.",
};

/** The request has `Upgrade: websocket`, but its `Connection` header does not say so. */
export const CONNECTION_WITHOUT_UPGRADE = {
  code: "CONNECTION_WITHOUT_UPGRADE",
  status: 400,
  sentence: (connection: string) => `Connection header is ${shown(connection)} and lacks "Upgrade"`,
  remedy: "If a reverse proxy stands in front, let it pass on the headers `Upgrade` and `Connection`.",
};

/** The request for an upgrade announces a body. */
export const REQUEST_WITH_BODY = {
  code: "REQUEST_WITH_BODY",
  status: 400,
  sentence: (name: string, value: string) => `${name} is ${shown(value)}, but a WebSocket handshake has no body`,
  remedy: "Send the data as the first message instead.",
};

/** The client speaks another version of the WebSocket Protocol than 13. On HTTP/2 the status is 400. */
export const VERSION_NOT_SUPPORTED = {
  code: "VERSION_NOT_SUPPORTED",
  status: 426,
  sentence: (version: string) => `Sec-WebSocket-Version is ${shown(version)}, and this server speaks 13 only`,
  remedy: "Use a client that follows RFC 6455.",
};

/** The key of the handshake is missing or has another size. */
export const BAD_KEY = {
  code: "BAD_KEY",
  status: 400,
  sentence: (key: string) => `Sec-WebSocket-Key is ${shown(key)}, not 16 bytes in base64`,
  remedy: "Use a client that follows RFC 6455; the key is new for each connection.",
};

/** The list of offered subprotocols is malformed. */
export const BAD_SUBPROTOCOL_LIST = {
  code: "BAD_SUBPROTOCOL_LIST",
  status: 400,
  sentence: (list: string, reason: string) => `Sec-WebSocket-Protocol is ${shown(list)} and ${reason}`,
  remedy: "Offer each subprotocol once, as a token: no spaces, no quotes.",
};

/** The list of extensions is malformed. In both roles. */
export const BAD_EXTENSION_LIST = {
  code: "BAD_EXTENSION_LIST",
  status: 400,
  sentence: (list: string, reason: string) => `Sec-WebSocket-Extensions is ${shown(list)}: ${reason}`,
  remedy: "The peer breaks the grammar of RFC 6455, 9.1; report it there.",
};

/** An HTTP/2 request has a header that HTTP/2 forbids. */
export const CONNECTION_HEADER_ON_HTTP2 = {
  code: "CONNECTION_HEADER_ON_HTTP2",
  status: 400,
  sentence: (name: string) => `${name} header came with an HTTP/2 request, where it must not be`,
  remedy: "The client or proxy breaks RFC 9113, 8.2.2; report it there.",
};

/** An HTTP/2 CONNECT asks for something else than a WebSocket. */
export const CONNECT_PROTOCOL_NOT_IMPLEMENTED = {
  code: "CONNECT_PROTOCOL_NOT_IMPLEMENTED",
  status: 501,
  sentence: (protocol: string) => `:protocol of the CONNECT request is ${shown(protocol)}, not "websocket"`,
  remedy: "This server is no proxy; connect with a WebSocket client (RFC 8441).",
};

// A head that cannot be read (either role; a response's error has no status)

/** A line of the HTTP head breaks the grammar. */
export const BAD_HTTP_HEAD = {
  code: "BAD_HTTP_HEAD",
  status: 400,
  sentence: (line: number, reason: string, text: string) =>
    `line ${line} of the HTTP head ${reason}${text === "" ? "" : `: ${shown(text)}`}`,
  remedy: "Check that the peer speaks HTTP/1.1 on this port, and TLS only where this side expects it.",
};

/** The head of the request or response is longer than the limit. */
export const HEAD_TOO_BIG = {
  code: "HEAD_TOO_BIG",
  status: 431,
  sentence: (limit: number) => `HTTP head exceeds limits.headBytes (${digits(limit)})`,
  remedy: "Raise `limits.headBytes`, or send fewer and smaller headers (often: cookies).",
};

/** The head of the request or response has more header fields than the limit. */
export const TOO_MANY_HEADERS = {
  code: "TOO_MANY_HEADERS",
  status: 431,
  sentence: (limit: number) => `HTTP head has more header fields than limits.headers (${digits(limit)})`,
  remedy: "Raise `limits.headers`, or send fewer headers.",
};

/** The head is of another major version of HTTP. */
export const HTTP_VERSION_NOT_SUPPORTED = {
  code: "HTTP_VERSION_NOT_SUPPORTED",
  status: 505,
  sentence: (version: string) => `HTTP version is ${shown(version)}, and 1.1 is spoken here`,
  remedy: "Speak HTTP/1.1 on this port.",
};

// A response that the client does not take (the error's status is the response's)

/** The server answered with a status that does not open the WebSocket. */
export const UPGRADE_REFUSED = {
  code: "UPGRADE_REFUSED",
  sentence: (status: number, versions: string) =>
    `server answered ${status} and did not open the WebSocket${
      versions === "" ? "" : `; it speaks the WebSocket versions ${shown(versions)}, this client speaks 13`
    }`,
  remedy: "Check URL and credentials; the server's log says more. A 3xx names the new place in `headers`.",
};

/** The response lacks `Upgrade: websocket`. */
export const ANSWER_WITHOUT_UPGRADE = {
  code: "ANSWER_WITHOUT_UPGRADE",
  sentence: (upgrade: string) => `Upgrade header of the answer is ${shown(upgrade)}, not "websocket"`,
  remedy: "Check that a WebSocket server listens at this URL, and what proxies between do to headers.",
};

/** The response lacks `Connection: Upgrade`. */
export const ANSWER_WITHOUT_CONNECTION = {
  code: "ANSWER_WITHOUT_CONNECTION",
  sentence: (connection: string) => `Connection header of the answer is ${shown(connection)} and lacks "Upgrade"`,
  remedy: "Check that a WebSocket server listens at this URL, and what proxies between do to headers.",
};

/** The response does not prove that the server read our key. */
export const WRONG_ACCEPT = {
  code: "WRONG_ACCEPT",
  sentence: (accept: string, expected: string) =>
    `Sec-WebSocket-Accept of the answer is ${shown(accept)}, not ${shown(expected)}`,
  remedy: "Something between replays old answers, or the server is no WebSocket server; report it there.",
};

/** The response chooses a subprotocol that was not offered, or several. */
export const ANSWER_SUBPROTOCOL = {
  code: "ANSWER_SUBPROTOCOL",
  sentence: (protocol: string, offered: string) =>
    `server chose the subprotocol ${shown(protocol)}, which is not one of those offered (${offered === "" ? "none" : shown(offered)})`,
  remedy: "Offer it in `protocols`, or configure the server to choose only what was offered.",
};

/** The response uses an extension that was not offered. */
export const EXTENSION_NOT_OFFERED = {
  code: "EXTENSION_NOT_OFFERED",
  sentence: (name: string) => `server uses the extension ${shown(name)}, which was not offered`,
  remedy: "The server breaks RFC 6455, 4.1; report it there. Set `compression` if you want permessage-deflate.",
};

/** The response uses an extension twice. */
export const EXTENSION_TWICE = {
  code: "EXTENSION_TWICE",
  sentence: (name: string) => `server uses the extension ${shown(name)} twice`,
  remedy: "The server breaks RFC 7692, 5; report it there, or set `compression: false`.",
};

/** The response answers our offer of permessage-deflate with parameters that do not fit it. */
export const BAD_DEFLATE_ANSWER = {
  code: "BAD_DEFLATE_ANSWER",
  sentence: (reason: string) => `server's answer for permessage-deflate does not fit the offer: ${reason}`,
  remedy: "Change the `compression` options so that the server can keep to them, or set `compression: false`.",
};

// Mistakes of the caller

/** A header's name is no token. */
export const BAD_HEADER_NAME = {
  code: "BAD_HEADER_NAME",
  sentence: (name: string) => `header name ${shown(name)} is not a token (letters, digits, "-")`,
  remedy: "Give header names without spaces, colons or line breaks.",
};

/** A header's value would break out of its line, or does not fit into it. */
export const BAD_HEADER_VALUE = {
  code: "BAD_HEADER_VALUE",
  sentence: (name: string, reason: string) => `value of the header ${shown(name)} ${reason}`,
  remedy:
    "Use visible Latin-1 characters, without line breaks; encode other text, for example with encodeURIComponent.",
};

/** A header belongs to the handshake, which writes it itself. */
export const RESERVED_HEADER = {
  code: "RESERVED_HEADER",
  sentence: (name: string) => `header ${shown(name)} belongs to the handshake and cannot be set in headers`,
  remedy: "Leave it out; use the options `protocols`, `subprotocol` or `compression` instead.",
};

/** A start line could not be written safely. */
export const BAD_START_LINE = {
  code: "BAD_START_LINE",
  sentence: (part: string, value: string | number) =>
    `${part} of the HTTP head is ${shown(value)}, which cannot be sent`,
  remedy: "Give a method that is a token, a status of three digits and a reason of visible characters.",
};

/** A subprotocol's name is no token. */
export const BAD_SUBPROTOCOL = {
  code: "BAD_SUBPROTOCOL",
  sentence: (protocol: string) => `subprotocol ${shown(protocol)} is not a token (letters, digits, "-", ".")`,
  remedy: "Name the subprotocol without spaces, commas, slashes or quotes.",
};

/** A subprotocol is offered twice. */
export const SUBPROTOCOL_TWICE = {
  code: "SUBPROTOCOL_TWICE",
  sentence: (protocol: string) => `subprotocol ${shown(protocol)} is offered twice in protocols`,
  remedy: "Name each subprotocol once.",
};

/** The server's choice is not among what the client offered. */
export const SUBPROTOCOL_NOT_OFFERED = {
  code: "SUBPROTOCOL_NOT_OFFERED",
  sentence: (protocol: string, offered: string) =>
    `subprotocol ${shown(protocol)} is not one of those the client offered (${offered === "" ? "none" : shown(offered)})`,
  remedy: "Choose one of `socket.protocols`, or none.",
};

/** The nonce of a handshake has not 16 bytes. */
export const BAD_NONCE = {
  code: "BAD_NONCE",
  sentence: (length: number) => `nonce has ${digits(length)} bytes, not 16`,
  remedy: "Give 16 new random bytes for each connection: `crypto.getRandomValues(new Uint8Array(16))`.",
};

/** An option of `compression` is of the wrong type or out of its range. */
export const BAD_COMPRESSION_OPTION = {
  code: "BAD_COMPRESSION_OPTION",
  sentence: (option: string, value: string | number, expected: string) =>
    `compression.${option} is ${typeof value === "number" ? value : shown(value)}, not ${expected}`,
  remedy: "Leave the option out for its default.",
};

// Sockets

/** Something was to be sent or received, and the connection has ended. */
export const DISCONNECTED = {
  code: "DISCONNECTED",
  sentence: (call: string, code: number, reason: string) =>
    `${call}: the connection has ended with ${code}${reason === "" ? "" : ` (${reason})`}`,
  remedy:
    "Nothing: this is how a receive or send that was under way learns of the end. `for await` ends without an error.",
};

/** `sendStream` got something else. */
export const NOT_A_STREAM = {
  code: "NOT_A_STREAM",
  sentence: (type: string) => `sendStream wants an iterable of strings or bytes, got ${type}`,
  remedy: "Give it an array, a generator, a stream; `send` sends one message as it is.",
};

/** `sendText` got something else. */
export const NOT_TEXT = {
  code: "NOT_TEXT",
  sentence: (call: string, type: string) => `${call} wants a string, got ${type}`,
  remedy: "Give it a string; `sendJson` sends other values.",
};

/** `receiveText` met bytes, or `receiveBytes` text. */
export const WRONG_MESSAGE_TYPE = {
  code: "WRONG_MESSAGE_TYPE",
  closeCode: 1003,
  sentence: (call: string, wanted: string, came: string) => `${call} wants ${wanted}, and ${came} came`,
  remedy: "Use `receive` where both may come. The message is in `error.data`.",
};

/** What came is not JSON. */
export const INVALID_JSON = {
  code: "INVALID_JSON",
  closeCode: 1007,
  sentence: (reason: string) => `a message is not JSON: ${reason}`,
  remedy: "Catch it to answer the peer; `iterJson({ onInvalid })` can skip. The message is in `error.data`.",
};

/** What came is JSON, and the schema does not want it. */
export const SCHEMA_MISMATCH = {
  code: "SCHEMA_MISMATCH",
  closeCode: 1007,
  sentence: (issues: string) => `a message does not match the schema: ${issues}`,
  remedy: "Catch it to answer the peer; `iterJson({ onInvalid })` can skip. The issues are in `error.issues`.",
};

/** What is to be sent has no JSON. */
export const NOT_SERIALIZABLE = {
  code: "NOT_SERIALIZABLE",
  sentence: (call: string, type: string) => `${call} got ${type}, which has no JSON`,
  remedy: "Give it an object, array, string, number, boolean or null; or set `json` to a codec that knows the type.",
};

/** A receive took longer than its `timeout`. */
export const RECEIVE_TIMEOUT = {
  code: "RECEIVE_TIMEOUT",
  sentence: (call: string, milliseconds: number) => `${call}: no message within ${digits(milliseconds)} ms`,
  remedy: "Call it again: no message is lost. Raise `timeout`, or leave it out to wait for ever.",
};

/** A pong took longer than the `timeout` of its ping. */
export const PING_TIMEOUT = {
  code: "PING_TIMEOUT",
  sentence: (milliseconds: number) => `ping: no pong within ${digits(milliseconds)} ms`,
  remedy: "The peer is slow, or gone: the heartbeat finds out. Raise `timeout`.",
};

/** This runtime's own WebSocket has no such thing. */
export const NOT_ON_THIS_WIRE = {
  code: "NOT_ON_THIS_WIRE",
  sentence: (call: string) => `${call} is not possible on this runtime's own WebSocket`,
  remedy: "Browsers let no page ping or stream; send messages of your own instead.",
};

/** Two wait for the next message. */
export const CONCURRENT_READ = {
  code: "CONCURRENT_READ",
  sentence: (call: string) => `${call} while another receive or iterator waits for the next message`,
  remedy: "A socket has one reader at a time: await the first one, or hand messages on from one loop.",
};

/** A socket in events style is read by its events. */
export const READ_IN_EVENTS_STYLE = {
  code: "READ_IN_EVENTS_STYLE",
  sentence: (call: string) => `${call} on a socket whose messages go to an event handler, or are ignored`,
  remedy: "Use the `message` event, or write the route as a function with `for await`.",
};

/** `onInvalid` is no word that we know. */
export const BAD_OPTION = {
  code: "BAD_OPTION",
  sentence: (name: string, value: ErrorArgument, expected: string) => `${name} is ${value}, expected ${expected}`,
  remedy: "Give the option one of the values that its documentation names.",
};

/** The peer takes messages more slowly than they are sent. */
export const SEND_BUFFER_FULL = {
  code: "SEND_BUFFER_FULL",
  closeCode: 1013,
  sentence: (size: number, limit: number) =>
    `${digits(size)} bytes wait for a slow peer, more than limits.sendBuffer (${digits(limit)})`,
  remedy:
    "Await what `send` returns to send no faster than the peer reads; or set `slowConsumer` to drop messages, or raise the limit.",
};

/** The handler takes messages more slowly than they come. */
export const RECEIVE_QUEUE_FULL = {
  code: "RECEIVE_QUEUE_FULL",
  closeCode: 1008,
  sentence: (messages: number, milliseconds: number) =>
    `${digits(messages)} messages have waited to be read for limits.receiveFullTimeout (${digits(milliseconds)} ms)`,
  remedy:
    "Read them (`for await`, `receive`), call `socket.ignoreMessages()` if they are of no interest, or raise the limit.",
};

/** The peer sends more messages than it may. */
export const TOO_MANY_MESSAGES = {
  code: "TOO_MANY_MESSAGES",
  closeCode: 1008,
  sentence: (limit: number) => `more than limits.messagesPerSecond (${digits(limit)})`,
  remedy: "Raise the limit, or set `overRate` to `pause` to slow such peers down instead.",
};

/** The peer sends more bytes than it may. */
export const TOO_MANY_BYTES = {
  code: "TOO_MANY_BYTES",
  closeCode: 1008,
  sentence: (limit: number) => `more than limits.bytesPerSecond (${digits(limit)})`,
  remedy: "Raise the limit, or set `overRate` to `pause` to slow such peers down instead.",
};

/** A peer that vanished. */
export const HEARTBEAT_TIMEOUT = {
  code: "HEARTBEAT_TIMEOUT",
  closeCode: 1006,
  sentence: (milliseconds: number) => `no sign of life for ${digits(milliseconds)} ms, and no answer to a ping`,
  remedy: "The peer or its network is gone. `heartbeat` sets interval and timeout.",
};

/** No message in either direction. */
export const IDLE_TIMEOUT = {
  code: "IDLE_TIMEOUT",
  closeCode: 1001,
  sentence: (milliseconds: number) => `no message either way for limits.idleTimeout (${digits(milliseconds)} ms)`,
  remedy: "Send something now and then, or raise the limit. Pings are no messages.",
};

/** The connection is as old as it may become. */
export const LIFETIME_OVER = {
  code: "LIFETIME_OVER",
  closeCode: 1001,
  sentence: (milliseconds: number) => `open for limits.lifetime (${digits(milliseconds)} ms)`,
  remedy: "Connect again, or raise the limit.",
};

/** The permission that `socket.expires` spoke of has ended. */
export const PERMISSION_EXPIRED = {
  code: "PERMISSION_EXPIRED",
  closeCode: 4401,
  sentence: () => "the permission given to socket.expires() has ended",
  remedy: "Renew it with another `socket.expires(date)` in time, or connect again with a new token.",
};

/** Rooms have names. */
export const BAD_ROOM_NAME = {
  code: "BAD_ROOM_NAME",
  sentence: (name: string) => `a room is named by a string that is not empty, got ${name}`,
  remedy: "Give a name; `String(id)` makes one out of a number.",
};

// The server

/** `accept` came too late to choose. */
export const ALREADY_ACCEPTED = {
  code: "ALREADY_ACCEPTED",
  sentence: (option: string) => `accept({ ${option} }) after the socket was accepted`,
  remedy: "Call `accept` with its options before the first send, receive or join, which accept by themselves.",
};

/** `reject` came too late. */
export const REJECT_AFTER_ACCEPT = {
  code: "REJECT_AFTER_ACCEPT",
  sentence: (status: number) => `reject(${status}) after the socket was accepted`,
  remedy: "Reject before the first send, receive, join or accept; afterwards use `close` with a code of 4000 to 4999.",
};

/** A status that refuses nothing. */
export const REJECT_STATUS = {
  code: "REJECT_STATUS",
  sentence: (status: ErrorArgument) => `reject(${status}): a rejection has a status from 300 to 599`,
  remedy: "Choose what fits: 401 without credentials, 403 not allowed, 404 not there, 429 too often, 503 not now.",
};

/** A middleware called `next` again. */
export const NEXT_TWICE = {
  code: "NEXT_TWICE",
  sentence: () => "next() was called twice by the same middleware",
  remedy: "Call it once; its promise resolves when the connection has ended.",
};

/** A socket joined a room after its end, or after it was rejected. */
export const JOIN_AFTER_END = {
  code: "JOIN_AFTER_END",
  sentence: (call: string, state: string) => `${call} on a socket that is ${state}`,
  remedy: "Join while `socket.open`, or before it is accepted, which joining does.",
};

/** An option that there is not. */
export const UNKNOWN_OPTION = {
  code: "UNKNOWN_OPTION",
  sentence: (name: string, place: string, known: string) => `${place} has no option ${name}; it has ${known}`,
  remedy: "Look for a typing mistake in the name.",
};

/** A handler is a function or an object of events. */
export const BAD_HANDLER = {
  code: "BAD_HANDLER",
  sentence: (path: string, found: string) => `the handler of ${path} is ${found}, neither a function nor events`,
  remedy: "Give a function, or an object with `open`, `message`, `close`, `upgrade`, `drain` or `error`.",
};

/** A middleware is a function. */
export const BAD_MIDDLEWARE = {
  code: "BAD_MIDDLEWARE",
  sentence: (path: string, found: string) => `the middleware of ${path} is ${found}, not a function`,
  remedy: "Give a function of `(socket, next)`; a path may stand before it.",
};

/** An app was changed after it was mounted. */
export const APP_MOUNTED = {
  code: "APP_MOUNTED",
  sentence: (call: string) => `${call} on an app that is mounted already: the app above it would not know`,
  remedy: "Register everything on an app before `app.route` mounts it.",
};

/** `listen` or `attach` after `close`. */
export const APP_CLOSED = {
  code: "APP_CLOSED",
  sentence: () => "the app has been closed, and takes no connections any more",
  remedy: "Make a new `App` to listen again.",
};

/** `urlFor` of no route. */
export const UNKNOWN_ROUTE = {
  code: "UNKNOWN_ROUTE",
  sentence: (name: string) => `no route is named ${name}`,
  remedy: "Name it where it is registered: `app.ws(path, { name }, handler)`.",
};

/** No route of ours has this path. */
export const NO_ROUTE = {
  code: "NO_ROUTE",
  status: 404,
  sentence: (path: string) => `no WebSocket route matches ${path}`,
  remedy: "Register one with `app.ws`; values that do not convert do not match, and `/a` and `/a/` differ.",
};

/** Too many connections in all. */
export const TOO_MANY_CONNECTIONS = {
  code: "TOO_MANY_CONNECTIONS",
  status: 503,
  sentence: (limit: number) => `limits.connections (${digits(limit)}) are open`,
  remedy: "Raise the limit, or add machines.",
};

/** Too many connections from one address. */
export const TOO_MANY_FROM_ADDRESS = {
  code: "TOO_MANY_FROM_ADDRESS",
  status: 429,
  sentence: (address: string, limit: number) =>
    `limits.connectionsPerAddress (${digits(limit)}) are open from ${address}`,
  remedy: "Raise the limit; behind a proxy, set `trustProxy`, or all clients have the proxy's address.",
};

/** Too many handshakes wait for an answer. */
export const TOO_MANY_HANDSHAKES = {
  code: "TOO_MANY_HANDSHAKES",
  status: 503,
  sentence: (limit: number) => `limits.handshakes (${digits(limit)}) wait to be accepted`,
  remedy: "Raise the limit, or make the middleware before `accept` faster.",
};

/** Too many bytes wait in queues. */
export const QUEUES_FULL = {
  code: "QUEUES_FULL",
  status: 503,
  sentence: (limit: number) => `more than limits.queuedBytes (${digits(limit)}) wait in the queues of all sockets`,
  remedy: "Raise the limit, or make slow consumers and handlers wait less.",
};

/** Nobody accepted in time. */
export const HANDSHAKE_TIMEOUT = {
  code: "HANDSHAKE_TIMEOUT",
  status: 503,
  sentence: (limit: number) => `not accepted within limits.handshakeTimeout (${digits(limit)} ms)`,
  remedy: "Make the middleware before `accept` faster, or raise the limit.",
};

/** `attach` got something else. */
export const NO_SERVER = {
  code: "NO_SERVER",
  sentence: (type: string) => `attach wants a server of node:http, https or http2, got ${type}`,
  remedy:
    "Express gives one as the result of `app.listen`, Fastify as `app.server`; a Koa app goes into `createServer(app.callback())`.",
};

/** The app is closing. */
export const APP_CLOSING = {
  code: "APP_CLOSING",
  status: 503,
  sentence: () => "the app is closing",
  remedy: "Clients connect again, to a machine that is there.",
};

/** Nobody decided. */
export const NOT_ACCEPTED = {
  code: "NOT_ACCEPTED",
  status: 403,
  sentence: (who: string) =>
    `the ${who} returned without accepting the socket (socket.open is false until accept, or the first send, receive or join)`,
  remedy: "Call `next()` in a middleware, or `accept`, or send or receive something; `reject(status)` says why not.",
};

/** The host in the request is not one of ours. */
export const HOST_REFUSED = {
  code: "HOST_REFUSED",
  status: 403,
  sentence: (reason: string) => reason,
  remedy: "Add the host to the option `hosts`.",
};

/** The page that asks is not allowed to. */
export const ORIGIN_REFUSED = {
  code: "ORIGIN_REFUSED",
  status: 403,
  sentence: (reason: string) => reason,
  remedy: "Add the origin to the option `origins`; any page can make a browser connect, with the user's cookies.",
};

/** The user's code threw before it accepted. */
export const FAILED_BEFORE_ACCEPT = {
  code: "FAILED_BEFORE_ACCEPT",
  status: 500,
  sentence: (where: string) => `the ${where} threw before the socket was accepted`,
  remedy: "The log has the error itself.",
};

/** The user's code rejected. */
export const REJECTED = {
  code: "REJECTED",
  sentence: (status: number) => `rejected with ${status} by the app`,
  remedy: "The middleware or handler decided so.",
};

// Paths

/** A path pattern is not a path. */
export const PATTERN_WITHOUT_SLASH = {
  code: "PATTERN_WITHOUT_SLASH",
  sentence: (pattern: string) => `path pattern is ${shown(pattern)} and does not begin with "/"`,
  remedy: 'Begin the pattern with a slash: `"/chat/:room"`. Only `"*"`, for all paths, stands without one.',
};

/** A segment of a path pattern is none of those there are. */
export const PATTERN_SEGMENT_INVALID = {
  code: "PATTERN_SEGMENT_INVALID",
  sentence: (pattern: string, position: number, segment: string, problem: string) =>
    `path pattern ${shown(pattern)}: segment ${position} (${shown(segment)}) ${problem}`,
  remedy:
    "A segment is plain text, `:name`, `:name<converter>` or, at the end, `*`, and always whole. In plain text write `%3A` for a colon, `%2A` for a star, `%3F` for a question mark.",
};

/** Something follows the part of a path pattern that takes the rest of the path. */
export const PATTERN_AFTER_REST = {
  code: "PATTERN_AFTER_REST",
  sentence: (pattern: string, position: number, segment: string) =>
    `path pattern ${shown(pattern)}: segment ${position} (${shown(segment)}) takes the rest of the path, and is not the last`,
  remedy: "Move `:name<path>` or `*` to the end, or use `:name` for a single segment.",
};

/** Two parameters of a path pattern have one name. */
export const PATTERN_PARAM_TWICE = {
  code: "PATTERN_PARAM_TWICE",
  sentence: (pattern: string, position: number, name: string) =>
    `path pattern ${shown(pattern)}: segment ${position} names a parameter ${shown(name)} again`,
  remedy: "Give each parameter its own name; where an app is mounted, the prefix counts too.",
};

/** A path pattern names a converter that the app does not have. */
export const CONVERTER_UNKNOWN = {
  code: "CONVERTER_UNKNOWN",
  sentence: (pattern: string, position: number, converter: string, known: string) =>
    `path pattern ${shown(pattern)}: segment ${position} names the converter ${shown(converter)}; there are ${known}`,
  remedy: "Correct the name, or call `app.converter` before the route that uses it.",
};

/** A converter has a name that no path pattern could use. */
export const CONVERTER_NAME_INVALID = {
  code: "CONVERTER_NAME_INVALID",
  sentence: (converter: string) => `name of a converter is ${shown(converter)}, not a name as in JavaScript`,
  remedy: "Use letters, digits and underscores, and begin with a letter.",
};

/** A converter's name is taken. */
export const CONVERTER_TWICE = {
  code: "CONVERTER_TWICE",
  sentence: (converter: string) => `there is a converter ${shown(converter)} already`,
  remedy: "Choose another name: what a name converts to holds for the whole app.",
};

/** A route could never be reached, because an earlier one takes all its paths. */
export const ROUTE_DUPLICATE = {
  code: "ROUTE_DUPLICATE",
  sentence: (pattern: string, earlier: string) =>
    `route ${shown(pattern)} takes the same paths as ${shown(earlier)}, which was registered earlier`,
  remedy: "Remove one of the two, or change its path or its converters. Names of parameters do not tell routes apart.",
};

/** Two routes have one name. */
export const ROUTE_NAME_TWICE = {
  code: "ROUTE_NAME_TWICE",
  sentence: (name: string, pattern: string, earlier: string) =>
    `route ${shown(pattern)} is named ${shown(name)}, which is the name of ${shown(earlier)}`,
  remedy: "Give each route its own name.",
};

/** A path was to be built without one of its parameters. */
export const PATH_PARAM_MISSING = {
  code: "PATH_PARAM_MISSING",
  sentence: (pattern: string, name: string) => `path for ${shown(pattern)}: the parameter ${shown(name)} is missing`,
  remedy: "Give a value for every parameter of the pattern.",
};

/** A converter made something else than text of a value. */
export const PATH_PARAM_NOT_TEXT = {
  code: "PATH_PARAM_NOT_TEXT",
  sentence: (pattern: string, name: string, type: string) =>
    `path for ${shown(pattern)}: the parameter ${shown(name)} becomes ${type}, not a string`,
  remedy: "Give a string where the pattern names no converter; let `format` of your own converters return one.",
};

/** A path was to be built with a value that would not come back out of it. */
export const PATH_PARAM_UNFIT = {
  code: "PATH_PARAM_UNFIT",
  sentence: (pattern: string, name: string, text: string, problem: string) =>
    `path for ${shown(pattern)}: the parameter ${shown(name)} is ${shown(text)}, ${problem}`,
  remedy: "Give a value that the converter of this parameter would itself read from a path.",
};

// Guards

/** An element of the option `origins` is no origin, pattern or function. */
export const BAD_ORIGINS = {
  code: "BAD_ORIGINS",
  sentence: (value: string) =>
    `origins holds ${shown(value)}, which is no origin such as "https://app.example.com", "https://*.example.com" or "http://localhost:*"`,
  remedy: 'Write scheme, host and port, without path or trailing slash; or a RegExp, a function, "same-host" or "*".',
};

/** An element of the option `hosts` is no host. */
export const BAD_HOSTS = {
  code: "BAD_HOSTS",
  sentence: (value: string) =>
    `hosts holds ${shown(value)}, which is no host such as "example.com", "example.com:8080", "*.example.com" or "[::1]"`,
  remedy: "Write the host with an optional port, without scheme or path; leave `hosts` out to allow any.",
};

/** The option `trustProxy` is none of its forms. */
export const BAD_TRUST_PROXY = {
  code: "BAD_TRUST_PROXY",
  sentence: (value: string) =>
    `trustProxy is or holds ${shown(value)}, which is no address, no CIDR such as "10.0.0.0/8" and none of "loopback", "linklocal", "uniquelocal"`,
  remedy: "Name the proxies by address, or give their number as a whole number (not a string), or true or false.",
};

// Listening

/** Something else listens on the port. */
export const PORT_IN_USE = {
  code: "PORT_IN_USE",
  sentence: (port: number, host: string) =>
    `port ${port} on ${host} is in use: choose another with the option port, or 0 for any free one`,
  remedy: "End the program that listens there (`ss -ltnp` names it), or choose another `port`.",
};

/** The system keeps the port for the administrator. */
export const PORT_FORBIDDEN = {
  code: "PORT_FORBIDDEN",
  sentence: (port: number) => `no permission to listen on port ${port}: choose one from 1024 on with the option port`,
  remedy:
    "Listen above 1023 behind a proxy, or give the program the right (`CAP_NET_BIND_SERVICE`, systemd's sockets).",
};

/** There is no such port. */
export const PORT_INVALID = {
  code: "PORT_INVALID",
  sentence: (port: string) => `port is ${shown(port)}, not a whole number from 0 to 65535`,
  remedy: "Give a number: `Number(process.env.PORT)`, not the text itself. 0 takes any free port.",
};

/** No network card of this machine has the address. */
export const HOST_NOT_HERE = {
  code: "HOST_NOT_HERE",
  sentence: (host: string) => `this machine has no address ${shown(host)}: choose another with the option host`,
  remedy: "Use `127.0.0.1` for this machine alone, or `0.0.0.0` or `::` for every address it has.",
};

/** The name leads to no address. */
export const HOST_NOT_FOUND = {
  code: "HOST_NOT_FOUND",
  sentence: (host: string) =>
    `host ${shown(host)} cannot be resolved to an address: choose another with the option host`,
  remedy: "Check the spelling, or give the address itself.",
};

/** Another server listens on the unix socket. */
export const PATH_IN_USE = {
  code: "PATH_IN_USE",
  sentence: (path: string) => `another server listens on ${shown(path)}: choose another socket with the option path`,
  remedy: "End the other server, or choose another `path`. A socket that nobody listens on is taken over by itself.",
};

/** The path of the unix socket is another kind of file. */
export const PATH_IS_NO_SOCKET = {
  code: "PATH_IS_NO_SOCKET",
  sentence: (path: string) => `${shown(path)} exists and is no socket: choose another with the option path`,
  remedy: "Choose a `path` where there is no file; nothing but an abandoned socket is ever removed.",
};

/** The folder of the unix socket is missing. */
export const PATH_MISSING = {
  code: "PATH_MISSING",
  sentence: (path: string) =>
    `the folder of ${shown(path)} does not exist: make it, or choose another with the option path`,
  remedy: "Make the folder first (`mkdir -p`); listening does not.",
};

/** The folder of the unix socket may not be written to. */
export const PATH_FORBIDDEN = {
  code: "PATH_FORBIDDEN",
  sentence: (path: string) => `no permission to make the socket ${shown(path)}: choose another with the option path`,
  remedy: "Give the user that runs this the right to write into the folder.",
};

/** A unix socket's path has a limit of about a hundred bytes. */
export const PATH_TOO_LONG = {
  code: "PATH_TOO_LONG",
  sentence: (length: number, limit: number) =>
    `path has ${length} bytes, and a unix socket's has at most ${limit}: choose a shorter one with the option path`,
  remedy: "Use a short folder such as `/run/app`, or a path relative to the working directory.",
};

/** The descriptor is no socket that one can listen on. */
export const FD_INVALID = {
  code: "FD_INVALID",
  sentence: (fd: string) => `fd ${shown(fd)} is no socket of this process that one can listen on`,
  remedy: "Give the number that the parent (systemd: 3) passed on, of a socket that is bound.",
};

/** Two options exclude each other. */
export const LISTEN_OPTIONS_CONTRADICT = {
  code: "LISTEN_OPTIONS_CONTRADICT",
  sentence: (one: string, other: string) => `the options ${one} and ${other} of listen exclude each other`,
  remedy: "Give either `port` and `host`, or `path`, or `fd`. Several places are several calls of `listen`.",
};

/** HTTP/2 beside HTTP/1.1 on one port needs TLS, which tells them apart. */
export const HTTP2_NEEDS_TLS = {
  code: "HTTP2_NEEDS_TLS",
  sentence: () => "http2 needs the option tls: without it, HTTP/1.1 and HTTP/2 cannot share a port",
  remedy: "Give `tls` a certificate, or attach the app to an `http2.createServer()` of your own.",
};

/** TLS needs a certificate and its key. */
export const TLS_INCOMPLETE = {
  code: "TLS_INCOMPLETE",
  sentence: (missing: string) => `tls has no ${missing}: give it cert and key, or pfx, or SNICallback`,
  remedy:
    '`tls: { cert: readFileSync("cert.pem"), key: readFileSync("key.pem") }`. The options hold contents, not file names.',
};

/** Certificate or key cannot be used. */
export const TLS_INVALID = {
  code: "TLS_INVALID",
  sentence: (reason: string) => `tls cannot be used: ${reason}`,
  remedy: "Give `cert` and `key` the contents of PEM files that belong together, and `passphrase` if the key has one.",
};

/** The system refused for another reason. */
export const LISTEN_FAILED = {
  code: "LISTEN_FAILED",
  sentence: (place: string, reason: string) => `cannot listen on ${place}: ${reason}`,
  remedy: "`error.cause` is the system's own error.",
};

/** An app is mounted where no path can begin. */
export const BAD_PREFIX = {
  code: "BAD_PREFIX",
  sentence: (prefix: string) => `prefix is ${shown(prefix)}, not a path such as "/live"`,
  remedy: "Begin it with a slash, without query, fragment or parameters; leave it out for all paths.",
};

/** There is nothing to serve. */
export const NO_SUCH_FOLDER = {
  code: "NO_SUCH_FOLDER",
  sentence: (folder: string) => `there is no folder ${shown(folder)} to serve files from`,
  remedy:
    'A relative path starts at the working directory: use `new URL("public", import.meta.url).pathname` to be sure.',
};
