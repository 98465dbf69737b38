/** The errors of Antiphon: four classes, and one constant for each thing that can go wrong. Bundlers drop what is not used. */

/** What a sentence is filled with. Numbers are written with thin groups of three: `1 048 576`. */
export type ErrorArgument = string | number;

/** What is known of one kind of error before it happens. `docs/reference/errors.md` is made from these. */
export interface ErrorKind<Args extends readonly ErrorArgument[] = readonly never[]> {
  /** A stable name for programs: `error.code`. */
  readonly code: string;
  /** The sentence, with the numbers and the option that would change it. */
  readonly sentence: (...args: Args) => string;
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
  /** For a client: the headers of the answer. */
  readonly headers: Headers | undefined;
  /** For a client: the body of the answer as text, up to `limits.answerBody`; `""` if there was none. */
  readonly body: string;
  /** For a client: milliseconds that the server wants it to wait (`Retry-After`). */
  readonly retryAfter: number | undefined;

  constructor(code: string, message: string, status: number | undefined, answer: HandshakeAnswer = {}) {
    super(code, message);
    this.status = status;
    this.headers = answer.headers;
    this.body = answer.body ?? "";
    this.retryAfter = answer.retryAfter;
  }
}

/** What a client was answered in place of an open WebSocket. */
export interface HandshakeAnswer {
  readonly headers?: Headers | undefined;
  readonly body?: string | undefined;
  readonly retryAfter?: number | undefined;
}

/** No WebSocket, and no answer that says why: nobody listens there, the name is unknown, TLS failed. `cause` has the runtime's own error. */
export class ConnectError extends AntiphonError {
  override readonly name = "ConnectError";

  constructor(code: string, message: string, cause?: unknown) {
    super(code, message);
    if (cause !== undefined) this.cause = cause;
  }
}

/**
 * The connection has ended: what was to be received or sent will not be. A handler may let it escape: that is a normal
 * end. `cause` is the rule or limit that was broken, or the transport's error, where that was the end.
 */
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

/** What carries rooms between machines cannot be reached, or did not do what it was asked. `cause`: what its client says. */
export class BrokerError extends AntiphonError {
  override readonly name = "BrokerError";

