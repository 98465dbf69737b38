/** A link with one server: a client for commands, and one for subscriptions. */

import type { DriverClient } from "./driver.ts";
import type { Fleet } from "./fleet.ts";
import type { Link } from "./link.ts";

/** Channels in one command: so many that the server is not held up by it. */
const CHUNK = 1_000;

/** Both clients are connected when it is made. */
export class ServerLink implements Link {
  readonly commands: DriverClient;
  readonly #subscriber: DriverClient;
  readonly #fleet: Fleet;

  constructor(fleet: Fleet, commands: DriverClient, subscriber: DriverClient) {
    this.#fleet = fleet;
    this.commands = commands;
    this.#subscriber = subscriber;
    fleet.open([commands, subscriber], () => Promise.all([commands.ping(), subscriber.ping()]));
  }

  get ended(): boolean {
    return this.#fleet.ended;
  }

  publish(channel: string, message: Buffer): Promise<unknown> {
    // The same as publish(), with a fifth less of our processor time for each message.
    return this.commands.sendCommand(["PUBLISH", channel, message]);
  }

  subscribe(channels: readonly string[]): Promise<unknown> {
    return Promise.all(chunks(channels).map((some) => this.#subscriber.subscribe(some, this.#fleet.deliver, true)));
  }

  unsubscribe(channels: readonly string[]): Promise<unknown> {
    return Promise.all(chunks(channels).map((some) => this.#subscriber.unsubscribe(some, this.#fleet.deliver, true)));
  }

  end(error: unknown): void {
    this.#fleet.end(error);
  }

  retire(): void {
    this.#fleet.retire();
  }
}

function chunks(channels: readonly string[]): string[][] {
  const count = Math.ceil(channels.length / CHUNK);
  return Array.from({ length: count }, (_, index) => channels.slice(index * CHUNK, (index + 1) * CHUNK));
}
