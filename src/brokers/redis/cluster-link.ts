/** A link with a cluster: sharded pub/sub, so that a message goes only to the node that serves its channel. */

import type { ClusterNode, Commands, DriverClient, DriverCluster } from "./driver.ts";
import type { Fleet } from "./fleet.ts";
import type { Link } from "./link.ts";
import { slotOf } from "./slot.ts";

/** One of its masters, which has a connection of its own for subscriptions. */
export interface Master {
  readonly address: string;
  readonly commands: DriverClient;
  readonly subscriber: DriverClient;
}

/** Ends by itself when slots move: then a new one finds out who serves them, and nothing was redirected out of order. */
export class ClusterLink implements Link {
  readonly #cluster: DriverCluster;
  readonly #masters: ReadonlyMap<string, Master>;
  readonly #fleet: Fleet;

  constructor(fleet: Fleet, cluster: DriverCluster, masters: readonly Master[], watch: ClusterWatch) {
    this.#fleet = fleet;
    this.#cluster = cluster;
    this.#masters = new Map(masters.map((master) => [master.address, master]));
    for (const { subscriber } of masters) {
      subscriber.on("sharded-channel-moved", () => this.end(new Error("a channel has moved to another node")));
    }
    const clients = masters.flatMap(({ commands, subscriber }) => [commands, subscriber]);
    fleet.open(clients, () =>
      Promise.all([...masters.map(({ subscriber }) => subscriber.ping()), watch.look().catch(this.#onChange)]),
    );
  }

  get commands(): Commands {
    return this.#cluster;
  }

  get ended(): boolean {
    return this.#fleet.ended;
  }

  publish(channel: string, message: Buffer): Promise<unknown> {
    return this.#cluster.sPublish(channel, message);
  }

  // One command for each channel: those of one command must lie in one slot.

  async subscribe(channels: readonly string[]): Promise<unknown> {
    return Promise.all(channels.map((name) => this.#subscriberOf(name).sSubscribe([name], this.#fleet.deliver, true)));
  }

  async unsubscribe(channels: readonly string[]): Promise<unknown> {
    return Promise.all(
      channels.map((name) => this.#subscriberOf(name).sUnsubscribe([name], this.#fleet.deliver, true)),
    );
  }

  end(error: unknown): void {
    this.#fleet.end(error);
  }

  retire(): void {
    this.#fleet.retire();
  }

  readonly #onChange = (error: unknown): void => this.end(error);

  #subscriberOf(channel: string): DriverClient {
    const node: ClusterNode | undefined = this.#cluster.slots[slotOf(channel)]?.master;
    const master = this.#masters.get(node?.address ?? "");
    if (master === undefined) throw new Error("no node of the cluster serves this slot");
    return master.subscriber;
  }
}

/**
 * Whether a cluster is whole, and still the one that it was: each change of who serves what raises its epoch. (A client
 * that waits for an answer takes no notice of being unsubscribed by a slot that moves away.)
 */
export class ClusterWatch {
  readonly #epochs = new Map<DriverClient, string | undefined>();
  readonly #nodes: readonly DriverClient[];

  constructor(nodes: readonly DriverClient[]) {
    this.#nodes = nodes;
  }

  /** Rejects with a reason if it is not. */
  async look(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => this.#lookAt(node)));
  }

  async #lookAt(node: DriverClient): Promise<void> {
    const info = String(await node.sendCommand(["CLUSTER", "INFO"]));
    if (!info.includes("cluster_state:ok")) throw new Error("the cluster is down: not all of its slots are served");
    const epoch = /cluster_current_epoch:(\d+)/.exec(info)?.[1];
    if (!this.#epochs.has(node)) this.#epochs.set(node, epoch);
    if (this.#epochs.get(node) !== epoch) throw new Error("the cluster has changed who serves which slots");
  }
}
