/** The door `antiphon/blocking`: sockets for scripts, notebooks, tests and the REPL, without `await`. Node.js only. */

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
export type { JsonMode } from "../socket/json-messages.ts";
export type { Bytes } from "../socket/message-input.ts";
export type { SocketState } from "../socket/socket-state.ts";
export { type BlockingSendOptions, BlockingSocket } from "./blocking-socket.ts";
export { BlockingClientSocket, connect } from "./client/connect.ts";
export type { BlockingConnectOptions, BlockingPlace } from "./client/connect-options.ts";
export type { BlockingIterJsonOptions, BlockingReceiveJsonOptions } from "./json-messages.ts";
export type { BlockingReceiveOptions } from "./receive-options.ts";
export { BlockingAudience, BlockingRoom } from "./server/blocking-room.ts";
export { type Serving, serve } from "./server/serve.ts";
export type { ServeOptions } from "./server/serve-options.ts";
export { BlockingServerSocket } from "./server/server-socket.ts";
