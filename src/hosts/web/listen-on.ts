/** `listen` on a runtime's own server: the options, the signals and the end, which are the same wherever it listens. */

import { OPTION_NOT_HERE, usageError } from "../../errors.ts";
import type { Hosted, Stoppable } from "../../server/host.ts";
import type { Listening } from "../node/listen.ts";
import { listenError, tlsError } from "../node/listen-error.ts";
import type { ListenOptions, Place } from "../node/listen-options.ts";
import type { OnSignal } from "../node/signals.ts";
import { handleSignals } from "../node/signals.ts";
import { removeAbandonedSocket } from "../node/unix-socket.ts";

/** A runtime's server that listens. */
export interface WebServer extends Stoppable {
  /** The TCP port; `undefined` for a unix socket. */
  readonly port: number | undefined;
}

/** How to listen. */
export interface ListenParts {
  readonly place: Place;
  readonly options: ListenOptions;
  /** Closes the app when the process is told to end. */
  readonly onSignal: OnSignal;
  /** Begins to listen; throws the system's error. */
  readonly bind: (place: Place) => WebServer | Promise<WebServer>;
}

/** Why each of these options is not to be had here; the name of one may be given with a value that is of no harm. */
export type NotHere = Readonly<Partial<Record<keyof ListenOptions, string>>>;

/** Throws a `UsageError` (`OPTION_NOT_HERE`) for an option that is given although the runtime does not have it. */
export function refuseOptions(runtime: string, options: ListenOptions, notHere: NotHere): void {
  for (const [name, why] of Object.entries(notHere)) {
    const value = options[name as keyof ListenOptions];
    if (value !== undefined && value !== false) throw usageError(OPTION_NOT_HERE, name, runtime, why);
  }
}

/** Listens. Rejects with a `UsageError` that names the option when the place cannot be had, as on Node. */
export async function listenOn(app: Hosted, parts: ListenParts): Promise<Listening> {
  const { place, options, onSignal } = parts;
  options.signal?.throwIfAborted();
  const server = await bindTo(parts);
  let forget: (() => void) | undefined;
  let onAbort: (() => void) | undefined;
  const ended = () => {
    forget?.();
    if (onAbort !== undefined) options.signal?.removeEventListener("abort", onAbort);
  };
  const leave = app.addListener({
    stop: () => server.stop(),
    idle: async () => server.idle?.(),
    // The app closes, and knows this listener only.
    close: () => server.close().finally(ended),
  });
  const close = () => {
    leave();
    return server.close().finally(ended);
  };
  if (options.signals !== false) forget = handleSignals(toSignals(options.signals), onSignal);
  // Also if it aborted while we were waiting.
  if (options.signal?.aborted) {
    await close();
    options.signal.throwIfAborted();
  }
  onAbort = () => void close();
  options.signal?.addEventListener("abort", onAbort);
  const url = toUrl(place, server.port, options.tls === undefined ? "http" : "https");
  app.observer.listening?.({ url });
  return { url, port: server.port, close };
}

async function bindTo({ place, bind, options: { tls } }: ListenParts): Promise<WebServer> {
  try {
    return await bind(place);
  } catch (error) {
    const cause = error as NodeJS.ErrnoException;
    if (tls !== undefined && cause.code?.startsWith("ERR_OSSL")) throw tlsError(cause, tls);
    const isTaken = place.type === "unix" && cause.code === "EADDRINUSE";
    if (!isTaken || !(await removeAbandonedSocket(place.path))) throw listenError(cause, place);
    try {
      return await bind(place);
    } catch (again) {
      throw listenError(again as NodeJS.ErrnoException, place);
    }
  }
}

function toSignals(signals: ListenOptions["signals"]) {
  return typeof signals === "object" ? signals : {};
}

function toUrl(place: Place, port: number | undefined, scheme: string): string {
  if (place.type !== "tcp") return `unix:${place.type === "unix" ? place.path : ""}`;
  const { host } = place;
  const reachable = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `${scheme}://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
}
