/** Opens a link: connects, finds out whether the server is one of a cluster, and gives up in time. */

import { clientOverrides, clusterOptions, clusterOverrides } from "./client-options.ts";
import type { Master } from "./cluster-link.ts";
import { ClusterLink, ClusterWatch } from "./cluster-link.ts";
import type { DriverClient, DriverCluster } from "./driver.ts";
import type { LinkListener } from "./fleet.ts";
import { Fleet } from "./fleet.ts";
import type { Link } from "./link.ts";
import type { Model } from "./model.ts";
import { loadDriver } from "./model.ts";
import { atMost } from "./patience.ts";
import { ServerLink } from "./server-link.ts";

export interface OpenLinkOptions {
  readonly connectTimeout: number;
  readonly signal: AbortSignal;
  readonly listener: LinkListener;
}

/** One attempt. Rejects with what its client says, or with what the signal says; then nothing of it is left. */
export async function openLink(model: Model, { connectTimeout, signal, listener }: OpenLinkOptions): Promise<Link> {
  signal.throwIfAborted();
  const fleet = new Fleet(listener);
  try {
    return await atMost(connectTimeout, open(model, fleet, connectTimeout), signal);
  } catch (error) {
    fleet.retire();
    // A cluster's client says only that it reached none of the nodes, not why.
    throw signal.aborted ? error : (fleet.lastError ?? error);
  }
}

async function open(model: Model, fleet: Fleet, connectTimeout: number): Promise<Link> {
  if (model.kind === "cluster") {
    const overrides = clusterOverrides(model.cluster._options, connectTimeout);
    return openCluster(model.cluster.duplicate(overrides), fleet, connectTimeout);
  }
  const { options } = model.client;
  const commands = await fleet.connect(model.client.duplicate(clientOverrides(options, connectTimeout)));
  const mode = await modeOf(commands);
  if (mode === "sentinel") throw new Error("it is a Sentinel: what is needed is the server that it watches");
  if (mode === "cluster") {
    const { createCluster } = await loadDriver();
    return openCluster(createCluster(clusterOptions(options ?? {}, connectTimeout)), fleet, connectTimeout, commands);
  }
  const subscriber = await fleet.connect(model.client.duplicate(clientOverrides(options, connectTimeout)));
  return new ServerLink(fleet, commands, subscriber);
}

async function openCluster(
  client: DriverCluster,
  fleet: Fleet,
  connectTimeout: number,
  scout?: DriverClient,
): Promise<Link> {
  const cluster = await fleet.connect(client);
  if (scout !== undefined) fleet.dismiss(scout);
  const masters = await Promise.all(
    cluster.masters.map(async (node): Promise<Master> => {
      const commands = await cluster.nodeClient(node);
      const subscriber = commands.duplicate(clientOverrides(commands.options, connectTimeout));
      return { address: node.address, commands, subscriber: await fleet.connect(subscriber) };
    }),
  );
  const watch = new ClusterWatch(masters.map(({ commands }) => commands));
  await watch.look();
  return new ClusterLink(fleet, cluster, masters, watch);
}

/** `standalone`, `cluster` or `sentinel`. Redis before 6.0, and some that stand before a Redis, know no HELLO. */
async function modeOf(client: DriverClient): Promise<string> {
  try {
    return (await client.hello()).mode;
  } catch (error) {
    // Anything else concerns us: with RESP 2 this is the first that whoever gave no password hears of it.
    if (/^(ERR unknown command|NOPERM)/.test(String(Object(error).message))) return "standalone";
    throw error;
  }
}
