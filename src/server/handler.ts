/** What users write for a route: a handler, or events; and the middleware around it. Types only. */

import type { CloseInfo } from "../protocol/engine-sink.ts";
import type { Message } from "../protocol/message.ts";
import type { SlowConsumerPolicy } from "../socket/socket-config.ts";
import type { RouteLimits } from "./app-options.ts";
import type { OriginsOption } from "./guards/origin.ts";
import type { ServerSocket } from "./server-socket.ts";

/** A route as a function: while it runs, the connection lives. When it returns, the socket is closed with 1000. */
export type Handler<Data, Params> = (socket: ServerSocket<Data, Params>) => unknown;

/**
 * A route as events, each after the one before. What returns a promise holds the next one back. One that throws closes
 * the socket with 1011.
 */
export interface SocketEvents<Data, Params> {
  /** Before it is accepted: may `reject`, or `accept` with options. */
  upgrade?(socket: ServerSocket<Data, Params>): unknown;
  /** It is open. */
  open?(socket: ServerSocket<Data, Params>): unknown;
  /** A message came. Without this, messages are thrown away. */
  message?(socket: ServerSocket<Data, Params>, message: Message): unknown;
  /** There is room to send again, after there was none. */
  drain?(socket: ServerSocket<Data, Params>): unknown;
  /** It is over. Once, and last; only if it was accepted. */
  close?(socket: ServerSocket<Data, Params>, info: CloseInfo): unknown;
  /** Another of these threw; the app's `onError` hears of it too. */
  error?(socket: ServerSocket<Data, Params>, error: unknown): unknown;
}

/** Goes on to the next middleware, or the handler. Resolves when the connection has ended; rejects with the handler's error. */
export type Next = () => Promise<CloseInfo>;

/** Runs before the handler, around it, and after it: code behind `await next()` runs when the connection has ended. */
export type Middleware<Data> = (socket: ServerSocket<Data>, next: Next) => unknown;

/** Options of a route. */
export interface RouteOptions {
  /** For `app.urlFor`. @default none */
  readonly name?: string | undefined;
  /** The subprotocols that it speaks, by preference: the first that the client offered is chosen. @default none */
  readonly subprotocols?: readonly string[] | undefined;
  /** Instead of the app's. */
  readonly origins?: OriginsOption | undefined;
  /** Instead of the app's: those of one connection. Those of the whole server are the app's alone. */
  readonly limits?: Partial<RouteLimits> | undefined;
  /** Instead of the app's: prices may lose all but the latest, orders may not. */
  readonly slowConsumer?: SlowConsumerPolicy | undefined;
}

/** Told of what handlers, middleware and events threw, once for each error. */
export type ErrorHook<Data> = (error: unknown, socket: ServerSocket<Data>) => unknown;
