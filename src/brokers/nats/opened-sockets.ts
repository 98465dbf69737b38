/** The sockets that an attempt of the client to connect has opened: it leaves those open whose server did not answer. */

import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";

const CHANNEL = "net.client.socket";

const attempts = new AsyncLocalStorage<OpenedSockets>();

/** One attempt's. */
export class OpenedSockets {
  readonly #sockets: Socket[] = [];
  #state: "kept" | "destroyed" = "kept";

  /** What `open` gives; the sockets that are opened under it are ours. */
  async under<Value>(open: () => Promise<Value>): Promise<Value> {
    const hold = (message: unknown) => {
      if (attempts.getStore() === this) this.#hold((message as { socket: Socket }).socket);
    };
    subscribe(CHANNEL, hold);
    try {
      return await attempts.run(this, open);
    } finally {
      unsubscribe(CHANNEL, hold);
    }
  }

  /** Those that are there, and those that are still to come. */
  destroyAll(): void {
    this.#state = "destroyed";
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Those of servers that were tried before; the client tries one after the other. */
  destroyAllButLast(): void {
    for (const socket of this.#sockets.slice(0, -1)) socket.destroy();
  }

  #hold(socket: Socket): void {
    this.#sockets.push(socket);
    // A later turn: what is destroyed before it connects would connect all the same.
    if (this.#state === "destroyed") setImmediate(() => socket.destroy());
  }
}
