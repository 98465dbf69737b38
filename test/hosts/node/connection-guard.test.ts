/** The guard of unfinished handshakes, on a clock that the test moves: deadlines, and who goes when there are too many. */

import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { expect, it } from "vitest";
import { ConnectionGuard } from "../../../src/hosts/node/connection-guard.ts";
import type { Clock } from "../../../src/protocol/run/clock.ts";

class TestClock implements Clock {
  readonly timers = new Map<() => void, number>();
  #now = 0;

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, work: () => void): () => void {
    const once = () => work();
    this.timers.set(once, this.#now + milliseconds);
    return () => this.timers.delete(once);
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
    for (const [work, at] of [...this.timers]) {
      if (at > this.#now || !this.timers.delete(work)) continue;
      work();
    }
  }
}

function start({ handshakes = 10, handshakeTimeout = 100 } = {}) {
  const clock = new TestClock();
  const guard = new ConnectionGuard({ handshakes, handshakeTimeout }, clock);
  const ended: string[] = [];
  let ports = 0;
  const open = (name: string) => {
    const socket = Object.assign(new EventEmitter(), { remoteAddress: "127.0.0.1", remotePort: ++ports }) as Socket;
    guard.opened(socket, (status) => ended.push(`${name} ${status}`));
    return socket;
  };
  return { clock, guard, ended, open };
}

it("ends each connection at its own deadline, with one timer for all", () => {
  const { clock, ended, open } = start();
  open("a");
  clock.advance(60);
  open("b");
  open("c");
  expect(clock.timers.size).toBe(1);

  clock.advance(40);
  expect(ended).toEqual(["a 408"]);
  clock.advance(59);
  expect(ended).toEqual(["a 408"]);
  clock.advance(1);

  expect(ended).toEqual(["a 408", "b 408", "c 408"]);
  expect(clock.timers.size).toBe(0);
});

it("forgets who has sent a head, whichever object stands for the connection", () => {
  const { clock, guard, ended, open } = start();
  const { remoteAddress, remotePort } = open("a");

  guard.arrived({ remoteAddress, remotePort });
  clock.advance(1_000);

  expect(ended).toEqual([]);
});

it("forgets who has gone", () => {
  const { clock, guard, ended, open } = start();
  guard.arrived(open("a"));

  clock.advance(1_000);

  expect({ ended, size: guard.size, timers: clock.timers.size }).toEqual({ ended: [], size: 0, timers: 0 });
});

it("ends who has waited longest when there are too many", () => {
  const { guard, ended, open } = start({ handshakes: 2 });

  for (const name of ["a", "b", "c", "d"]) open(name);

  expect(ended).toEqual(["a 503", "b 503"]);
  expect(guard.size).toBe(2);
});

it("tells sockets without an address apart", () => {
  const { guard, ended } = start();
  const [one, other] = [new EventEmitter() as Socket, new EventEmitter() as Socket];
  guard.opened(one, () => ended.push("one"));
  guard.opened(other, () => ended.push("other"));

  guard.arrived(one);
  guard.endAll();

  expect(ended).toEqual(["other"]);
});

it("ends all, and leaves no timer", () => {
  const { clock, guard, ended, open } = start();
  open("a");
  open("b");

  guard.endAll();

  expect({ ended, timers: clock.timers.size }).toEqual({ ended: ["a 503", "b 503"], timers: 0 });
});
