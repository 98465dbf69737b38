/** Connections with an engine that live and die together: whichever is lost, all are ended. */

import type { ChannelListener, Connectable, DriverClient } from "./driver.ts";
import { startHeartbeat } from "./heartbeat.ts";

/** Who hears of a link. */
export interface LinkListener {
  linkOnMessage(channel: string, message: Uint8Array): void;
  /** It was lost; `undefined` for an engine that does not answer. Once, and only after it was open. */
  linkOnEnd(error: unknown): void;
}

/** The connections of one link. */
export class Fleet {
  readonly #listener: LinkListener;
  readonly #members: { readonly client: Connectable; connected: boolean }[] = [];
  #state: "opening" | "open" | "ended" = "opening";
  #stopHeartbeat: () => void = () => {};
  #lastError: unknown;

  constructor(listener: LinkListener) {
    this.#listener = listener;
  }

  get ended(): boolean {
    return this.#state === "ended";
  }

  /** What a member said last; while a link is opened that is more than what `connect` rejects with, in a cluster. */
  get lastError(): unknown {
    return this.#lastError;
  }

  /** Takes a client in and connects it. Rejects when that fails, or when all was ended meanwhile. */
  async connect<Client extends Connectable>(client: Client): Promise<Client> {
    if (this.ended) throw new Error("given up");
    const member = { client, connected: false };
    this.#members.push(member);
    for (const event of ["error", "node-error"]) client.on(event, (error) => this.#onError(error));
    client.once("connect", () => {
      member.connected = true;
      if (this.ended) destroy(client);
    });
    const connecting = client.connect();
    const isLate = () => this.ended && destroy(client);
    // A cluster that was ended while it looked for its nodes goes on, and connects with them. What has failed is known
    // to the package until it is destroyed.
    connecting.then(isLate, () => destroy(client));
    await connecting;
    if (this.ended) throw new Error("given up");
    return client;
  }

  /** Lets one go that is needed no longer. */
  dismiss(client: Connectable): void {
    const index = this.#members.findIndex((member) => member.client === client);
    if (index !== -1) this.#members.splice(index, 1);
    destroy(client);
  }

  /**
   * All are connected: from now on a loss is told, and silence is one. Throws if that is not so, since one was lost while
   * another was connected.
   */
  open(clients: readonly DriverClient[], ping: () => Promise<unknown>): void {
    const areReady = () => clients.every(({ isReady }) => isReady);
    if (this.ended || !areReady()) throw this.#lastError ?? new Error("given up");
    this.#state = "open";
    const pingReady = () => ping().catch((error) => areReady() || this.end(error));
    this.#stopHeartbeat = startHeartbeat(pingReady, () => this.end(undefined));
  }

  /** Ends all at once. What was asked is rejected. */
  end(error: unknown): void {
    const wasOpen = this.#state === "open";
    this.retire();
    if (wasOpen) this.#listener.linkOnEnd(error);
  }

  /** Ends all at once, and tells nobody. */
  retire(): void {
    this.#state = "ended";
    this.#stopHeartbeat();
    for (const { client, connected } of this.#members.splice(0)) {
      // Before that there is no socket that it could destroy, and one would come later; "connect" does it then.
      if (connected || isCluster(client)) destroy(client);
    }
  }

  /** Messages of subscriptions come here. */
  readonly deliver: ChannelListener = (message, channel) => {
    if (this.#state !== "open") return;
    const bytes = new Uint8Array(message.buffer, message.byteOffset, message.byteLength);
    this.#listener.linkOnMessage(channel.toString("latin1"), bytes);
  };

  #onError(error: unknown): void {
    this.#lastError = error;
    if (this.#state === "open") this.end(error);
  }
}

function isCluster(client: Connectable): boolean {
  return "masters" in client;
}

function destroy(client: Connectable): void {
  try {
    client.destroy();
  } catch {
    // It was closed already.
  }
}
