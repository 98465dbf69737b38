/** What an app keeps while clients are there, seen from inside: for tests that ask whether all of it is gone. */

import { ConnectionGuard } from "../../src/hosts/node/connection-guard.ts";
import { Memberships } from "../../src/rooms/memberships.ts";
import { Hub } from "../../src/server/hub.ts";

/** Counts that have to be 0 when nobody is connected, by name. */
export type Insides = Readonly<Record<string, number>>;

/** The hubs, rooms and guards of all apps that have taken a connection, until they are forgotten. */
const hubs = new Set<Hub>();
const memberships = new Set<Memberships<unknown>>();
const guards = new Set<ConnectionGuard>();

/** From now on, remembers the parts of every app that takes a connection: no door leads to them. Call it once. */
export function watchInsides(): void {
  const { enter } = Hub.prototype;
  Hub.prototype.enter = function (...given) {
    hubs.add(this);
    return enter.apply(this, given);
  };
  const { add } = Memberships.prototype;
  Memberships.prototype.add = function (...given) {
    memberships.add(this);
    return add.apply(this, given);
  };
  const { opened } = ConnectionGuard.prototype;
  ConnectionGuard.prototype.opened = function (...given) {
    guards.add(this);
    return opened.apply(this, given);
  };
}

/**
 * Lets go of all of them. Those that take a connection again are remembered anew; the others, closed apps too, would be
 * kept alive by nobody but us. Only for when all counts are 0.
 */
export function forgetInsides(): void {
  hubs.clear();
  memberships.clear();
  guards.clear();
}

/** What they hold now, in all. */
export function insides(): Insides {
  const sum = (of: (hub: Hub) => number) => Array.from(hubs, of).reduce((all, one) => all + one, 0);
  return {
    sockets: sum((hub) => hub.sockets.size),
    connections: sum((hub) => hub.connections.size),
    rooms: Array.from(memberships, (one) => [...one.topics()].length).reduce((all, one) => all + one, 0),
    "items on the wheel": sum((hub) => hub.socketConfig.wheel.size),
    "bytes in the budget": sum((hub) => hub.socketConfig.budget.used),
    "connections without a request": Array.from(guards, (guard) => guard.size).reduce((all, one) => all + one, 0),
  };
}
