/** A thousand clients that are cut off at once come back spread out, not in step, and never before they were asked to. */

import { readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import type { Lost } from "../../../src/client/reconnect.ts";
import type { Wire } from "../../../src/socket/wire.ts";
import type { Attempt, Outage } from "./herd.ts";
import { attemptsAfter, BACKOFFS, peak, perTenth } from "./herd.ts";
import { figures, picture } from "./picture.ts";
import { RealHerd } from "./real-herd.ts";

const CLIENTS = 1000;
const jitter = BACKOFFS["full jitter"];
const crash: Lost = { code: 1006, reason: "", wasClean: false };
const drain: Lost = { code: 1001, reason: "retry-after=5000", wasClean: true };
const seeds = [1, 2, 3, 4, 5];

describe.each(seeds)("a thousand clients by formula, by chance number %i,", (seed) => {
  const herd = (outage: Omit<Outage, "clients">) => attemptsAfter({ clients: CLIENTS, ...outage }, jitter, seed);

  it("that a crash cut off are back within a second, a tenth of them in each tenth of it", () => {
    const attempts = herd({ lost: crash, backAt: 0 });

    expectAllBack(attempts, { from: 0, to: 1000 });
    expect(attempts).toHaveLength(CLIENTS);
    const counts = perTenth(attempts);
    expect(counts).toHaveLength(10);
    for (const count of counts) expect(Math.abs(count - 100)).toBeLessThan(50);
  });

  it("do not fall upon a server that was away for 20 s: at most 3 of 100 come in any 100 ms", () => {
    const attempts = herd({ lost: crash, backAt: 20_000 });

    // The longest wait begins just before the server is back.
    expectAllBack(attempts, { from: 20_000, to: 50_000 });
    expect(peak(attempts.filter(({ opened }) => opened))).toBeLessThanOrEqual(30);
    // Nor upon whatever stands before it: the first two attempts are the densest.
    expect(peak(attempts)).toBeLessThan(200);
    // Six a client; with a fixed wait of a second there are twenty.
    expect(attempts.length).toBeLessThan(7 * CLIENTS);
  });

  it("that were all told the same retry-after come behind it, spread out", () => {
    const attempts = herd({ lost: drain, backAt: 0 });

    expectAllBack(attempts, { from: 5000, to: 6000 });
    expect(attempts).toHaveLength(CLIENTS);
    expect(peak(attempts)).toBeLessThan(150);
  });
});

test("the bounds above tell full jitter from the others, whose clients come all at once", () => {
  for (const backoff of [BACKOFFS["exponential waits without jitter"], BACKOFFS["fixed waits of 1 s"]]) {
    for (const backAt of [0, 20_000]) {
      expect(peak(attemptsAfter({ clients: CLIENTS, lost: crash, backAt }, backoff))).toBe(CLIENTS);
    }
  }
});

describe("a thousand real ClientSockets", { timeout: 60_000 }, () => {
  it.each<[string, Outage, (connection: Wire) => void, number]>([
    ["a crash cut off", { clients: CLIENTS, lost: crash, backAt: 0 }, (connection) => connection.terminate(), 2000],
    [
      "lose a server for 20 s",
      { clients: CLIENTS, lost: crash, backAt: 20_000 },
      (connection) => connection.terminate(),
      51_000,
    ],
    [
      "are told the same retry-after",
      { clients: CLIENTS, lost: drain, backAt: 0 },
      (connection) => connection.close(drain.code, drain.reason),
      7000,
    ],
  ])("that %s come back at just the moments that the formula gives", async (_, outage, end, patience) => {
    const herd = await RealHerd.open(CLIENTS, 1);
    expect([herd.open, herd.connections]).toEqual([CLIENTS, CLIENTS]);

    await herd.cut(end, outage.backAt);
    expect([herd.open, herd.connections]).toEqual([0, 0]);
    await herd.clock.pass(patience);

    expect([herd.open, herd.connections]).toEqual([CLIENTS, CLIENTS]);
    expect(rounded(herd.attempts)).toEqual(rounded(attemptsAfter(outage, jitter, 1)));
  });

  it("leave nothing behind that would fire when they have been closed", async () => {
    const herd = await RealHerd.open(10, 1);
    await herd.cut((connection) => connection.terminate(), 5000);
    await herd.clock.pass(2000);

    await Promise.all(herd.sockets.map((socket) => socket.close()));
    const tried = herd.attempts.length;
    await herd.clock.pass(60_000);

    expect(herd.attempts).toHaveLength(tried);
    expect([herd.connections, herd.clock.timers]).toEqual([0, 0]);
  });
});

describe("docs/images/reconnect-herd.svg", () => {
  const committed = readFileSync(new URL("../../../docs/images/reconnect-herd.svg", import.meta.url), "utf8");

  it("is what the simulation draws (after a change: npm run docs:herd)", () => {
    expect(committed).toBe(picture());
  });

  it("says the figures, and is small", () => {
    expect(committed).toContain(`<desc id="d">${figures()}</desc>`);
    expect(committed.length).toBeLessThan(10_000);
  });
});

/** Each client opens once, in between, and tries no more. */
function expectAllBack(attempts: readonly Attempt[], { from, to }: { from: number; to: number }): void {
  const arrivals = attempts.filter(({ opened }) => opened);
  expect(arrivals.map(({ client }) => client).sort((one, other) => one - other)).toEqual(
    Array.from({ length: CLIENTS }, (_, client) => client),
  );
  expect(arrivals[0]!.at).toBeGreaterThanOrEqual(from);
  expect(attempts.at(-1)!.at).toBeLessThanOrEqual(to);
}

/** To the microsecond: the clock does not begin at 0. In an order that does not depend on less. */
function rounded(attempts: readonly Attempt[]): string[] {
  return attempts.map(({ client, at, opened }) => `${client} ${at.toFixed(3)} ${opened}`).sort();
}
