/** The door `antiphon/protocol`: RFC 6455, 7692 and 8441 as plain code, without I/O, for any runtime. */

export { AntiphonError, HandshakeError, ProtocolError, UsageError } from "../errors.ts";
export { CloseCode } from "./close-code.ts";
export type { DeflateAgreement } from "./deflate/agreement.ts";
export {
  type CompressionOptions,
  type ResolvedCompression,
  resolveCompression,
} from "./deflate/compression-options.ts";
export type { Extension, ExtensionParameter } from "./deflate/extension-header.ts";
export { Engine } from "./engine.ts";
export type { EngineOptions } from "./engine-options.ts";
export type { CloseInfo, EngineSink } from "./engine-sink.ts";
export type { EngineState, TransportDuty } from "./engine-state.ts";
export type { Role } from "./frame-header.ts";
export { type Acceptance, type AcceptOptions, acceptUpgrade } from "./handshake/accept.ts";
export {
  checkResponse,
  type FailedAnswer,
  type InterimAnswer,
  type Opened,
  type UpgradeResponse,
} from "./handshake/answer.ts";
export {
  createUpgrade,
  type Http1SentUpgrade,
  type Http1UpgradeOptions,
  type Http2SentUpgrade,
  type Http2UpgradeOptions,
  type SentUpgrade,
  type UpgradeOptions,
} from "./handshake/client.ts";
export { type HeaderFields, type HeaderInput, HeaderList, type HeaderSource } from "./handshake/headers.ts";
export {
  type BadHead,
  type Head,
  type HeadLimits,
  HeadParser,
  parseRequestHead,
  parseResponseHead,
  type RequestHead,
  type ResponseHead,
} from "./handshake/http-head.ts";
export { type Refusal, toRefusal } from "./handshake/refusal.ts";
export { type Offers, readUpgrade, type Upgrade, type UpgradeRequest } from "./handshake/server.ts";
export type { RequestLine, StatusLine } from "./handshake/start-line.ts";
export { chooseProtocol } from "./handshake/subprotocol.ts";
export { encodeRequestHead, encodeResponseHead } from "./handshake/write-head.ts";
export type { ReceiveState } from "./inbound.ts";
export { defaultLimits, type Limits } from "./limits.ts";
export type { Message, MessageSink } from "./message.ts";
export { maskKeysFrom, type Platform, type TextCodec, webPlatform, webTextCodec } from "./platform.ts";
export { type Prepared, PreparedBatch } from "./prepared-batch.ts";
export { PreparedMessage } from "./prepared-message.ts";
export { type SendStreamOptions, sendStream } from "./send-stream.ts";
export type { DeflateOptions, InflateOptions, InflateResult, PushResult, Zlib, ZlibStream } from "./zlib.ts";
