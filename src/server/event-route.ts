/** A route in events style, run: accepted after the middleware, then one event at a time, `open` first and `close` last. */

import type { Link } from "../socket/link.ts";
import type { SocketEvents } from "./handler.ts";
import type { RunInContext } from "./host.ts";
import { OneAtATime } from "./one-at-a-time.ts";
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
  /** An event threw. Called at once, while the connection may still be open. Gives `false` if that was no error, but the end. */
  readonly onFailure: (error: unknown) => boolean;
}

/** Resolves when the last event has been; never rejects. Before the socket is accepted, `upgrade` may reject it. */
export async function runEvents({ events, socket, link, inContext, onFailure }: EventRoute): Promise<void> {
  const failed = (error: unknown) => {
    if (!onFailure(error) || events.error === undefined) return;
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
  const { message, drain } = events;
  // Of the others, the link sees to it that they come one at a time.
  const line = drain && new OneAtATime();
  const run = (work: () => unknown) => (line === undefined ? inContext(work) : line.run(() => inContext(work)));
  await new Promise<void>((resolve) => {
    link.onRelieved = drain && (() => void attempt(() => run(() => events.drain?.(socket)), failed));
    link.listen({
      open: () => run(() => events.open?.(socket)),
      message: message && ((data) => run(() => events.message?.(socket, data))),
      failed,
      end: (info) => {
        void attempt(() => run(() => events.close?.(socket, info)), failed).then(resolve);
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
