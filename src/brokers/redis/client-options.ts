/** What the clients that we open are to do otherwise than those they are modelled on: they give up, and we try again. */

import type { ClientOptions, ClusterOptions } from "./driver.ts";

/** Of a client on a single server, or on a node of a cluster. */
export function clientOverrides(options: ClientOptions | undefined, connectTimeout: number): object {
  return {
    ...OURS,
    // A lost connection is replaced as a whole, with both its halves; nothing waits for it in a queue that nobody sees.
    disableOfflineQueue: true,
    pingInterval: 0,
    readonly: false,
    emitInvalidate: false,
    socket: { ...options?.socket, reconnectStrategy: false, connectTimeout },
  };
}

/** Of a cluster that a user has described. */
export function clusterOverrides(options: ClusterOptions | undefined, connectTimeout: number): object {
  const overrides = { ...OURS, useReplicas: false, minimizeConnections: false, maxCommandRedirections: 0 };
  // Without knowing the defaults we leave them as they are: they may hold the password.
  if (options === undefined) return overrides;
  const { defaults } = options;
  return { ...overrides, defaults: { ...defaults, ...clientOverrides(defaults, connectTimeout) } };
}

/** Of the cluster to which a server belongs that was given as a single one. */
export function clusterOptions(options: ClientOptions, connectTimeout: number): object {
  const { url: _url, database: _database, socket, ...rest } = options;
  const { host = "localhost", port = 6379, path: _path, ...shared } = socket ?? {};
  const cluster = { rootNodes: [{ socket: { host, port } }], defaults: { ...rest, socket: shared } };
  return { ...cluster, RESP: options.RESP, ...clusterOverrides(cluster, connectTimeout) };
}

/** Whatever the user's own client needs for the user's own commands; a redirected publish could overtake another. */
const OURS = {
  commandOptions: { timeout: undefined },
  commandsQueueMaxLength: undefined,
  keyPrefix: undefined,
  clientSideCache: undefined,
};
