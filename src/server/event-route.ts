/** A route in events style: what its connections tell, told to the user's functions. One for all connections of the route. */

import type { CloseInfo } from "../protocol/engine-sink.ts";
import type { Message } from "../protocol/message.ts";
import type { Inflow, InflowListener } from "../socket/inflow.ts";
import type { SocketEvents } from "./handler.ts";
import type { RunInContext } from "./host.ts";
import type { OneAtATime } from "./one-at-a-time.ts";
import type { ServerSocket } from "./server-socket.ts";

/** A connection, as its events see it. */
export interface EventConnection {
  readonly socket: ServerSocket;
  /** Events come from the network; they run in the asynchronous context that the middleware left, if there is one to keep. */
  readonly inContext: RunInContext | undefined;
  /** Where there is a `drain`: of the others, the link sees to it that they come one at a time. */
  readonly line: OneAtATime | undefined;
  /** An event threw. Called at once, while the connection may still be open. Gives `false` if that was no error, but the end. */
  eventFailed(error: unknown): boolean;
  /** The last event has been. */
  eventsEnded(): void;
}

/** What users gave, made ready: `open` comes first and `close` last. */
export class EventRoute implements InflowListener {
  // biome-ignore lint/suspicious/noExplicitAny: what the socket carries is between the route and its middleware.
  readonly events: SocketEvents<any, any>;
  readonly message: InflowListener["message"];

  // biome-ignore lint/suspicious/noExplicitAny: as above.
  constructor(events: SocketEvents<any, any>) {
    this.events = events;
    this.message = events.message && ((data, link) => this.#tell(data, toConnection(link)));
  }

  open(link: Inflow): unknown {
    const connection = toConnection(link);
    return this.events.open && run(connection, () => this.events.open?.(connection.socket));
  }

  /** Hot path (bench: `server`). */
  #tell(data: Message, connection: EventConnection): unknown {
    const { line, inContext, socket } = connection;
    if (line === undefined && inContext === undefined) return this.events.message?.(socket, data);
    return run(connection, () => this.events.message?.(socket, data));
  }

  /** There is room to send again. */
  drain(connection: EventConnection): void {
    if (this.events.drain === undefined) return;
    this.#attempt(connection, () => this.events.drain?.(connection.socket));
  }

  failed(error: unknown, link: Inflow): void {
    this.fail(error, toConnection(link));
  }

  end(info: CloseInfo, link: Inflow): void {
    const connection = toConnection(link);
    const over = () => connection.eventsEnded();
    if (this.events.close === undefined && connection.line === undefined) over();
    else this.#attempt(connection, () => this.events.close?.(connection.socket, info), over);
  }

  /** Something of the user's threw. */
  fail(error: unknown, connection: EventConnection): void {
    if (!connection.eventFailed(error) || this.events.error === undefined) return;
    const again = (thrown: unknown) => void connection.eventFailed(thrown);
    const { inContext = (work: () => unknown) => work() } = connection;
    try {
      const told = inContext(() => this.events.error?.(connection.socket, error));
      if (isThenable(told)) told.then(undefined, again);
    } catch (thrown) {
      again(thrown);
    }
  }

  #attempt(connection: EventConnection, event: () => unknown, then = () => {}): void {
    const failed = (error: unknown) => {
      this.fail(error, connection);
      then();
    };
    try {
      const result = run(connection, event);
      if (isThenable(result)) return void result.then(then, failed);
    } catch (error) {
      return failed(error);
    }
    then();
  }
}

/** In its context, when its turn has come. */
function run({ line, inContext }: EventConnection, event: () => unknown): unknown {
  const inside = inContext === undefined ? event : () => inContext(event);
  return line === undefined ? inside() : line.run(inside);
}

/** They are given to connections only. */
function toConnection(link: Inflow): EventConnection {
  return link as unknown as EventConnection;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
