/** The door `antiphon/client`, as Node, Bun and Deno see it. Browsers get `browser.ts`. */

import type { Connect } from "./connect.ts";
import { makeConnect } from "./connect.ts";
import { nodeRuntime } from "./node/runtime.ts";

export {
  AntiphonError,
  ConnectError,
  DisconnectError,
  HandshakeError,
  InvalidJsonError,
  MessageTypeError,
  ProtocolError,
  TimeoutError,
  UsageError,
  ValidationError,
} from "../errors.ts";
export type { CompressionOptions } from "../protocol/deflate/compression-options.ts";
export type { CloseInfo } from "../protocol/engine-sink.ts";
export type { Message } from "../protocol/message.ts";
export type { JsonCodec, StandardSchema } from "../socket/json-codec.ts";
export type { IterJsonOptions, JsonMode, OnInvalid, ReceiveJsonOptions } from "../socket/json-messages.ts";
export type { Bytes } from "../socket/message-input.ts";
export type { ReceiveOptions } from "../socket/receive-queue.ts";
export type { PingOptions, SendOptions, SendStreamOptions } from "../socket/socket.ts";
export { Socket } from "../socket/socket.ts";
export type { HeartbeatOptions } from "../socket/socket-config.ts";
export type { SocketState } from "../socket/socket-state.ts";
export { ClientSocket } from "./client-socket.ts";
export type { Connect } from "./connect.ts";
export type {
  ClientLimits,
  ConnectOptions,
  Fresh,
  HostAndPort,
  MessageHeartbeat,
  OpenInfo,
  Place,
  ProxyOptions,
  RetryInfo,
  TlsOptions,
} from "./connect-options.ts";
export type { RequestHeaders } from "./dialer.ts";
export type { DisconnectInfo } from "./disconnect-info.ts";
export type { OutboxOptions, OutboxPolicy } from "./outbox-options.ts";
export { defaultShouldReconnect, type Lost, type ReconnectOptions } from "./reconnect.ts";

/**
 * Opens a WebSocket; resolves when it is open. Rejects with a `HandshakeError` for an answer that does not open one
 * (`status`, `headers`, `body`), a `ConnectError` where there was none (refused, host not found, TLS), a `TimeoutError`,
 * the signal's reason, or a `UsageError`. With `reconnect`, the socket comes back when its connection is lost.
 *
 * @example
 * await using socket = await connect("ws://localhost:5042/ws", { reconnect: true });
 * await socket.sendText("hello");
 * console.log(await socket.receiveText({ timeout: 1000 }));
 */
export const connect: Connect = makeConnect((options) => nodeRuntime(options));
