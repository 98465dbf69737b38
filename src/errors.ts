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
export class AntiphonError extends Error {
  override readonly name: string = "AntiphonError";
  /** The stable name of this kind of error, as listed in the reference. */
  readonly code: string;

  constructor(code: string, message: string) {
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
