/** The door `antiphon/client`, as browsers see it: around their own WebSocket, without any of our engine. */

import { browserRuntime } from "./browser/runtime.ts";
import type { Connect } from "./connect.ts";
import { makeConnect } from "./connect.ts";

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
export { Socket } from "../socket/socket.ts";
export { ClientSocket } from "./client-socket.ts";
export type * from "./index.ts";
export { defaultShouldReconnect } from "./reconnect.ts";

/** Opens a WebSocket; in all but its means the same as in Node: see `index.ts`. */
export const connect: Connect = makeConnect(browserRuntime);
