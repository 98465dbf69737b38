/** Rooms without a server: for a process that has something to say to them and no sockets of its own. */

import { BAD_OPTION, usageError } from "../../errors.ts";
import type { Message } from "../../protocol/message.ts";
import type { PreparedMessage } from "../../protocol/prepared-message.ts";
import type { Audience, BroadcastOptions } from "../../rooms/audience.ts";
import type { Broker } from "../../rooms/broker.ts";
import type { BrokerLink } from "../../rooms/cluster/broker-link.ts";
import type { ConnectBrokerOptions } from "../../rooms/cluster/connector.ts";
import type { Room } from "../../rooms/room.ts";
import { Rooms } from "../../rooms/rooms.ts";
import type { RoomsInput } from "../../rooms/topic.ts";
import type { AppOptions } from "../../server/app-options.ts";
import { resolveAppOptions } from "../../server/app-options.ts";
import { RoomsObserver } from "../../server/observing/rooms-observer.ts";
import type { Bytes } from "../../socket/message-input.ts";
import { nodeHost } from "./node-host.ts";
import { stayAlive } from "./stay-alive.ts";

/** Options of `openRooms`: those of `App` that rooms have, and how to connect. */
export interface OpenRoomsOptions
  extends Pick<AppOptions, "logger" | "observer" | "json" | "publishOverflow">,
    ConnectBrokerOptions {
  /** Bytes that may wait while the broker is away. @default 16 MiB */
  readonly publishBuffer?: number | undefined;
}

/**
 * Opens the rooms of the apps on this broker, without a server. Rejects with a `BrokerError` if it cannot be reached, within
 * a few seconds; with `wait: true` it tries until it can. Close it: what was sent goes out first.
 *
 * @example
 * await using rooms = await openRooms(redis("redis://localhost:6379"));
 * rooms.room("lobby").sendText("A new version is out.");
 */
export async function openRooms(broker: Broker, options: OpenRoomsOptions = {}): Promise<OpenRooms> {
  if (broker === undefined)
    throw usageError(BAD_OPTION, "broker", "undefined", "what redis(…), nats(…) or memory() gives");
  const { wait, signal, publishBuffer, ...rest } = options;
  const limits = publishBuffer === undefined ? {} : { publishBuffer };
  const config = resolveAppOptions({ ...rest, broker, limits }, []);
  const { platform, clock } = nodeHost;
  const rooms = new Rooms({
    platform,
    clock,
    json: config.json,
    broker,
    publishBuffer: config.limits.publishBuffer,
    publishOverflow: config.publishOverflow,
    reporter: new RoomsObserver(config.observer),
  });
  try {
    await stayAlive(rooms.broker.connect({ wait, signal }));
  } catch (error) {
    // Nobody else could end what may still be tried.
    await rooms.shutDown(0);
    throw error;
  }
  return new OpenRooms(rooms);
}

/** The rooms of all apps on a broker, as a process without sockets has them. */
export class OpenRooms {
  readonly #rooms: Rooms;

  /** Made by `openRooms`. */
  constructor(rooms: Rooms) {
    this.#rooms = rooms;
  }

  /** The room of this name. Throws a `UsageError` for a name that is no string, or empty. */
  room(name: string): Room {
    return this.#rooms.room(name);
  }

  /** All sockets of this user. Throws as `room`. */
  user(id: string): Room {
    return this.#rooms.user(id);
  }

  /** Everybody in any of these rooms, each once. Throws as `room`. */
  to(rooms: RoomsInput): Audience {
    return this.#rooms.union(rooms);
  }

  /** Sends a message to every socket of the apps. */
  broadcast(message: Message | Bytes | PreparedMessage, options?: BroadcastOptions): void {
    this.everyone.send(message, options);
  }

  /** All sockets of the apps, to send to. */
  get everyone(): Audience {
    return this.#rooms.everyone;
  }

  /** How it stands with the broker. */
  get broker(): BrokerLink {
    return this.#rooms.broker;
  }

  /** Closes: what was sent goes out, for at most so many milliseconds. Never rejects. Safe to call twice. */
  close({ timeout = 5000 }: { readonly timeout?: number | undefined } = {}): Promise<void> {
    return this.#rooms.shutDown(timeout);
  }

  /** `await using rooms = …`: closes at the end of the block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
