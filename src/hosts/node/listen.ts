/** `listen` on Node: a server of our own on a port, a unix socket or a descriptor, with TLS and HTTP/2 or without. */

import type { AddressInfo } from "node:net";
import type { Hosted, HostLimits } from "../../server/host.ts";
import type { ListenServer } from "./create-server.ts";
import { createServer } from "./create-server.ts";
import { listenError } from "./listen-error.ts";
import type { ListenOptions, Place } from "./listen-options.ts";
import { toPlace } from "./listen-options.ts";
import { NodeListener } from "./node-listener.ts";
import type { OnSignal } from "./signals.ts";
import { handleSignals } from "./signals.ts";
import { removeAbandonedSocket } from "./unix-socket.ts";

/** An app that listens. */
export interface Listening {
  /** Where: `http://127.0.0.1:5042`, `https://[::1]:5042`, `unix:/run/app.sock`. Of all addresses (`0.0.0.0`, `::`), this machine's own. */
  readonly url: string;
  /** The TCP port; `undefined` for a unix socket. */
  readonly port: number | undefined;
  /** With the option `workers`, in their primary: the process ids of those that run now. */
  readonly workers?: readonly number[];
  /** Ends it with all its connections, at once; in a primary, all workers. Safe to call twice. The app goes on; `app.close()` says goodbye first. */
  close(): Promise<void>;
}

/**
 * Listens. Rejects with a `UsageError` that names the option when the place cannot be had or options contradict each
 * other; the system's own error is its `cause`. `onSignal` closes the app when the process is told to end.
 */
export async function listen(app: Hosted, options: ListenOptions = {}, onSignal?: OnSignal): Promise<Listening> {
  const place = toPlace(options);
  options.signal?.throwIfAborted();
  const server = createServer(options, app.hostLimits);
  await bind(server, place, options.backlog ?? 511);
  const encrypted = options.tls !== undefined;
  const address = server.address();
  const listener = new NodeListener(app, server, { encrypted, addressed: isTcp(address) });
  const leave = app.addListener(listener);
  const forget =
    onSignal && options.signals !== false ? handleSignals(toSignals(options.signals), onSignal) : undefined;
  const close = () => {
    forget?.();
    leave();
    options.signal?.removeEventListener("abort", close);
    return listener.close();
  };
  // Also when the app closes, which knows the listener only.
  server.once("close", () => {
    forget?.();
    options.signal?.removeEventListener("abort", close);
  });
  // Also if it aborted while we were waiting.
  if (options.signal?.aborted) {
    await close();
    options.signal.throwIfAborted();
  }
  options.signal?.addEventListener("abort", close);
  const url = toUrl(place, address, encrypted ? "https" : "http");
  app.observer.listening?.({ url });
  return { url, port: isTcp(address) ? address.port : undefined, close };
}

/**
 * Takes the place and leaves it again; gives the TCP port. Rejects as `listen`. A descriptor is left alone: it would be
 * closed with the server.
 */
export async function tryPlace(options: ListenOptions, limits: HostLimits): Promise<number | undefined> {
  const place = toPlace(options);
  const server = createServer(options, limits);
  if (place.type === "fd") return undefined;
  await bind(server, place, 1);
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return isTcp(address) ? address.port : undefined;
}

async function bind(server: ListenServer, place: Place, backlog: number): Promise<void> {
  try {
    await tryToBind(server, place, backlog);
  } catch (error) {
    const cause = error as NodeJS.ErrnoException;
    const isTaken = place.type === "unix" && cause.code === "EADDRINUSE";
    if (!isTaken || !(await removeAbandonedSocket(place.path))) throw listenError(cause, place);
    await tryToBind(server, place, backlog).catch((again) => {
      throw listenError(again, place);
    });
  }
}

function tryToBind(server: ListenServer, { type: _, ...where }: Place, backlog: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ ...where, backlog }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** The signals that `listen` was given, if it shall hear any. */
export function toSignals(signals: ListenOptions["signals"]) {
  return typeof signals === "object" ? signals : {};
}

function toUrl(place: Place, address: Address, scheme: string): string {
  if (!isTcp(address)) return `unix:${address ?? (place.type === "unix" ? place.path : "")}`;
  const host = place.type === "tcp" ? place.host : address.address;
  const reachable = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `${scheme}://${reachable.includes(":") ? `[${reachable}]` : reachable}:${address.port}`;
}

type Address = AddressInfo | string | null;

function isTcp(address: Address): address is AddressInfo {
  return typeof address === "object" && address !== null;
}
