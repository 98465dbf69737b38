/** The door `antiphon`: the server, its sockets and rooms, and the errors that every program meets. */

export type { ErrorArgument, ErrorKind } from "./errors.ts";
export {
  AntiphonError,
  BrokerError,
  DisconnectError,
  HandshakeError,
  InvalidJsonError,
  MessageTypeError,
  ProtocolError,
  TimeoutError,
  UsageError,
  ValidationError,
} from "./errors.ts";
export { App } from "./hosts/node/app.ts";
export type { Attached, AttachOptions } from "./hosts/node/attach.ts";
export type { Listening } from "./hosts/node/listen.ts";
export type { ListenOptions } from "./hosts/node/listen-options.ts";
export { OpenRooms, type OpenRoomsOptions, openRooms } from "./hosts/node/open-rooms.ts";
export type { SignalOptions } from "./hosts/node/signals.ts";
export { CloseCode } from "./protocol/close-code.ts";
export type { CompressionOptions } from "./protocol/deflate/compression-options.ts";
export type { CloseInfo } from "./protocol/engine-sink.ts";
export type { HeaderInput } from "./protocol/handshake/headers.ts";
export type { Message } from "./protocol/message.ts";
export type { Audience, BroadcastOptions, Excepted } from "./rooms/audience.ts";
export type * from "./rooms/broker.ts";
export type { BrokerLink } from "./rooms/cluster/broker-link.ts";
export type { ConnectBrokerOptions } from "./rooms/cluster/connector.ts";
export type { PublishOverflowPolicy } from "./rooms/cluster/publish-queue.ts";
export type { BrokerState } from "./rooms/cluster/rooms-reporter.ts";
export { MemoryBroker, type MemoryBrokerOptions, memory } from "./rooms/memory/memory-broker.ts";
export type { PresenceListener, PresentMember, Room, WatchOptions } from "./rooms/room.ts";
export type { JoinOptions } from "./rooms/rooms.ts";
export type { RoomInput, RoomRef, RoomsInput } from "./rooms/topic.ts";
export type { AppLimits, AppOptions, RouteLimits } from "./server/app-options.ts";
export type { CloseOptions } from "./server/drain.ts";
export type { OriginPattern, OriginsOption } from "./server/guards/origin.ts";
export type { TrustProxy } from "./server/guards/remote-address.ts";
export type {
  ErrorHook,
  Handler,
  Middleware,
  Next,
  RouteOptions,
  SocketEvents,
} from "./server/handler.ts";
export type { StaticOptions } from "./server/host.ts";
export type { RejectBody } from "./server/http-answer.ts";
export { consoleLogger, type Log, type Logger } from "./server/observing/logger.ts";
export type * from "./server/observing/observer.ts";
export type { AcceptOptions } from "./server/opening.ts";
export type { Converter, Converters, ConverterValue } from "./server/routing/converter.ts";
export type { PathParams } from "./server/routing/path-params.ts";
export type { ServerSocket } from "./server/server-socket.ts";
export type { JsonCodec, StandardSchema } from "./socket/json-codec.ts";
export type { IterJsonOptions, JsonMode, OnInvalid, ReceiveJsonOptions } from "./socket/json-messages.ts";
export type { Bytes } from "./socket/message-input.ts";
export type { ReceiveOptions } from "./socket/receive-queue.ts";
export type { PingOptions, SendOptions, SendStreamOptions, Socket } from "./socket/socket.ts";
export type { HeartbeatOptions, OverRatePolicy, SlowConsumerPolicy } from "./socket/socket-config.ts";
export type { SocketState } from "./socket/socket-state.ts";
