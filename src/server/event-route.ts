/** A route in events style, run: accepted after the middleware, then one event at a time, `open` first and `close` last. */

import type { Link } from "../socket/link.ts";
import type { SocketEvents } from "./handler.ts";
import type { RunInContext } from "./host.ts";
import type { ServerSocket } from "./server-socket.ts";

/** What events run on. */
export interface EventRoute {
  // biome-ignore lint/suspicious/noExplicitAny: what the socket carries is between the route and its middleware.
  readonly events: SocketEvents<any, any>;
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  readonly socket: ServerSocket<any, any>;
  readonly link: Link;
  /** Events come from the network; they run in the asynchronous context that the middleware left. */
  readonly inContext: RunInContext;
  /** An event threw. Called at once, while the connection may still be open. */
  readonly onFailure: (error: unknown) => void;
}

/** Resolves when the last event has been; never rejects. Before the socket is accepted, `upgrade` may reject it. */
export async function runEvents({ events, socket, link, inContext, onFailure }: EventRoute): Promise<void> {
  const failed = (error: unknown) => {
    onFailure(error);
    if (events.error === undefined) return;
    try {
      const told = inContext(() => events.error?.(socket, error));
      Promise.resolve(told).catch(onFailure);
    } catch (again) {
      onFailure(again);
    }
  };
  try {
    await events.upgrade?.(socket);
    if (link.state === "closed") return;
    await socket.accept();
  } catch (error) {
    return failed(error);
  }
  await new Promise<void>((resolve) => {
    link.onRelieved = events.drain && (() => void attempt(() => inContext(() => events.drain?.(socket)), failed));
    const { message } = events;
    link.listen({
      open: () => inContext(() => events.open?.(socket)),
      message: message && ((data) => inContext(() => events.message?.(socket, data))),
      failed,
      end: (info) => {
        void attempt(() => inContext(() => events.close?.(socket, info)), failed).then(resolve);
      },
    });
  });
}

async function attempt(work: () => unknown, failed: (error: unknown) => void): Promise<void> {
  try {
    await work();
  } catch (error) {
    failed(error);
  }
}
