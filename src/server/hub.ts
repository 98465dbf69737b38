/** All that is connected to an app now: sockets, rooms, and the counts that limits are held against. */

import {
  APP_CLOSING,
  QUEUES_FULL,
  TOO_MANY_CONNECTIONS,
  TOO_MANY_FROM_ADDRESS,
  TOO_MANY_HANDSHAKES,
} from "../errors.ts";
import { Rooms } from "../rooms/rooms.ts";
import { ByteBudget } from "../socket/byte-budget.ts";
import type { SocketConfig } from "../socket/socket-config.ts";
import { Wheel } from "../socket/wheel.ts";
import type { AppConfig } from "./app-options.ts";
import { addressKey } from "./guards/remote-address.ts";
import type { Host } from "./host.ts";
import { Reporter } from "./observing/reporter.ts";
import { RoomsObserver } from "./observing/rooms-observer.ts";
import { connectionOf, type Running } from "./running.ts";
import type { ServerSocket } from "./server-socket.ts";

/** Why one more is not let in: a status for the client, words for our log. */
export interface Overload {
  readonly status: number;
  readonly reason: string;
}

/** One for an app and all that is mounted on it. */
export class Hub {
  /**
   * Connections for which something runs, or which were not accepted yet. In events style, those that wait for their peers
   * are not among them.
   */
  readonly connections = new Set<Running>();
  /** All rooms; and, as everyone, all sockets that were accepted and have not ended. */
  readonly rooms: Rooms<ServerSocket>;
  readonly socketConfig: SocketConfig;
  /** Whether new connections are turned away for good. */
  isClosing = false;
  readonly #config: AppConfig;
  readonly #perAddress = new Map<string, number>();
  #taken = 0;
  #pending = 0;

  constructor(config: AppConfig, host: Host) {
    const { observer, json, slowConsumer, overRate, heartbeat, limits, broker, publishOverflow } = config;
    const { platform, clock } = host;
    const budget = new ByteBudget(limits.queuedBytes);
    const reporter = new Reporter(observer);
    const { publishBuffer } = limits;
    const roomsReporter = new RoomsObserver(observer);
    this.rooms = new Rooms({ platform, clock, json, broker, publishBuffer, publishOverflow, reporter: roomsReporter });
    const wheel = new Wheel(clock);
    this.#config = config;
    this.socketConfig = {
      role: "server",
      platform,
      clock,
      wheel,
      json,
      limits,
      heartbeat,
      slowConsumer,
      overRate,
      budget,
      reporter,
      toMany: this.rooms.toMany,
    };
  }

  /** All sockets that were accepted and have not ended. */
  get sockets(): ReadonlySet<ServerSocket> {
    return this.rooms.members;
  }

  /** Why no connection from this address is let in now; `undefined` if it is. */
  overload(remote: { readonly address: string }): Overload | undefined {
    const { limits } = this.#config;
    const { budget } = this.socketConfig;
    if (this.isClosing) return toOverload(APP_CLOSING);
    if (this.#taken >= limits.connections) return toOverload(TOO_MANY_CONNECTIONS, limits.connections);
    if (this.#pending >= limits.handshakes) return toOverload(TOO_MANY_HANDSHAKES, limits.handshakes);
    if (budget.exceeded) return toOverload(QUEUES_FULL, budget.limit);
    if (limits.connectionsPerAddress === Number.POSITIVE_INFINITY) return undefined;
    const { address } = remote;
    if (address === "") return undefined;
    if ((this.#perAddress.get(addressKey(address)) ?? 0) < limits.connectionsPerAddress) return undefined;
    return toOverload(TOO_MANY_FROM_ADDRESS, address, limits.connectionsPerAddress);
  }

  /** All of them. */
  all(): ReadonlySet<Running> {
    return new Set([...this.connections, ...Array.from(this.sockets, (socket) => socket[connectionOf])]);
  }

  /** Whether `enter` and `leave` have to know the address. */
  get countsAddresses(): boolean {
    return this.#config.limits.connectionsPerAddress !== Number.POSITIVE_INFINITY;
  }

  /** A handshake came: it has a place until it leaves, and waits for an answer. */
  enter(address: string): void {
    this.#taken++;
    this.#pending++;
    if (address === "") return;
    const key = addressKey(address);
    this.#perAddress.set(key, (this.#perAddress.get(key) ?? 0) + 1);
  }

  /** One has been answered. */
  answered(): void {
    this.#pending--;
  }

  /** A connection that had entered is over. */
  leave(address: string): void {
    this.#taken--;
    if (address === "") return;
    const key = addressKey(address);
    const left = (this.#perAddress.get(key) ?? 1) - 1;
    if (left === 0) this.#perAddress.delete(key);
    else this.#perAddress.set(key, left);
  }
}

function toOverload<Args extends readonly (string | number)[]>(
  kind: { readonly status: number; readonly sentence: (...args: Args) => string },
  ...args: Args
): Overload {
  return { status: kind.status, reason: kind.sentence(...args) };
}