  constructor(code: string, message: string, cause?: unknown) {
    super(code, message);
    if (cause !== undefined) this.cause = cause;
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

/** Makes a `BrokerError`; its `cause` is what the broker's client says. */
export function brokerError<Args extends readonly ErrorArgument[]>(
  kind: ErrorKind<Args>,
  cause: unknown,
  ...args: Args
): BrokerError {
  return new BrokerError(kind.code, kind.sentence(...args), cause);
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

/**
 * A message passed the limit on its size.
 * @remedy Raise `limits.messageSize` on this side, or send the data in several messages.
 */
export const MESSAGE_TOO_BIG = {
  code: "MESSAGE_TOO_BIG",
  closeCode: 1009,
  sentence: (size: number, limit: number) =>
    `message of ${digits(size)} bytes exceeds limits.messageSize (${digits(limit)})`,
};

/**
 * A frame announced more than the limit on one frame.
 * @remedy Raise `limits.frameSize` on this side, or send smaller frames.
 */
export const FRAME_TOO_BIG = {
  code: "FRAME_TOO_BIG",
  closeCode: 1009,
  sentence: (size: number, limit: number) =>
    `frame of ${digits(size)} bytes exceeds limits.frameSize (${digits(limit)})`,
};

/**
 * A compressed message passed the limit on messages while it was inflated.
 * @remedy Raise `limits.messageSize` on this side if such messages are honest; it stops decompression bombs.
 */
export const INFLATED_TOO_BIG = {
  code: "INFLATED_TOO_BIG",
  closeCode: 1009,
  sentence: (limit: number) => `compressed message inflates to more than limits.messageSize (${digits(limit)} bytes)`,
};

/**
 * A text is longer than a JavaScript string can be.
 * @remedy Lower `limits.messageSize`, or take such messages in parts.
 */
export const TEXT_TOO_LONG = {
  code: "TEXT_TOO_LONG",
  closeCode: 1009,
  sentence: (limit: number) => `text of more than ${digits(limit)} characters, the longest that this runtime can hold`,
};

/**
 * A message came in too many frames.
 * @remedy Raise `limits.fragments` on this side, or send larger fragments.
 */
export const TOO_MANY_FRAGMENTS = {
  code: "TOO_MANY_FRAGMENTS",
  closeCode: 1008,
  sentence: (limit: number) => `message in more than limits.fragments (${digits(limit)}) fragments`,
};

/**
 * The peer sends frames that carry nothing, too fast.
 * @remedy Raise `limits.controlFramesPerSecond` on this side, or make the peer ping less often.
 */
export const CONTROL_FLOOD = {
  code: "CONTROL_FLOOD",
  closeCode: 1008,
  sentence: (limit: number) =>
    `more than limits.controlFramesPerSecond (${digits(limit)}) pings, pongs and empty frames in a second`,
};

/**
 * RFC 6455, 5.2: RSV1, RSV2 and RSV3 belong to extensions.
 * @remedy The peer compresses without having agreed on it, or something between changes the stream.
 */
export const RSV_UNEXPECTED = {
  code: "RSV_UNEXPECTED",
  closeCode: 1002,
  sentence: (bits: string) => `reserved bits ${bits} set, and no extension was negotiated that uses them there`,
};

/**
 * RFC 6455, 5.2: opcodes 3 to 7 and 11 to 15 are reserved.
 * @remedy The peer does not speak RFC 6455, or the stream is out of step.
 */
export const OPCODE_RESERVED = {
  code: "OPCODE_RESERVED",
  closeCode: 1002,
  sentence: (opcode: number) => `reserved opcode 0x${opcode.toString(16)}`,
};

/**
 * RFC 6455, 5.5: control frames are never fragmented.
 * @remedy The peer must send each control frame whole.
 */
export const CONTROL_FRAGMENTED = {
  code: "CONTROL_FRAGMENTED",
  closeCode: 1002,
  sentence: () => `control frame without FIN`,
};

/**
 * RFC 6455, 5.5: at most 125 bytes.
 * @remedy The peer must keep pings, pongs and close reasons within 125 bytes.
 */
export const CONTROL_TOO_LONG = {
  code: "CONTROL_TOO_LONG",
  closeCode: 1002,
  sentence: (size: number) => `control frame with a payload of ${digits(size)} bytes; 125 is the most`,
};

/**
 * RFC 6455, 5.1: a client masks its frames.
 * @remedy The peer must mask what it sends, as every client must.
 */
export const MASK_MISSING = {
  code: "MASK_MISSING",
  closeCode: 1002,
  sentence: () => `unmasked frame from a client`,
};

/**
 * RFC 6455, 5.1: a server does not mask its frames.
 * @remedy The peer must not mask what it sends, since it is the server.
 */
export const MASK_UNEXPECTED = {
  code: "MASK_UNEXPECTED",
  closeCode: 1002,
  sentence: () => `masked frame from a server`,
};

/**
 * RFC 6455, 5.2: lengths are written in the shortest form.
 * @remedy The peer must use the minimal number of bytes to encode a length.
 */
export const LENGTH_NOT_MINIMAL = {
  code: "LENGTH_NOT_MINIMAL",
  closeCode: 1002,
  sentence: (size: number, bytes: number) =>
    `payload length ${digits(size)} written in ${bytes} bytes, which is not the shortest form`,
};

/**
 * RFC 6455, 5.2: the most significant bit of a 64-bit length is 0.
 * @remedy The peer does not speak RFC 6455, or the stream is out of step.
 */
export const LENGTH_OVERFLOW = {
  code: "LENGTH_OVERFLOW",
  closeCode: 1002,
  sentence: () => `64-bit payload length with its most significant bit set`,
};

/**
 * RFC 6455, 5.4: a continuation follows an unfinished message.
 * @remedy The peer must begin a message with a text or binary frame.
 */
export const CONTINUATION_UNEXPECTED = {
  code: "CONTINUATION_UNEXPECTED",
  closeCode: 1002,
  sentence: () => `continuation frame without a message to continue`,
};

/**
 * RFC 6455, 5.4: the fragments of two messages are not interleaved.
 * @remedy The peer must end a fragmented message before it begins another.
 */
export const MESSAGE_INTERRUPTED = {
  code: "MESSAGE_INTERRUPTED",
  closeCode: 1002,
  sentence: () => `new message inside an unfinished one`,
};

/**
 * RFC 6455, 8.1: text is UTF-8.
 * @remedy The peer must send text as UTF-8, or the data as binary.
 */
export const INVALID_UTF8 = {
  code: "INVALID_UTF8",
  closeCode: 1007,
  sentence: () => `text message is not valid UTF-8`,
};

/**
 * RFC 7692, 7.2.2: a compressed message is a DEFLATE stream.
 * @remedy The peer's compression does not follow RFC 7692, or something between changes the stream.
 */
export const DEFLATE_CORRUPT = {
  code: "DEFLATE_CORRUPT",
  closeCode: 1007,
  sentence: () => `compressed message is corrupt or cut short`,
};

/**
 * RFC 6455, 5.5.1: a close code has two bytes.
 * @remedy The peer must send no payload, or a code of two bytes.
 */
export const CLOSE_PAYLOAD_SHORT = {
  code: "CLOSE_PAYLOAD_SHORT",
  closeCode: 1002,
  sentence: () => `Close frame with a payload of one byte`,
};

/**
 * RFC 6455, 7.4: not every code may be on the wire.
 * @remedy The peer may use 1000 to 1003, 1007 to 1014 and 3000 to 4999.
 */
export const CLOSE_CODE_FORBIDDEN = {
  code: "CLOSE_CODE_FORBIDDEN",
  closeCode: 1002,
  sentence: (closeCode: number) => `Close frame with the code ${closeCode}, which must not be sent`,
};

/**
 * RFC 6455, 5.5.1: the reason is UTF-8.
 * @remedy The peer must send the reason as UTF-8.
 */
export const CLOSE_REASON_NOT_UTF8 = {
  code: "CLOSE_REASON_NOT_UTF8",
  closeCode: 1007,
  sentence: () => `close reason is not valid UTF-8`,
};

// Mistakes of the caller of the engine

/**
 * Something was to be sent on a connection that is not open.
 * @remedy Look at `state` first, or send nothing after `close` or after the end.
 */
export const NOT_OPEN = {
  code: "NOT_OPEN",
  sentence: (call: string, state: string) => `${call}: the connection is ${state}`,
};

/**
 * Something was to be sent that is neither text nor bytes.
 * @remedy Send `JSON.stringify(value)` for a value, `new Uint8Array(buffer)` for an ArrayBuffer.
 */
export const NOT_A_MESSAGE = {
  code: "NOT_A_MESSAGE",
  sentence: (call: string, type: string) => `${call}: a message is a string or a Uint8Array, not ${type}`,
};

/**
 * A ping or pong was to carry something that is no bytes.
 * @remedy Make bytes of it: `new TextEncoder().encode(text)`.
 */
export const NOT_BYTES = {
  code: "NOT_BYTES",
  sentence: (call: string, type: string) => `${call}: the payload is a Uint8Array, not ${type}`,
};

/**
 * Messages were wanted in parts by a sink that takes none.
 * @remedy Give the sink a method `part(data, last)`.
 */
export const PART_MISSING = {
  code: "PART_MISSING",
  sentence: () => `inParts: the sink has no method "part"`,
};

/**
 * A message was to be sent between the fragments of another.
 * @remedy Send the last fragment with `last: true` before the next message.
 */
export const MESSAGE_UNFINISHED = {
  code: "MESSAGE_UNFINISHED",
  sentence: () => `a message that was begun with sendFragment has not ended`,
};

/**
 * A text fragment was to follow a binary one, or the other way round.
 * @remedy Pass only strings, or only bytes, until `last`.
 */
export const MESSAGE_KIND_CHANGED = {
  code: "MESSAGE_KIND_CHANGED",
  sentence: () => `fragments of one message are all text or all binary`,
};

/**
 * RFC 6455, 5.5: a control frame holds at most 125 bytes.
 * @remedy Send at most 125 bytes in a ping or pong.
 */
export const CONTROL_PAYLOAD_TOO_LONG = {
  code: "CONTROL_PAYLOAD_TOO_LONG",
  sentence: (call: string, size: number) => `${call}: payload of ${digits(size)} bytes; 125 is the most`,
};

/**
 * RFC 6455, 7.4: not every code may be on the wire.
 * @remedy Use 1000, a code from 3000 to 4999, or one of the others that may be sent.
 */
export const CLOSE_CODE_UNSENDABLE = {
  code: "CLOSE_CODE_UNSENDABLE",
  sentence: (closeCode: string, rule: string) => `close: code ${closeCode} can't be sent; ${rule}`,
};

/**
 * A limit is no positive number.
 * @remedy Leave the limit out for its default.
 */
export const LIMIT_INVALID = {
  code: "LIMIT_INVALID",
  sentence: (limit: string, value: string) =>
    `limits.${limit} is ${value}; a limit is one of those listed, and a positive number, or Infinity for none`,
};

/**
 * A timeout is no time.
 * @remedy Leave the option out for its default.
 */
export const TIMEOUT_INVALID = {
  code: "TIMEOUT_INVALID",
  sentence: (option: string, value: string) =>
    `${option} is ${value}; a timeout is 0 to 2 147 483 647 milliseconds, or Infinity for none`,
};

/**
 * Compression needs a platform that can deflate.
 * @remedy Use `nodePlatform`, or negotiate without compression.
 */
export const ZLIB_MISSING = {
  code: "ZLIB_MISSING",
  sentence: () => `compression was negotiated, and the platform has no zlib`,
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

/**
 * The request uses another method than the handshake of its HTTP version.
 * @remedy Connect with a WebSocket client; give plain HTTP its own route with `app.http`.
 */
export const METHOD_NOT_ALLOWED = {
  code: "METHOD_NOT_ALLOWED",
  status: 405,
  sentence: (method: string, allowed: string) =>
    `method is ${shown(method)}, but only ${allowed} opens a WebSocket on this HTTP version`,
};

/**
 * The request came over HTTP/1.0 or something older.
 * @remedy If a reverse proxy stands in front, let it speak HTTP/1.1 to this server (nginx: `proxy_http_version 1.1`).
 */
export const HTTP_VERSION_TOO_LOW = {
  code: "HTTP_VERSION_TOO_LOW",
  status: 400,
  sentence: (version: string) => `HTTP version is ${shown(version)}, and a WebSocket needs at least 1.1`,
};

/**
 * The request target is no path, or has a fragment. In both roles.
 * @remedy Begin the path with a slash, escape spaces and non-ASCII characters, and leave out `#` and what follows.
 */
export const BAD_TARGET = {
  code: "BAD_TARGET",
  status: 400,
  sentence: (target: string) =>
    `request target is ${shown(target)}, not a path that begins with "/" and has no fragment`,
};

/**
 * The host is missing or not of the form `host` or `host:port`. In both roles.
 * @remedy Send exactly one `Host` header, such as `example.com:8080`.
 */
export const BAD_HOST = {
  code: "BAD_HOST",
  status: 400,
  sentence: (host: string) => `Host is ${shown(host)}, not one host with an optional port`,
};

/**
 * The request does not ask for an upgrade to WebSocket.
 * @remedy Connect with a WebSocket client. If a reverse proxy stands in front, let it pass on the headers `Upgrade`
 * and `Connection`.
 */
export const UPGRADE_REQUIRED = {
  code: "UPGRADE_REQUIRED",
  status: 426,
  sentence: (upgrade: string) => `Upgrade header is ${shown(upgrade)} and lacks "websocket"`,
};

/**
 * The request has `Upgrade: websocket`, but its `Connection` header does not say so.
 * @remedy If a reverse proxy stands in front, let it pass on the headers `Upgrade` and `Connection`.
 */
export const CONNECTION_WITHOUT_UPGRADE = {
  code: "CONNECTION_WITHOUT_UPGRADE",
  status: 400,
  sentence: (connection: string) => `Connection header is ${shown(connection)} and lacks "Upgrade"`,
};

/**
 * The request for an upgrade announces a body.
 * @remedy Send the data as the first message instead.
 */
export const REQUEST_WITH_BODY = {
  code: "REQUEST_WITH_BODY",
  status: 400,
  sentence: (name: string, value: string) => `${name} is ${shown(value)}, but a WebSocket handshake has no body`,
};

/**
 * The client speaks another version of the WebSocket Protocol than 13. On HTTP/2 the status is 400.
 * @remedy Use a client that follows RFC 6455.
 */
export const VERSION_NOT_SUPPORTED = {
  code: "VERSION_NOT_SUPPORTED",
  status: 426,
  sentence: (version: string) => `Sec-WebSocket-Version is ${shown(version)}, and this server speaks 13 only`,
};

/**
 * The key of the handshake is missing or has another size.
 * @remedy Use a client that follows RFC 6455; the key is new for each connection.
 */
export const BAD_KEY = {
  code: "BAD_KEY",
  status: 400,
  sentence: (key: string) => `Sec-WebSocket-Key is ${shown(key)}, not 16 bytes in base64`,
};

/**
 * The list of offered subprotocols is malformed.
 * @remedy Offer each subprotocol once, as a token: no spaces, no quotes.
 */
export const BAD_SUBPROTOCOL_LIST = {
  code: "BAD_SUBPROTOCOL_LIST",
  status: 400,
  sentence: (list: string, reason: string) => `Sec-WebSocket-Protocol is ${shown(list)} and ${reason}`,
};

/**
 * The list of extensions is malformed. In both roles.
 * @remedy The peer breaks the grammar of RFC 6455, 9.1; report it there.
 */
export const BAD_EXTENSION_LIST = {
  code: "BAD_EXTENSION_LIST",
  status: 400,
  sentence: (list: string, reason: string) => `Sec-WebSocket-Extensions is ${shown(list)}: ${reason}`,
};

/**
 * An HTTP/2 request has a header that HTTP/2 forbids.
 * @remedy The client or proxy breaks RFC 9113, 8.2.2; report it there.
 */
export const CONNECTION_HEADER_ON_HTTP2 = {
  code: "CONNECTION_HEADER_ON_HTTP2",
  status: 400,
  sentence: (name: string) => `${name} header came with an HTTP/2 request, where it must not be`,
};

/**
 * An HTTP/2 CONNECT asks for something else than a WebSocket.
 * @remedy This server is no proxy; connect with a WebSocket client (RFC 8441).
 */
export const CONNECT_PROTOCOL_NOT_IMPLEMENTED = {
  code: "CONNECT_PROTOCOL_NOT_IMPLEMENTED",
  status: 501,
  sentence: (protocol: string) => `:protocol of the CONNECT request is ${shown(protocol)}, not "websocket"`,
};

// A head that cannot be read (either role; a response's error has no status)

/**
 * A line of the HTTP head breaks the grammar.
 * @remedy Check that the peer speaks HTTP/1.1 on this port, and TLS only where this side expects it.
 */
export const BAD_HTTP_HEAD = {
  code: "BAD_HTTP_HEAD",
  status: 400,
  sentence: (line: number, reason: string, text: string) =>
    `line ${line} of the HTTP head ${reason}${text === "" ? "" : `: ${shown(text)}`}`,
};

/**
 * The head of the request or response is longer than the limit.
 * @remedy Raise `limits.headBytes`, or send fewer and smaller headers (often: cookies).
 */
export const HEAD_TOO_BIG = {
  code: "HEAD_TOO_BIG",
  status: 431,
  sentence: (limit: number) => `HTTP head exceeds limits.headBytes (${digits(limit)})`,
};

/**
 * The head of the request or response has more header fields than the limit.
 * @remedy Raise `limits.headers`, or send fewer headers.
 */
export const TOO_MANY_HEADERS = {
  code: "TOO_MANY_HEADERS",
  status: 431,
  sentence: (limit: number) => `HTTP head has more header fields than limits.headers (${digits(limit)})`,
};

/**
 * The head is of another major version of HTTP.
 * @remedy Speak HTTP/1.1 on this port.
 */
export const HTTP_VERSION_NOT_SUPPORTED = {
  code: "HTTP_VERSION_NOT_SUPPORTED",
  status: 505,
  sentence: (version: string) => `HTTP version is ${shown(version)}, and 1.1 is spoken here`,
};

// A response that the client does not take (the error's status is the response's)

/**
 * The server answered with a status that does not open the WebSocket.
 * @remedy Check URL and credentials; the server's log says more. A 3xx names the new place in `headers`.
 */
export const UPGRADE_REFUSED = {
  code: "UPGRADE_REFUSED",
  sentence: (status: number, versions: string) =>
    `server answered ${status} and did not open the WebSocket${
      versions === "" ? "" : `; it speaks the WebSocket versions ${shown(versions)}, this client speaks 13`
    }`,
};

/**
 * The response lacks `Upgrade: websocket`.
 * @remedy Check that a WebSocket server listens at this URL, and what proxies between do to headers.
 */
export const ANSWER_WITHOUT_UPGRADE = {
  code: "ANSWER_WITHOUT_UPGRADE",
  sentence: (upgrade: string) => `Upgrade header of the answer is ${shown(upgrade)}, not "websocket"`,
};

/**
 * The response lacks `Connection: Upgrade`.
 * @remedy Check that a WebSocket server listens at this URL, and what proxies between do to headers.
 */
export const ANSWER_WITHOUT_CONNECTION = {
  code: "ANSWER_WITHOUT_CONNECTION",
  sentence: (connection: string) => `Connection header of the answer is ${shown(connection)} and lacks "Upgrade"`,
};

/**
 * The response does not prove that the server read our key.
 * @remedy Something between replays old answers, or the server is no WebSocket server; report it there.
 */
export const WRONG_ACCEPT = {
  code: "WRONG_ACCEPT",
  sentence: (accept: string, expected: string) =>
    `Sec-WebSocket-Accept of the answer is ${shown(accept)}, not ${shown(expected)}`,
};

/**
 * The response chooses a subprotocol that was not offered, or several.
 * @remedy Offer it in `protocols`, or configure the server to choose only what was offered.
 */
export const ANSWER_SUBPROTOCOL = {
  code: "ANSWER_SUBPROTOCOL",
  sentence: (protocol: string, offered: string) =>
    `server chose the subprotocol ${shown(protocol)}, which is not one of those offered (${offered === "" ? "none" : shown(offered)})`,
};

/**
 * The response uses an extension that was not offered.
 * @remedy The server breaks RFC 6455, 4.1; report it there. Set `compression` if you want permessage-deflate.
 */
export const EXTENSION_NOT_OFFERED = {
  code: "EXTENSION_NOT_OFFERED",
  sentence: (name: string) => `server uses the extension ${shown(name)}, which was not offered`,
};

/**
 * The response uses an extension twice.
 * @remedy The server breaks RFC 7692, 5; report it there, or set `compression: false`.
 */
export const EXTENSION_TWICE = {
  code: "EXTENSION_TWICE",
  sentence: (name: string) => `server uses the extension ${shown(name)} twice`,
};

/**
 * The response answers our offer of permessage-deflate with parameters that do not fit it.
 * @remedy Change the `compression` options so that the server can keep to them, or set `compression: false`.
 */
export const BAD_DEFLATE_ANSWER = {
  code: "BAD_DEFLATE_ANSWER",
  sentence: (reason: string) => `server's answer for permessage-deflate does not fit the offer: ${reason}`,
};

// Mistakes of the caller

/**
 * A header's name is no token.
 * @remedy Give header names without spaces, colons or line breaks.
 */
export const BAD_HEADER_NAME = {
  code: "BAD_HEADER_NAME",
  sentence: (name: string) => `header name ${shown(name)} is not a token (letters, digits, "-")`,
};

/**
 * A header's value would break out of its line, or does not fit into it.
 * @remedy Use visible Latin-1 characters, without line breaks; encode other text, for example with encodeURIComponent.
 */
export const BAD_HEADER_VALUE = {
  code: "BAD_HEADER_VALUE",
  sentence: (name: string, reason: string) => `value of the header ${shown(name)} ${reason}`,
};

/**
 * A header belongs to the handshake, which writes it itself.
 * @remedy Leave it out; use the options `protocols`, `subprotocol` or `compression` instead.
 */
export const RESERVED_HEADER = {
  code: "RESERVED_HEADER",
  sentence: (name: string) => `header ${shown(name)} belongs to the handshake and cannot be set in headers`,
};

/**
 * A start line could not be written safely.
 * @remedy Give a method that is a token, a status of three digits and a reason of visible characters.
 */
export const BAD_START_LINE = {
  code: "BAD_START_LINE",
  sentence: (part: string, value: string | number) =>
    `${part} of the HTTP head is ${shown(value)}, which cannot be sent`,
};

/**
 * A subprotocol's name is no token.
 * @remedy Name the subprotocol without spaces, commas, slashes or quotes.
 */
export const BAD_SUBPROTOCOL = {
  code: "BAD_SUBPROTOCOL",
  sentence: (protocol: string) => `subprotocol ${shown(protocol)} is not a token (letters, digits, "-", ".")`,
};

/**
 * A subprotocol is offered twice.
 * @remedy Name each subprotocol once.
 */
export const SUBPROTOCOL_TWICE = {
  code: "SUBPROTOCOL_TWICE",
  sentence: (protocol: string) => `subprotocol ${shown(protocol)} is offered twice in protocols`,
};

/**
 * The server's choice is not among what the client offered.
 * @remedy Choose one of `socket.protocols`, or none.
 */
export const SUBPROTOCOL_NOT_OFFERED = {
  code: "SUBPROTOCOL_NOT_OFFERED",
  sentence: (protocol: string, offered: string) =>
    `subprotocol ${shown(protocol)} is not one of those the client offered (${offered === "" ? "none" : shown(offered)})`,
};

/**
 * The nonce of a handshake has not 16 bytes.
 * @remedy Give 16 new random bytes for each connection: `crypto.getRandomValues(new Uint8Array(16))`.
 */
export const BAD_NONCE = {
  code: "BAD_NONCE",
  sentence: (length: number) => `nonce has ${digits(length)} bytes, not 16`,
};

/**
 * An option of `compression` is of the wrong type or out of its range.
 * @remedy Leave the option out for its default.
 */
export const BAD_COMPRESSION_OPTION = {
  code: "BAD_COMPRESSION_OPTION",
  sentence: (option: string, value: string | number, expected: string) =>
    `compression.${option} is ${typeof value === "number" ? value : shown(value)}, not ${expected}`,
};

// Sockets

/**
 * Something was to be sent or received, and the connection has ended.
 * @remedy Nothing: this is how a receive or send that was under way learns of the end. `for await` ends without an
 * error.
 */
export const DISCONNECTED = {
  code: "DISCONNECTED",
  sentence: (call: string, code: number, reason: string) =>
    `${call}: the connection has ended with ${code}${reason === "" ? "" : ` (${reason})`}`,
};

/**
 * `sendStream` got something else.
 * @remedy Give it an array, a generator, a stream; `send` sends one message as it is.
 */
export const NOT_A_STREAM = {
  code: "NOT_A_STREAM",
  sentence: (type: string) => `sendStream wants an iterable of strings or bytes, got ${type}`,
};

/**
 * `sendText` got something else.
 * @remedy Give it a string; `sendJson` sends other values.
 */
export const NOT_TEXT = {
  code: "NOT_TEXT",
  sentence: (call: string, type: string) => `${call} wants a string, got ${type}`,
};

/**
 * `receiveText` met bytes, or `receiveBytes` text.
 * @remedy Use `receive` where both may come. The message is in `error.data`.
 */
export const WRONG_MESSAGE_TYPE = {
  code: "WRONG_MESSAGE_TYPE",
  closeCode: 1003,
  sentence: (call: string, wanted: string, came: string) => `${call} wants ${wanted}, and ${came} came`,
};

/**
 * What came is not JSON.
 * @remedy Catch it to answer the peer; `iterJson({ onInvalid })` can skip. The message is in `error.data`.
 */
export const INVALID_JSON = {
  code: "INVALID_JSON",
  closeCode: 1007,
  sentence: (reason: string) => `a message is not JSON: ${reason}`,
};

/**
 * What came is JSON, and the schema does not want it.
 * @remedy Catch it to answer the peer; `iterJson({ onInvalid })` can skip. The issues are in `error.issues`.
 */
export const SCHEMA_MISMATCH = {
  code: "SCHEMA_MISMATCH",
  closeCode: 1007,
  sentence: (issues: string) => `a message does not match the schema: ${issues}`,
};

/**
 * What is to be sent has no JSON.
 * @remedy Give it an object, array, string, number, boolean or null; or set `json` to a codec that knows the type.
 */
export const NOT_SERIALIZABLE = {
  code: "NOT_SERIALIZABLE",
  sentence: (call: string, type: string) => `${call} got ${type}, which has no JSON`,
};

/**
 * A receive took longer than its `timeout`.
 * @remedy Call it again: no message is lost. Raise `timeout`, or leave it out to wait for ever.
 */
export const RECEIVE_TIMEOUT = {
  code: "RECEIVE_TIMEOUT",
  sentence: (call: string, milliseconds: number) => `${call}: no message within ${digits(milliseconds)} ms`,
};

/**
 * A pong took longer than the `timeout` of its ping.
 * @remedy The peer is slow, or gone: the heartbeat finds out. Raise `timeout`.
 */
export const PING_TIMEOUT = {
  code: "PING_TIMEOUT",
  sentence: (milliseconds: number) => `ping: no pong within ${digits(milliseconds)} ms`,
};

/**
 * This runtime's own WebSocket has no such thing.
 * @remedy Browsers let no page ping or stream; send messages of your own instead.
 */
export const NOT_ON_THIS_WIRE = {
  code: "NOT_ON_THIS_WIRE",
  sentence: (call: string) => `${call} is not possible on this runtime's own WebSocket`,
};

/**
 * Two wait for the next message.
 * @remedy A socket has one reader at a time: await the first one, or hand messages on from one loop.
 */
export const CONCURRENT_READ = {
  code: "CONCURRENT_READ",
  sentence: (call: string) => `${call} while another receive or iterator waits for the next message`,
};

/**
 * A socket in events style is read by its events.
 * @remedy Use the `message` event, or write the route as a function with `for await`.
 */
export const READ_IN_EVENTS_STYLE = {
  code: "READ_IN_EVENTS_STYLE",
  sentence: (call: string) => `${call} on a socket whose messages go to an event handler, or are ignored`,
};

/**
 * `onInvalid` is no word that we know.
 * @remedy Give the option one of the values that its documentation names.
 */
export const BAD_OPTION = {
  code: "BAD_OPTION",
  sentence: (name: string, value: ErrorArgument, expected: string) => `${name} is ${value}, expected ${expected}`,
};

/**
 * The peer takes messages more slowly than they are sent.
 * @remedy Await what `send` returns to send no faster than the peer reads; or set `slowConsumer` to drop messages, or
 * raise the limit.
 */
export const SEND_BUFFER_FULL = {
  code: "SEND_BUFFER_FULL",
  closeCode: 1013,
  sentence: (size: number, limit: number) =>
    `${digits(size)} bytes wait for a slow peer, more than limits.sendBuffer (${digits(limit)})`,
};

/**
 * The handler takes messages more slowly than they come.
 * @remedy Read them (`for await`, `receive`), call `socket.ignoreMessages()` if they are of no interest, or raise the
 * limit.
 */
export const RECEIVE_QUEUE_FULL = {
  code: "RECEIVE_QUEUE_FULL",
  closeCode: 1008,
  sentence: (messages: number, milliseconds: number) =>
    `${digits(messages)} messages have waited to be read for limits.receiveFullTimeout (${digits(milliseconds)} ms)`,
};

/**
 * The peer sends more messages than it may.
 * @remedy Raise the limit, or set `overRate` to `pause` to slow such peers down instead.
 */
export const TOO_MANY_MESSAGES = {
  code: "TOO_MANY_MESSAGES",
  closeCode: 1008,
  sentence: (limit: number) => `more than limits.messagesPerSecond (${digits(limit)})`,
};

/**
 * The peer sends more bytes than it may.
 * @remedy Raise the limit, or set `overRate` to `pause` to slow such peers down instead.
 */
export const TOO_MANY_BYTES = {
  code: "TOO_MANY_BYTES",
  closeCode: 1008,
  sentence: (limit: number) => `more than limits.bytesPerSecond (${digits(limit)})`,
};

/**
 * A peer that vanished.
 * @remedy The peer or its network is gone. `heartbeat` sets interval and timeout.
 */
export const HEARTBEAT_TIMEOUT = {
  code: "HEARTBEAT_TIMEOUT",
  closeCode: 1006,
  sentence: (milliseconds: number) => `no sign of life for ${digits(milliseconds)} ms, and no answer to a ping`,
};

/**
 * No message in either direction.
 * @remedy Send something now and then, or raise the limit. Pings are no messages.
 */
export const IDLE_TIMEOUT = {
  code: "IDLE_TIMEOUT",
  closeCode: 1001,
  sentence: (milliseconds: number) => `no message either way for limits.idleTimeout (${digits(milliseconds)} ms)`,
};

/**
 * The connection is as old as it may become.
 * @remedy Connect again, or raise the limit.
 */
export const LIFETIME_OVER = {
  code: "LIFETIME_OVER",
  closeCode: 1001,
  sentence: (milliseconds: number) => `open for limits.lifetime (${digits(milliseconds)} ms)`,
};

/**
 * The permission that `socket.expires` spoke of has ended.
 * @remedy Renew it with another `socket.expires(date)` in time, or connect again with a new token.
 */
export const PERMISSION_EXPIRED = {
  code: "PERMISSION_EXPIRED",
  closeCode: 4401,
  sentence: () => "the permission given to socket.expires() has ended",
};

/**
 * Rooms have names.
 * @remedy Give a name; `String(id)` makes one out of a number.
 */
export const BAD_ROOM_NAME = {
  code: "BAD_ROOM_NAME",
  sentence: (name: string) => `a room is named by a string that is not empty, got ${name}`,
};

/**
 * A socket was to show more than others can be made to keep for it.
 * @remedy Show less: what does not fit can be looked up by `userId`, or sent as a message.
 */
export const INFO_TOO_LARGE = {
  code: "INFO_TOO_LARGE",
  sentence: (size: number, limit: number) =>
    `join({ info }) of ${digits(size)} characters of JSON; ${digits(limit)} are the most`,
};

/**
 * Somebody was to be left out who cannot be in a room.
 * @remedy Give `except` sockets, rooms, names of rooms, or lists of these.
 */
export const BAD_EXCEPTION = {
  code: "BAD_EXCEPTION",
  sentence: (value: string) => `except() takes sockets and rooms, got ${value}`,
};

// Brokers

/**
 * The engine that carries rooms between machines did not let us in.
 * @remedy Start it, or mend the URL. To wait until it is there, listen with `waitForBroker: true`.
 */
export const BROKER_UNREACHABLE = {
  code: "BROKER_UNREACHABLE",
  sentence: (broker: string, place: string, why: string) => `${broker} at ${place} cannot be reached: ${why}`,
};

/**
 * A broker's client is not installed: Antiphon brings none.
 * @remedy Install what the sentence names.
 */
export const BROKER_PACKAGE_MISSING = {
  code: "BROKER_PACKAGE_MISSING",
  sentence: (door: string, packages: string) => `${door} needs a package that is not there: npm install ${packages}`,
};

/**
 * The connection with the broker is lost, and being tried again: what only the whole cluster can answer has no answer now.
 * @remedy Ask again later; `app.broker.state` says when. What is local (`size`, `sockets`) can always be asked.
 */
export const BROKER_AWAY = {
  code: "BROKER_AWAY",
  sentence: (call: string, broker: string, place: string) => `${call} needs ${broker} at ${place}, which is away now`,
};

/**
 * The broker took too long.
 * @remedy Look at its load, and at the network between.
 */
export const BROKER_SILENT = {
  code: "BROKER_SILENT",
  sentence: (call: string, broker: string, place: string, milliseconds: number) =>
    `${call}: ${broker} at ${place} did not answer within ${digits(milliseconds)} ms`,
};

/**
 * The app has closed, and with it its connection with the broker.
 * @remedy Send and ask before `close`.
 */
export const BROKER_CLOSED = {
  code: "BROKER_CLOSED",
  sentence: (call: string) => `${call} after the rooms were closed`,
};

/**
 * Presence on NATS lies in JetStream, which this server does not have.
 * @remedy Start it with `nats-server -js`. Messages to rooms work without.
 */
export const BROKER_WITHOUT_JETSTREAM = {
  code: "BROKER_WITHOUT_JETSTREAM",
  sentence: (place: string) => `presence needs JetStream, which nats at ${place} does not have`,
};

/**
 * The broker is there, and does not do what it was asked: most often its user may not, or its memory is full.
 * @remedy Look at what the sentence ends with: these are the broker's words.
 */
export const BROKER_REFUSED = {
  code: "BROKER_REFUSED",
  sentence: (call: string, broker: string, place: string, why: string) =>
    `${call}: ${broker} at ${place} refused it: ${why}`,
};

/**
 * A message that the server does not take; those beside it went out.
 * @remedy Send less at once, or raise `max_payload` in the configuration of nats-server.
 */
export const NATS_PAYLOAD_TOO_LARGE = {
  code: "NATS_PAYLOAD_TOO_LARGE",
  sentence: (bytes: number, limit: number, place: string) =>
    `message of ${digits(bytes)} bytes exceeds max_payload (${digits(limit)}) of nats at ${place}`,
};

/**
 * The user of the connection may not publish or subscribe there.
 * @remedy Allow publishing and subscribing to `<namespace>.>`; for presence also publishing to `$JS.API.>` and to `$KV.>`,
 * and subscribing to `_INBOX.>` (or `inboxPrefix`).
 */
export const NATS_FORBIDDEN = {
  code: "NATS_FORBIDDEN",
  sentence: (action: string, subject: string, place: string) => `nats at ${place} forbids to ${action} "${subject}"`,
};

/**
 * JetStream did not do what presence needs.
 * @remedy The reason is the server's: often a limit of memory or of streams for this account, or a cluster without a leader.
 */
export const JETSTREAM_REFUSED = {
  code: "JETSTREAM_REFUSED",
  sentence: (place: string, request: string, reason: string) =>
    `JetStream of nats at ${place} refuses ${request}: ${reason}`,
};

/**
 * Something that came from the broker is nothing that we sent.
 * @remedy Look who else publishes below this namespace; give each app one of its own.
 */
export const ENVELOPE_UNREADABLE = {
  code: "ENVELOPE_UNREADABLE",
  sentence: (topic: string, why: string) => `dropped what came for ${topic}: ${why}`,
};

// The server

/**
 * `accept` came too late to choose.
 * @remedy Call `accept` with its options before the first send, receive or join, which accept by themselves.
 */
export const ALREADY_ACCEPTED = {
  code: "ALREADY_ACCEPTED",
  sentence: (option: string) => `accept({ ${option} }) after the socket was accepted`,
};

/**
 * `reject` came too late.
 * @remedy Reject before the first send, receive, join or accept; afterwards use `close` with a code of 4000 to 4999.
 */
export const REJECT_AFTER_ACCEPT = {
  code: "REJECT_AFTER_ACCEPT",
  sentence: (status: number) => `reject(${status}) after the socket was accepted`,
};

/**
 * A status that refuses nothing.
 * @remedy Choose what fits: 401 without credentials, 403 not allowed, 404 not there, 429 too often, 503 not now.
 */
export const REJECT_STATUS = {
  code: "REJECT_STATUS",
  sentence: (status: ErrorArgument) => `reject(${status}): a rejection has a status from 300 to 599`,
};

/**
 * A middleware called `next` again.
 * @remedy Call it once; its promise resolves when the connection has ended.
 */
export const NEXT_TWICE = {
  code: "NEXT_TWICE",
  sentence: () => "next() was called twice by the same middleware",
};

/**
 * A socket joined a room after its end, or after it was rejected.
 * @remedy Join while `socket.open`, or before it is accepted, which joining does.
 */
export const JOIN_AFTER_END = {
  code: "JOIN_AFTER_END",
  sentence: (call: string, state: string) => `${call} on a socket that is ${state}`,
};

/**
 * An option that there is not.
 * @remedy Look for a typing mistake in the name.
 */
export const UNKNOWN_OPTION = {
  code: "UNKNOWN_OPTION",
  sentence: (name: string, place: string, known: string) => `${place} has no option ${name}; it has ${known}`,
};

/**
 * A handler is a function or an object of events.
 * @remedy Give a function, or an object with `open`, `message`, `close`, `upgrade`, `drain` or `error`.
 */
export const BAD_HANDLER = {
  code: "BAD_HANDLER",
  sentence: (path: string, found: string) => `the handler of ${path} is ${found}, neither a function nor events`,
};

/**
 * A middleware is a function.
 * @remedy Give a function of `(socket, next)`; a path may stand before it.
 */
export const BAD_MIDDLEWARE = {
  code: "BAD_MIDDLEWARE",
  sentence: (path: string, found: string) => `the middleware of ${path} is ${found}, not a function`,
};

/**
 * An app that is mounted shares the rooms of the one above, and with them its broker.
 * @remedy Give the broker to the app that listens.
 */
export const MOUNTED_BROKER = {
  code: "MOUNTED_BROKER",
  sentence: (prefix: string) => `the app mounted at ${prefix} has a broker of its own`,
};

/**
 * An app was changed after it was mounted.
 * @remedy Register everything on an app before `app.route` mounts it.
 */
export const APP_MOUNTED = {
  code: "APP_MOUNTED",
  sentence: (call: string) => `${call} on an app that is mounted already: the app above it would not know`,
};

/**
 * `listen` or `attach` after `close`.
 * @remedy Make a new `App` to listen again.
 */
export const APP_CLOSED = {
  code: "APP_CLOSED",
  sentence: () => "the app has been closed, and takes no connections any more",
};

/**
 * `urlFor` of no route.
 * @remedy Name it where it is registered: `app.ws(path, { name }, handler)`.
 */
export const UNKNOWN_ROUTE = {
  code: "UNKNOWN_ROUTE",
  sentence: (name: string) => `no route is named ${name}`,
};

/**
 * No route of ours has this path.
 * @remedy Register one with `app.ws`; values that do not convert do not match, and `/a` and `/a/` differ.
 */
export const NO_ROUTE = {
  code: "NO_ROUTE",
  status: 404,
  sentence: (path: string) => `no WebSocket route matches ${path}`,
};

/**
 * Too many connections in all.
 * @remedy Raise the limit, or add machines.
 */
export const TOO_MANY_CONNECTIONS = {
  code: "TOO_MANY_CONNECTIONS",
  status: 503,
  sentence: (limit: number) => `limits.connections (${digits(limit)}) are open`,
};

/**
 * Too many connections from one address.
 * @remedy Raise the limit; behind a proxy, set `trustProxy`, or all clients have the proxy's address.
 */
export const TOO_MANY_FROM_ADDRESS = {
  code: "TOO_MANY_FROM_ADDRESS",
  status: 429,
  sentence: (address: string, limit: number) =>
    `limits.connectionsPerAddress (${digits(limit)}) are open from ${address}`,
};

/**
 * Too many handshakes wait for an answer.
 * @remedy Raise the limit, or make the middleware before `accept` faster.
 */
export const TOO_MANY_HANDSHAKES = {
  code: "TOO_MANY_HANDSHAKES",
  status: 503,
  sentence: (limit: number) => `limits.handshakes (${digits(limit)}) wait to be accepted`,
};

/**
 * Too many bytes wait in queues.
 * @remedy Raise the limit, or make slow consumers and handlers wait less.
 */
export const QUEUES_FULL = {
  code: "QUEUES_FULL",
  status: 503,
  sentence: (limit: number) => `more than limits.queuedBytes (${digits(limit)}) wait in the queues of all sockets`,
};

/**
 * Nobody accepted in time.
 * @remedy Make the middleware before `accept` faster, or raise the limit.
 */
export const HANDSHAKE_TIMEOUT = {
  code: "HANDSHAKE_TIMEOUT",
  status: 503,
  sentence: (limit: number) => `not accepted within limits.handshakeTimeout (${digits(limit)} ms)`,
};

/**
 * `attach` got something else.
 * @remedy Express gives one as the result of `app.listen`, Fastify as `app.server`; a Koa app goes into
 * `createServer(app.callback())`.
 */
export const NO_SERVER = {
  code: "NO_SERVER",
  sentence: (type: string) => `attach wants a server of node:http, https or http2, got ${type}`,
};

/**
 * The app is closing.
 * @remedy Clients connect again, to a machine that is there.
 */
export const APP_CLOSING = {
  code: "APP_CLOSING",
  status: 503,
  sentence: () => "the app is closing",
};

/**
 * Nobody decided.
 * @remedy Call `next()` in a middleware, or `accept`, or send or receive something; `reject(status)` says why not.
 */
export const NOT_ACCEPTED = {
  code: "NOT_ACCEPTED",
  status: 403,
  sentence: (who: string) =>
    `the ${who} returned without accepting the socket (socket.open is false until accept, or the first send, receive or join)`,
};

/**
 * The host in the request is not one of ours.
 * @remedy Add the host to the option `hosts`.
 */
export const HOST_REFUSED = {
  code: "HOST_REFUSED",
  status: 403,
  sentence: (reason: string) => reason,
};

/**
 * The page that asks is not allowed to.
 * @remedy Add the origin to the option `origins`; any page can make a browser connect, with the user's cookies.
 */
export const ORIGIN_REFUSED = {
  code: "ORIGIN_REFUSED",
  status: 403,
  sentence: (reason: string) => reason,
};

/**
 * The user's code threw before it accepted.
 * @remedy The log has the error itself.
 */
export const FAILED_BEFORE_ACCEPT = {
  code: "FAILED_BEFORE_ACCEPT",
  status: 500,
  sentence: (where: string) => `the ${where} threw before the socket was accepted`,
};

/**
 * The user's code rejected.
 * @remedy The middleware or handler decided so.
 */
export const REJECTED = {
  code: "REJECTED",
  sentence: (status: number) => `rejected with ${status} by the app`,
};

// Paths

/**
 * A path pattern is not a path.
 * @remedy Begin the pattern with a slash: `"/chat/:room"`. Only `"*"`, for all paths, stands without one.
 */
export const PATTERN_WITHOUT_SLASH = {
  code: "PATTERN_WITHOUT_SLASH",
  sentence: (pattern: string) => `path pattern is ${shown(pattern)} and does not begin with "/"`,
};

/**
 * A segment of a path pattern is none of those there are.
 * @remedy A segment is plain text, `:name`, `:name<converter>` or, at the end, `*`, and always whole. In plain text
 * write `%3A` for a colon, `%2A` for a star, `%3F` for a question mark.
 */
export const PATTERN_SEGMENT_INVALID = {
  code: "PATTERN_SEGMENT_INVALID",
  sentence: (pattern: string, position: number, segment: string, problem: string) =>
    `path pattern ${shown(pattern)}: segment ${position} (${shown(segment)}) ${problem}`,
};

/**
 * Something follows the part of a path pattern that takes the rest of the path.
 * @remedy Move `:name<path>` or `*` to the end, or use `:name` for a single segment.
 */
export const PATTERN_AFTER_REST = {
  code: "PATTERN_AFTER_REST",
  sentence: (pattern: string, position: number, segment: string) =>
    `path pattern ${shown(pattern)}: segment ${position} (${shown(segment)}) takes the rest of the path, and is not the last`,
};

/**
 * Two parameters of a path pattern have one name.
 * @remedy Give each parameter its own name; where an app is mounted, the prefix counts too.
 */
export const PATTERN_PARAM_TWICE = {
  code: "PATTERN_PARAM_TWICE",
  sentence: (pattern: string, position: number, name: string) =>
    `path pattern ${shown(pattern)}: segment ${position} names a parameter ${shown(name)} again`,
};

/**
 * A path pattern names a converter that the app does not have.
 * @remedy Correct the name, or call `app.converter` before the route that uses it.
 */
export const CONVERTER_UNKNOWN = {
  code: "CONVERTER_UNKNOWN",
  sentence: (pattern: string, position: number, converter: string, known: string) =>
    `path pattern ${shown(pattern)}: segment ${position} names the converter ${shown(converter)}; there are ${known}`,
};

/**
 * A converter has a name that no path pattern could use.
 * @remedy Use letters, digits and underscores, and begin with a letter.
 */
export const CONVERTER_NAME_INVALID = {
  code: "CONVERTER_NAME_INVALID",
  sentence: (converter: string) => `name of a converter is ${shown(converter)}, not a name as in JavaScript`,
};

/**
 * A converter's name is taken.
 * @remedy Choose another name: what a name converts to holds for the whole app.
 */
export const CONVERTER_TWICE = {
  code: "CONVERTER_TWICE",
  sentence: (converter: string) => `there is a converter ${shown(converter)} already`,
};

/**
 * A route could never be reached, because an earlier one takes all its paths.
 * @remedy Remove one of the two, or change its path or its converters. Names of parameters do not tell routes apart.
 */
export const ROUTE_DUPLICATE = {
  code: "ROUTE_DUPLICATE",
  sentence: (pattern: string, earlier: string) =>
    `route ${shown(pattern)} takes the same paths as ${shown(earlier)}, which was registered earlier`,
};

/**
 * Two routes have one name.
 * @remedy Give each route its own name.
 */
export const ROUTE_NAME_TWICE = {
  code: "ROUTE_NAME_TWICE",
  sentence: (name: string, pattern: string, earlier: string) =>
    `route ${shown(pattern)} is named ${shown(name)}, which is the name of ${shown(earlier)}`,
};

/**
 * A path was to be built without one of its parameters.
 * @remedy Give a value for every parameter of the pattern.
 */
export const PATH_PARAM_MISSING = {
  code: "PATH_PARAM_MISSING",
  sentence: (pattern: string, name: string) => `path for ${shown(pattern)}: the parameter ${shown(name)} is missing`,
};

/**
 * A converter made something else than text of a value.
 * @remedy Give a string where the pattern names no converter; let `format` of your own converters return one.
 */
export const PATH_PARAM_NOT_TEXT = {
  code: "PATH_PARAM_NOT_TEXT",
  sentence: (pattern: string, name: string, type: string) =>
    `path for ${shown(pattern)}: the parameter ${shown(name)} becomes ${type}, not a string`,
};

/**
 * A path was to be built with a value that would not come back out of it.
 * @remedy Give a value that the converter of this parameter would itself read from a path.
 */
export const PATH_PARAM_UNFIT = {
  code: "PATH_PARAM_UNFIT",
  sentence: (pattern: string, name: string, text: string, problem: string) =>
    `path for ${shown(pattern)}: the parameter ${shown(name)} is ${shown(text)}, ${problem}`,
};

// Guards

/**
 * An element of the option `origins` is no origin, pattern or function.
 * @remedy Write scheme, host and port, without path or trailing slash; or a RegExp, a function, "same-host" or "*".
 */
export const BAD_ORIGINS = {
  code: "BAD_ORIGINS",
  sentence: (value: string) =>
    `origins holds ${shown(value)}, which is no origin such as "https://app.example.com", "https://*.example.com" or "http://localhost:*"`,
};

/**
 * An element of the option `hosts` is no host.
 * @remedy Write the host with an optional port, without scheme or path; leave `hosts` out to allow any.
 */
export const BAD_HOSTS = {
  code: "BAD_HOSTS",
  sentence: (value: string) =>
    `hosts holds ${shown(value)}, which is no host such as "example.com", "example.com:8080", "*.example.com" or "[::1]"`,
};

/**
 * The option `trustProxy` is none of its forms.
 * @remedy Name the proxies by address, or give their number as a whole number (not a string), or true or false.
 */
export const BAD_TRUST_PROXY = {
  code: "BAD_TRUST_PROXY",
  sentence: (value: string) =>
    `trustProxy is or holds ${shown(value)}, which is no address, no CIDR such as "10.0.0.0/8" and none of "loopback", "linklocal", "uniquelocal"`,
};

// Listening

/**
 * Something else listens on the port.
 * @remedy End the program that listens there (`ss -ltnp` names it), or choose another `port`.
 */
export const PORT_IN_USE = {
  code: "PORT_IN_USE",
  sentence: (port: number, host: string) =>
    `port ${port} on ${host} is in use: choose another with the option port, or 0 for any free one`,
};

/**
 * The system keeps the port for the administrator.
 * @remedy Listen above 1023 behind a proxy, or give the program the right (`CAP_NET_BIND_SERVICE`, systemd's sockets).
 */
export const PORT_FORBIDDEN = {
  code: "PORT_FORBIDDEN",
  sentence: (port: number) => `no permission to listen on port ${port}: choose one from 1024 on with the option port`,
};

/**
 * There is no such port.
 * @remedy Give a number: `Number(process.env.PORT)`, not the text itself. 0 takes any free port.
 */
export const PORT_INVALID = {
  code: "PORT_INVALID",
  sentence: (port: string) => `port is ${shown(port)}, not a whole number from 0 to 65535`,
};

/**
 * No network card of this machine has the address.
 * @remedy Use `127.0.0.1` for this machine alone, or `0.0.0.0` or `::` for every address it has.
 */
export const HOST_NOT_HERE = {
  code: "HOST_NOT_HERE",
  sentence: (host: string) => `this machine has no address ${shown(host)}: choose another with the option host`,
};

/**
 * The name leads to no address.
 * @remedy Check the spelling, or give the address itself.
 */
export const HOST_NOT_FOUND = {
  code: "HOST_NOT_FOUND",
  sentence: (host: string) =>
    `host ${shown(host)} cannot be resolved to an address: choose another with the option host`,
};

/**
 * Another server listens on the unix socket.
 * @remedy End the other server, or choose another `path`. A socket that nobody listens on is taken over by itself.
 */
export const PATH_IN_USE = {
  code: "PATH_IN_USE",
  sentence: (path: string) => `another server listens on ${shown(path)}: choose another socket with the option path`,
};

/**
 * The path of the unix socket is another kind of file.
 * @remedy Choose a `path` where there is no file; nothing but an abandoned socket is ever removed.
 */
export const PATH_IS_NO_SOCKET = {
  code: "PATH_IS_NO_SOCKET",
  sentence: (path: string) => `${shown(path)} exists and is no socket: choose another with the option path`,
};

/**
 * The folder of the unix socket is missing.
 * @remedy Make the folder first (`mkdir -p`); listening does not.
 */
export const PATH_MISSING = {
  code: "PATH_MISSING",
  sentence: (path: string) =>
    `the folder of ${shown(path)} does not exist: make it, or choose another with the option path`,
};

/**
 * The folder of the unix socket may not be written to.
 * @remedy Give the user that runs this the right to write into the folder.
 */
export const PATH_FORBIDDEN = {
  code: "PATH_FORBIDDEN",
  sentence: (path: string) => `no permission to make the socket ${shown(path)}: choose another with the option path`,
};

/**
 * A unix socket's path has a limit of about a hundred bytes.
 * @remedy Use a short folder such as `/run/app`, or a path relative to the working directory.
 */
export const PATH_TOO_LONG = {
  code: "PATH_TOO_LONG",
  sentence: (length: number, limit: number) =>
    `path has ${length} bytes, and a unix socket's has at most ${limit}: choose a shorter one with the option path`,
};

/**
 * The descriptor is no socket that one can listen on.
 * @remedy Give the number that the parent (systemd: 3) passed on, of a socket that is bound.
 */
export const FD_INVALID = {
  code: "FD_INVALID",
  sentence: (fd: string) => `fd ${shown(fd)} is no socket of this process that one can listen on`,
};

/**
 * Two options exclude each other.
 * @remedy Give either `port` and `host`, or `path`, or `fd`. Several places are several calls of `listen`.
 */
export const LISTEN_OPTIONS_CONTRADICT = {
  code: "LISTEN_OPTIONS_CONTRADICT",
  sentence: (one: string, other: string) => `the options ${one} and ${other} of listen exclude each other`,
};

/**
 * HTTP/2 beside HTTP/1.1 on one port needs TLS, which tells them apart.
 * @remedy Give `tls` a certificate, or attach the app to an `http2.createServer()` of your own.
 */
export const HTTP2_NEEDS_TLS = {
  code: "HTTP2_NEEDS_TLS",
  sentence: () => "http2 needs the option tls: without it, HTTP/1.1 and HTTP/2 cannot share a port",
};

/**
 * TLS needs a certificate and its key.
 * @remedy `tls: { cert: readFileSync("cert.pem"), key: readFileSync("key.pem") }`. The options hold contents, not file
 * names.
 */
export const TLS_INCOMPLETE = {
  code: "TLS_INCOMPLETE",
  sentence: (missing: string) => `tls has no ${missing}: give it cert and key, or pfx, or SNICallback`,
};

/**
 * Certificate or key cannot be used.
 * @remedy Give `cert` and `key` the contents of PEM files that belong together, and `passphrase` if the key has one.
 */
export const TLS_INVALID = {
  code: "TLS_INVALID",
  sentence: (reason: string) => `tls cannot be used: ${reason}`,
};

/**
 * The system refused for another reason.
 * @remedy `error.cause` is the system's own error.
 */
export const LISTEN_FAILED = {
  code: "LISTEN_FAILED",
  sentence: (place: string, reason: string) => `cannot listen on ${place}: ${reason}`,
};

/**
 * An app is mounted where no path can begin.
 * @remedy Begin it with a slash, without query, fragment or parameters; leave it out for all paths.
 */
export const BAD_PREFIX = {
  code: "BAD_PREFIX",
  sentence: (prefix: string) => `prefix is ${shown(prefix)}, not a path such as "/live"`,
};

/**
 * There is nothing to serve.
 * @remedy A relative path starts at the working directory: use `new URL("public", import.meta.url).pathname` to be
 * sure.
 */
export const NO_SUCH_FOLDER = {
  code: "NO_SUCH_FOLDER",
  sentence: (folder: string) => `there is no folder ${shown(folder)} to serve files from`,
};

// Listening in several processes

/**
 * A worker process of `listen({ workers })` ended before it listened, so that none is left running.
 * @remedy Look at what it wrote before: its own error stands there. Every worker runs the entry file from its first line.
 */
export const WORKER_FAILED = {
  code: "WORKER_FAILED",
  sentence: (pid: number, how: string) => `worker ${pid} ended with ${how} before it listened`,
};

/**
 * A worker process ended although nobody told it to; its connections are lost, and another one takes its place.
 * @remedy Look at what it wrote before it ended. With `SIGKILL` the system may have been out of memory.
 */
export const WORKER_LOST = {
  code: "WORKER_LOST",
  sentence: (pid: number, how: string, delay: number) =>
    `worker ${pid} ended with ${how}, another starts ${delay === 0 ? "now" : `in ${delay} ms`}`,
};

/**
 * `listen({ workers })` where no process can run the entry file again.
 * @remedy Call it in the program's main thread, started from a file; in a cluster of your own leave `workers` out.
 */
export const WORKERS_NOT_HERE = {
  code: "WORKERS_NOT_HERE",
  sentence: (where: string) => `workers run the entry file in processes of their own, which ${where} cannot start`,
};

// Runtimes other than Node.js

/**
 * `listen` was given an option that this runtime's own server does not have.
 * @remedy Leave the option out on this runtime; the table in docs/runtimes.md says what each one can do.
 */
export const OPTION_NOT_HERE = {
  code: "OPTION_NOT_HERE",
  sentence: (option: string, runtime: string, why: string) => `${option} is not to be had on ${runtime}: ${why}`,
};

/**
 * A runtime's own server ended a connection for what the peer sent, before the app saw it.
 * @remedy For what is too big, raise `limits.messageSize`; the rest is the client's to mend.
 */
export const REFUSED_BY_RUNTIME = {
  code: "REFUSED_BY_RUNTIME",
  closeCode: 1002,
  sentence: (runtime: string, reason: string) => `${runtime} ended the connection: ${reason}`,
};

/**
 * The runtime is a release that cannot do what is needed.
 * @remedy Install a newer one.
 */
export const RUNTIME_TOO_OLD = {
  code: "RUNTIME_TOO_OLD",
  sentence: (runtime: string, version: string, oldest: string) => `${runtime} ${version} is older than ${oldest}`,
};

/**
 * The build for Bun was loaded by another runtime.
 * @remedy Import `antiphon` without the condition "bun".
 */
export const NOT_ON_BUN = {
  code: "NOT_ON_BUN",
  sentence: () => "this is the build for Bun, and the runtime is another one",
};

/**
 * `app.fetch` was given a request for a WebSocket in a runtime that is not Deno.
 * @remedy Let the app listen by itself: `app.listen()`.
 */
export const NOT_ON_DENO = {
  code: "NOT_ON_DENO",
  sentence: () => "app.fetch opens WebSockets by Deno.upgradeWebSocket, and this runtime has none",
};

/**
 * A peer sent more than its handler reads, over a WebSocket of `Deno.serve`, which cannot be read more slowly.
 * @remedy Read faster, or let the app listen by itself: `app.listen()` makes such a peer wait.
 */
export const HELD_TOO_MUCH = {
  code: "HELD_TOO_MUCH",
  closeCode: 1008,
  sentence: (limit: number) =>
    `more than limits.messageSize (${limit} bytes) came behind a full receive queue, and Deno.serve cannot be paused`,
};

// Connecting (the client)

/**
 * An attempt to connect took too long.
 * @remedy Raise `timeout`, or find out what does not answer: a firewall drops packets, a proxy holds them back.
 */
export const CONNECT_TIMEOUT = {
  code: "CONNECT_TIMEOUT",
  sentence: (url: string, timeout: number) => `${spareSecrets(url)} has not opened within the timeout of ${timeout} ms`,
};

/** Errors end in logs: a URL without its password, and without the values of its query, where tokens are. */
function spareSecrets(url: string): string {
  return url.replace(/^((?:[^/?#]*\/\/)?[^/?#@:]*:)[^/?#]*@/, "$1***@").replace(/([?&][^=&#]*=)[^&#]*/g, "$1***");
}

/**
 * What was given to `connect` is no place to connect to.
 * @remedy Give a URL such as `wss://example.com/chat`, `localhost:8765`, or `{ host, port, path }`.
 */
export const BAD_URL = {
  code: "BAD_URL",
  sentence: (url: string, reason: string) => `cannot connect to "${spareSecrets(url)}": ${reason}`,
};

/**
 * More was sent than may wait while the client is away, or while the server reads slowly.
 * @remedy Raise `outbox.bytes` or `outbox.messages`, await what you send, or let `outbox.policy` drop messages.
 */
export const OUTBOX_FULL = {
  code: "OUTBOX_FULL",
  sentence: (messages: number, bytes: number) =>
    `the outbox is full: ${digits(messages)} messages of ${digits(bytes)} bytes wait to be sent (outbox.messages, outbox.bytes)`,
};

// Connecting: the network

/**
 * Nothing listens at this place.
 * @remedy Start the server, or correct host and port. A server in a container or on another machine must listen on
 * `0.0.0.0`, not on `127.0.0.1`.
 */
export const CONNECTION_REFUSED = {
  code: "CONNECTION_REFUSED",
  sentence: (place: string) => `connection refused: nothing listens at ${place}`,
};

/**
 * The name leads to no address.
 * @remedy Check the spelling, and that this machine's name server knows the name (`getent hosts <name>`).
 */
export const NAME_NOT_FOUND = {
  code: "NAME_NOT_FOUND",
  sentence: (host: string, place: string) => `host ${shown(host)} not found: no name server knows it (for ${place})`,
};

/**
 * Nobody could be asked for the address.
 * @remedy Check this machine's network, and the name servers in `/etc/resolv.conf`.
 */
export const NAME_LOOKUP_FAILED = {
  code: "NAME_LOOKUP_FAILED",
  sentence: (host: string, place: string) =>
    `host ${shown(host)} could not be looked up: the name server does not answer (for ${place})`,
};

/**
 * There is no way to the address.
 * @remedy Check this machine's network, its routes and firewall; a host with IPv6 only cannot be reached without IPv6.
 */
export const HOST_UNREACHABLE = {
  code: "HOST_UNREACHABLE",
  sentence: (place: string) => `${place} cannot be reached: there is no way to its address from this machine`,
};

/**
 * The system has given up: nothing came back.
 * @remedy Check host and port; a firewall that drops packets is silent like this.
 */
export const CONNECTION_TIMED_OUT = {
  code: "CONNECTION_TIMED_OUT",
  sentence: (place: string) => `${place} does not answer: the system has given up connecting`,
};

/**
 * The peer cut the connection before the WebSocket was open.
 * @remedy Look into the server's log. Proxies and firewalls do this too, and servers that want a client certificate.
 */
export const CONNECTION_RESET = {
  code: "CONNECTION_RESET",
  sentence: (place: string, stage: string) => `${place} reset the connection ${stage}`,
};

/**
 * The peer ended the connection before the WebSocket was open.
 * @remedy Look into the server's log, and check that host and port are those of an HTTP server, with TLS for `wss:`.
 */
export const CONNECTION_ENDED = {
  code: "CONNECTION_ENDED",
  sentence: (place: string, stage: string) => `${place} ended the connection ${stage}`,
};

/**
 * There is no such unix socket.
 * @remedy Check the path in the URL, and that the server runs: `ws+unix:/path/of.sock:/chat`.
 */
export const UNIX_SOCKET_MISSING = {
  code: "UNIX_SOCKET_MISSING",
  sentence: (path: string) => `there is no unix socket ${shown(path)}`,
};

/**
 * This process may not use the unix socket.
 * @remedy Run it as a user or group that may read and write the socket, and enter its folder.
 */
export const UNIX_SOCKET_FORBIDDEN = {
  code: "UNIX_SOCKET_FORBIDDEN",
  sentence: (path: string) => `no permission to use the unix socket ${shown(path)}`,
};

/**
 * The system refused for another reason.
 * @remedy `error.cause` is the system's own error.
 */
export const CONNECT_FAILED = {
  code: "CONNECT_FAILED",
  sentence: (place: string, reason: string) => `cannot connect to ${spareSecrets(place)}: ${reason}`,
};

// Connecting: TLS

/**
 * What answers does not speak TLS.
 * @remedy Use `ws:` instead of `wss:` if the server has no TLS there, or the port that has; TLS is often on 443.
 */
export const TLS_NOT_SPOKEN = {
  code: "TLS_NOT_SPOKEN",
  sentence: (place: string) => `TLS failed: ${place} does not speak TLS`,
};

/**
 * What answers speaks TLS, and was spoken to without.
 * @remedy Use `wss:` instead of `ws:`, or `https:` in the URL of a proxy.
 */
export const TLS_WANTED = {
  code: "TLS_WANTED",
  sentence: (place: string) => `${place} speaks TLS, and was spoken to without: use wss: (https: for a proxy)`,
};

/**
 * The server's certificate is too old.
 * @remedy Renew the certificate on the server, its intermediate ones too; check this machine's clock.
 */
export const CERTIFICATE_EXPIRED = {
  code: "CERTIFICATE_EXPIRED",
  sentence: (place: string) => `TLS failed: the certificate of ${place}, or one above it, has expired`,
};

/**
 * The server's certificate is too new.
 * @remedy Check this machine's clock, and the server's when the certificate was made.
 */
export const CERTIFICATE_NOT_YET_VALID = {
  code: "CERTIFICATE_NOT_YET_VALID",
  sentence: (place: string) => `TLS failed: the certificate of ${place}, or one above it, is not valid yet`,
};

/**
 * The server's certificate is signed by nobody but itself, or by a root that is not trusted here.
 * @remedy Give the certificate, or that of its root, as `tls.ca`, or by the variable `NODE_EXTRA_CA_CERTS`.
 */
export const CERTIFICATE_SELF_SIGNED = {
  code: "CERTIFICATE_SELF_SIGNED",
  sentence: (place: string) =>
    `TLS failed: the certificate of ${place} is self-signed, or its root is (tls.ca trusts it)`,
};

/**
 * Who signed the server's certificate is not known here.
 * @remedy Let the server send its intermediate certificates, or give those of a private authority as `tls.ca`.
 */
export const CERTIFICATE_AUTHORITY_UNKNOWN = {
  code: "CERTIFICATE_AUTHORITY_UNKNOWN",
  sentence: (place: string) =>
    `TLS failed: the certificate of ${place} is signed by an authority that is not known here (tls.ca names others)`,
};

/**
 * The server's certificate is for other names.
 * @remedy Connect to a name that is in the certificate, or give it as `tls.servername`.
 */
export const CERTIFICATE_NAME_MISMATCH = {
  code: "CERTIFICATE_NAME_MISMATCH",
  sentence: (place: string, host: string, names: string) =>
    `TLS failed: the certificate of ${place} is not for ${shown(host)}, but for ${shown(names)}`,
};

/**
 * Another check of the server's certificate has failed.
 * @remedy The reason is OpenSSL's; `openssl s_client -connect host:port` shows the certificates.
 */
export const CERTIFICATE_INVALID = {
  code: "CERTIFICATE_INVALID",
  sentence: (place: string, reason: string) => `TLS failed: the certificate of ${place} is refused: ${reason}`,
};

/**
 * The server lets in only clients with a certificate.
 * @remedy Give `tls.cert` and `tls.key`, or `tls.pfx`.
 */
export const CLIENT_CERTIFICATE_WANTED = {
  code: "CLIENT_CERTIFICATE_WANTED",
  sentence: (place: string) => `TLS failed: ${place} wants a client certificate (tls.cert and tls.key)`,
};

/**
 * The server does not take the client's certificate.
 * @remedy Use a certificate in `tls.cert` that an authority of the server's has signed, and that is valid now.
 */
export const CLIENT_CERTIFICATE_REFUSED = {
  code: "CLIENT_CERTIFICATE_REFUSED",
  sentence: (place: string, reason: string) => `TLS failed: ${place} refuses our certificate (tls.cert): ${reason}`,
};

/**
 * Client and server have no version of TLS in common.
 * @remedy Look at `tls.minVersion` and `tls.maxVersion`, here and on the server. Node speaks TLS 1.2 and 1.3.
 */
export const TLS_VERSION_MISMATCH = {
  code: "TLS_VERSION_MISMATCH",
  sentence: (place: string) =>
    `TLS failed: ${place} speaks no version of TLS that we may use (tls.minVersion, tls.maxVersion)`,
};

/**
 * TLS failed for another reason.
 * @remedy The reason is OpenSSL's. With a handshake failure, look at `tls.ciphers`, and whether the server wants a client certificate.
 */
export const TLS_FAILED = {
  code: "TLS_FAILED",
  sentence: (place: string, reason: string) => `TLS with ${place} failed: ${reason}`,
};

// Connecting: HTTP/2

/**
 * The server has no HTTP/2 at this port.
 * @remedy Leave `http2` out, or switch HTTP/2 on in the server. Without TLS it must speak HTTP/2 from the first byte on.
 */
export const HTTP2_NOT_SPOKEN = {
  code: "HTTP2_NOT_SPOKEN",
  sentence: (place: string) => `${place} does not speak HTTP/2 (the option http2)`,
};

/**
 * The server has HTTP/2, and no WebSockets in it.
 * @remedy Leave `http2` out, or let the server send SETTINGS_ENABLE_CONNECT_PROTOCOL (RFC 8441, 3).
 */
export const HTTP2_WITHOUT_WEBSOCKETS = {
  code: "HTTP2_WITHOUT_WEBSOCKETS",
  sentence: (place: string) =>
    `${place} speaks HTTP/2, but takes no WebSockets in it: it has not sent SETTINGS_ENABLE_CONNECT_PROTOCOL`,
};

/**
 * The request was reset instead of answered.
 * @remedy The name is HTTP/2's (RFC 9113, 7); with REFUSED_STREAM another attempt may succeed.
 */
export const HTTP2_STREAM_RESET = {
  code: "HTTP2_STREAM_RESET",
  sentence: (place: string, name: string) => `${place} reset the HTTP/2 stream of the request: ${name}`,
};

// Connecting: proxies and redirects

/**
 * The proxy does not let us through.
 * @remedy With 407, put user and password into the proxy's URL; else ask who runs the proxy. 502 to 504: it could not
 * reach the server itself.
 */
export const PROXY_REFUSED = {
  code: "PROXY_REFUSED",
  sentence: (proxy: string, status: number, target: string) => `${proxy} answered ${status} to CONNECT ${target}`,
};

/**
 * The server sends the client from place to place.
 * @remedy Connect to the last place directly, or raise `redirects`.
 */
export const TOO_MANY_REDIRECTS = {
  code: "TOO_MANY_REDIRECTS",
  sentence: (limit: number, url: string) =>
    `redirected more often than redirects (${limit}) allows, last to ${shown(url)}`,
};

/**
 * The server sends the client round in a circle.
 * @remedy Mend the redirect on the server; often it is one between `http:` and `https:` behind a proxy.
 */
export const REDIRECT_LOOP = {
  code: "REDIRECT_LOOP",
  sentence: (url: string) => `redirected in a circle, back to ${shown(url)}`,
};

/**
 * The server sends the client from TLS to a place without.
 * @remedy Redirect to `https:` or `wss:` on the server. No option allows this: anyone on the way could listen.
 */
export const REDIRECT_INSECURE = {
  code: "REDIRECT_INSECURE",
  sentence: (url: string) => `redirected from wss: to ${shown(url)}, which has no TLS`,
};

/**
 * The server sends the client to what is no place.
 * @remedy Let `Location` be a URL with `http:`, `https:`, `ws:` or `wss:`, or a path.
 */
export const REDIRECT_INVALID = {
  code: "REDIRECT_INVALID",
  sentence: (location: string) => `redirected to ${shown(location)}, which is no URL to connect to`,
};

// Connecting: browsers

/**
 * An option that browsers have no means for.
 * @remedy In place of headers, send a token in the URL's query, as a subprotocol, in a cookie, or in the first message. A heartbeat
 * needs a `message` of yours, since no page can ping. The rest the browser decides by itself.
 */
export const NOT_IN_BROWSERS = {
  code: "NOT_IN_BROWSERS",
  sentence: (option: string) =>
    `browsers cannot do ${option}${option === "headers" ? ": send a token in the query, a subprotocol or a cookie" : ""}`,
};

// Without await

/**
 * A script waits for a server that lives in its own thread, which can do nothing while the thread waits.
 * @remedy Run the server in another process or thread, or use `antiphon/client`, whose calls are awaited.
 */
export const SERVER_IN_THIS_THREAD = {
  code: "SERVER_IN_THIS_THREAD",
  sentence: (what: string) =>
    `${what}; this thread has a server of its own, which cannot answer while the thread waits`,
};

/**
 * The thread that has the sockets has ended: most often for lack of memory.
 * @remedy The next `connect` starts another one. Lower `limits.messageSize`, or raise `--max-old-space-size`.
 */
export const SOCKET_THREAD_GONE = {
  code: "SOCKET_THREAD_GONE",
  sentence: (call: string) => `${call}: the thread that had the socket has ended`,
};

/**
 * The thread that has the sockets could not be started, or does nothing.
 * @remedy Look for what keeps threads from starting here: memory, or flags of Node.js such as `--permission`.
 */
export const SOCKET_THREAD_SILENT = {
  code: "SOCKET_THREAD_SILENT",
  sentence: (call: string, seconds: number) => `${call}: the thread of the sockets has done nothing for ${seconds} s`,
};

/**
 * A blocking socket lives in another thread, and functions cannot go there.
 * @remedy Give a value in place of the function; where that will not do, use `antiphon/client`.
 */
export const OPTION_IS_FUNCTION = {
  code: "OPTION_IS_FUNCTION",
  sentence: (name: string) => `${name} is a function, which a blocking socket cannot call from its thread`,
};

/**
 * A call that waits cannot be given up by a signal, since nothing can abort it meanwhile.
 * @remedy Use `timeout`, or `antiphon/client`.
 */
export const SIGNAL_IN_BLOCKING = {
  code: "SIGNAL_IN_BLOCKING",
  sentence: (call: string) => `${call} takes no signal: nothing in this thread can abort it while the thread waits`,
};

/**
 * A schema gave a promise.
 * @remedy Use a schema without asynchronous checks, or `antiphon/client`.
 */
export const SCHEMA_IS_ASYNC = {
  code: "SCHEMA_IS_ASYNC",
  sentence: (call: string) => `${call}: the schema answers with a promise, which a blocking call cannot await`,
};

/**
 * This thread is not allowed to wait: it is a page's.
 * @remedy Use `antiphon/client` in browsers.
 */
export const CANNOT_WAIT_HERE = {
  code: "CANNOT_WAIT_HERE",
  sentence: () => `antiphon/blocking needs Node.js: a page must not wait; use antiphon/client`,
};

/**
 * The module of the handler cannot be loaded, or gives no function.
 * @remedy Give `handler` the URL of a module with `export default (socket, address) => { … }`.
 */
export const HANDLER_MODULE_UNFIT = {
  code: "HANDLER_MODULE_UNFIT",
  sentence: (url: string, reason: string) => `handler ${url} cannot be used: ${reason}`,
};

/**
 * A thread of `serve` ended under its handler: by `process.exit`, an uncaught error or for lack of memory.
 * @remedy Look at the `cause`, if there is one; a handler that is done returns.
 */
export const HANDLER_THREAD_ENDED = {
  code: "HANDLER_THREAD_ENDED",
  sentence: (exitCode: number) => `the thread of a handler ended with exit code ${exitCode}`,
};

/**
 * What `socket.data` holds cannot go to another thread.
 * @remedy Put plain data there: no functions, no sockets, no instances of classes.
 */
export const DATA_CANNOT_CROSS = {
  code: "DATA_CANNOT_CROSS",
  sentence: (reason: string) => `socket.data cannot go to the handler's thread: ${reason}`,
};

// Tests

/**
 * A test client was given something that is no app.
 * @remedy Give it what `new App()` made. If it was made by another copy of the package, install one copy only.
 */
export const NOT_AN_APP = {
  code: "NOT_AN_APP",
  sentence: (type: string) => `TestClient needs an App of this copy of antiphon, not ${type}`,
};

/**
 * A test client was used after its `close()`.
 * @remedy Make a new one: it costs next to nothing.
 */
export const TEST_CLIENT_CLOSED = {
  code: "TEST_CLIENT_CLOSED",
  sentence: (call: string) => `${call}: this test client has been closed`,
};

/**
 * What a test waited for did not come in time.
 * @remedy Read what the message says of the socket and of the handler. Where it only takes long, raise `timeout`.
 */
export const TEST_TIMEOUT = {
  code: "TEST_TIMEOUT",
  sentence: (call: string, milliseconds: number, what: string, story: string) =>
    `${call}: ${what} within ${digits(milliseconds)} ms${story === "" ? "" : `; ${story}`}`,
};

/**
 * An option of `connect` makes no sense in memory, where there is neither TLS nor a proxy nor HTTP/2.
 * @remedy Leave it out. `base: "wss://localhost"` makes the app see an encrypted connection; the rest needs `app.listen`.
 */
export const NOT_IN_MEMORY = {
  code: "NOT_IN_MEMORY",
  sentence: (option: string) => `the option ${option} makes no sense in memory; app.listen and antiphon/client have it`,
};

/**
 * Something was still there when a test client was closed.
 * @remedy End it where it began, or when `socket.signal` aborts. `leftovers: false` looks for nothing.
 */
export const TEST_LEFTOVERS = {
  code: "TEST_LEFTOVERS",
  sentence: (list: string) => `left over at the end of the test: ${list}`,
};

/**
 * Several things went wrong in a test, and are listed in `errors`.
 * @remedy Look at each of them; `client.takeErrors()` takes those that the test expects.
 */
export const TEST_ERRORS = {
  code: "TEST_ERRORS",
  sentence: (count: number, first: string) => `${count} errors came up in this test; the first: ${first}`,
};

/**
 * There is no connection that a fault could be done to.
 * @remedy Wait until the socket has connected again.
 */
export const NO_NETWORK = {
  code: "NO_NETWORK",
  sentence: (call: string, state: string) => `network.${call}: the socket has no connection; it is ${state}`,
};
