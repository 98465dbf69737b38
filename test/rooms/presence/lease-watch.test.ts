/** Leases: our own renewed three times in each, those of others looked at, and nobody taken for dead who lives. */

import { describe, expect, test } from "vitest";
import { MemoryPresence } from "../../../src/rooms/memory/memory-presence.ts";
import { LeaseWatch } from "../../../src/rooms/presence/lease-watch.ts";
import { turns } from "../../support/run.ts";
import { TestClock } from "../../support/test-clock.ts";
import { uncaught } from "../../support/uncaught.ts";
import { FakeStore } from "./fake-store.ts";

const LEASE = 15_000;

/** A watch of process `name`, on what is stored. */
function makeWatch(name = "p1", clock = new TestClock(), presence = new MemoryPresence(LEASE, clock)) {
  const store = new FakeStore(name, presence);
  const known = new Set<string>();
  const news: string[] = [];
  const watch = new LeaseWatch(
    {
      knownProcesses: () => new Set(known),
      leaseWatchOnGone: (processes) => {
        news.push(`gone ${[...processes].join(" ")}`);
        for (const one of processes) known.delete(one);
      },
      leaseWatchOnLapsed: () => news.push("lapsed"),
      leaseWatchOnError: (error) => news.push(`error ${(error as Error).message}`),
    },
    name,
    clock,
  );
  /** Others renew, so often as they should, and time passes. */
  const pass = async (milliseconds: number, ...renewing: readonly string[]) => {
    for (let left = milliseconds; left > 0; left -= 1_000) {
      for (const one of renewing) presence.renew(one);
      await clock.pass(Math.min(left, 1_000));
    }
  };
  return { watch, store, presence, clock, known, news, pass };
}

describe("our own lease", () => {
  test("is renewed three times in each", async () => {
    const { watch, store, pass } = makeWatch();
    await store.renew();
    store.asked.length = 0;

    watch.start(store);
    await pass(LEASE * 2);

    expect(store.asked.filter((what) => what === "renew")).toHaveLength(6);
  });

  test("that has ended is told, as often as it does", async () => {
    const { watch, store, presence, news, pass } = makeWatch();
    presence.renew("p1");
    watch.start(store);
    await pass(5_000);
    expect(news).toEqual([]);

    presence.clear("p1");
    await pass(5_000);

    expect(news).toEqual(["lapsed"]);
  });

  test("is not renewed any more after the end, and no timer is left", async () => {
    const { watch, store, clock, pass } = makeWatch();
    watch.start(store);
    await pass(5_000);
    store.asked.length = 0;

    watch.stop();
    await pass(LEASE);

    expect([store.asked, clock.timers]).toEqual([[], 0]);
  });

  test("is renewed on the new store after a second start, not on the old one too", async () => {
    const { watch, store, presence, pass } = makeWatch();
    const other = new FakeStore("p1", presence);
    watch.start(store);
    await pass(5_000);
    store.asked.length = 0;

    watch.start(other);
    await pass(5_000);

    expect([store.asked, other.asked[0]]).toEqual([[], "renew"]);
  });
});

describe("another process", () => {
  test("that renews is never gone", async () => {
    const { watch, store, presence, known, news, pass } = makeWatch();
    presence.renew("p1");
    presence.renew("p2");
    known.add("p2");
    watch.start(store);

    await pass(LEASE * 5, "p2");

    expect(news).toEqual([]);
  });

  test("that dies is gone after at most 4/3 of its lease, and a moment", async () => {
    const { watch, store, presence, known, news, pass } = makeWatch();
    presence.renew("p1");
    known.add("p2");
    watch.start(store);
    await pass(LEASE * 2, "p2");

    await pass(LEASE - 1_000);
    expect(news).toEqual([]);
    await pass(LEASE / 3 + 1_000 + 250);

    expect(news).toEqual(["gone p2"]);
  });

  test("that is gone is told once, and only if something was known of it", async () => {
    const { watch, store, presence, known, news, pass } = makeWatch();
    presence.renew("p1");
    for (const one of ["p2", "p3", "p4"]) presence.renew(one);
    known.add("p2");
    known.add("p4");
    watch.start(store);

    await pass(LEASE * 4, "p4");

    expect(news).toEqual(["gone p2"]);
  });

  test("several are told together", async () => {
    const { watch, store, presence, known, news, pass } = makeWatch();
    presence.renew("p1");
    for (const one of ["p2", "p3"]) {
      presence.renew(one);
      known.add(one);
    }
    watch.start(store);

    await pass(LEASE * 3);

    expect(news).toEqual(["gone p2 p3"]);
  });

  test("of which we have only just heard is not judged: it may not have its lease yet", async () => {
    const { watch, store, presence, known, news, pass } = makeWatch();
    presence.renew("p1");
    watch.start(store);
    await pass(LEASE * 2 + 4_900);

    known.add("p2");
    await pass(1_000);
    expect(news).toEqual([]);
    presence.renew("p2");
    await pass(LEASE, "p2");

    expect(news).toEqual([]);
  });

  test("of which we have heard and which never takes a lease is gone in the end", async () => {
    const { watch, store, presence, known, news, pass } = makeWatch();
    presence.renew("p1");
    watch.start(store);
    await pass(LEASE * 2);

    known.add("p2");
    await pass(LEASE);

    expect(news).toEqual(["gone p2"]);
  });

  test("that has no lease for a moment, since it writes all anew, is not gone", async () => {
    const { watch, store, presence, known, news, clock, pass } = makeWatch();
    presence.renew("p1");
    known.add("p2");
    watch.start(store);
    await pass(LEASE * 2 + 4_000, "p2");

    presence.clear("p2");
    await clock.pass(1_050);
    presence.renew("p2");
    await pass(LEASE, "p2");

    expect(news).toEqual([]);
  });

  test("that nothing can be said of, since the watch was stopped meanwhile, is not gone", async () => {
    const { watch, store, presence, known, news, clock, pass } = makeWatch();
    presence.renew("p1");
    presence.renew("p2");
    known.add("p2");
    watch.start(store);
    await pass(LEASE * 2 + 4_900, "p2");
    presence.clear("p2");

    store.isSlow = true;
    await pass(200);
    watch.stop();
    store.isSlow = false;
    for (const one of store.waiting.splice(0)) one.resolve();
    await pass(LEASE);

    expect(news).toEqual([]);
    expect(clock.timers).toBe(0);
  });

  test("nor, when that is between the two looks", async () => {
    const { watch, store, presence, known, news, clock, pass } = makeWatch();
    presence.renew("p1");
    known.add("p2");
    watch.start(store);
    await pass(LEASE, "p2");
    presence.clear("p2");
    await clock.pass(5_100 - 1);
    expect([news, clock.timers]).toEqual([[], 2]);

    watch.stop();
    await pass(LEASE);

    expect(news).toEqual([]);
  });
});

describe("after an outage", () => {
  test("all have a lease's time to renew before anybody is judged", async () => {
    const { watch, store, presence, known, news, clock, pass } = makeWatch();
    presence.renew("p1");
    known.add("p2");
    watch.start(store);
    await pass(LEASE, "p2");
    watch.stop();
    clock.sleep(10 * LEASE);

    watch.start(store);
    await pass(LEASE - 500);
    expect(news.filter((one) => one.startsWith("gone"))).toEqual([]);
    await pass(LEASE / 3 + 1_000);

    expect(news.filter((one) => one.startsWith("gone"))).toEqual(["gone p2"]);
  });

  test("also when the store stood still and answered late, without being lost", async () => {
    const { watch, store, presence, known, news, pass } = makeWatch();
    presence.renew("p1");
    known.add("p2");
    watch.start(store);
    await pass(LEASE * 2, "p2");

    store.isSlow = true;
    await pass(LEASE + 2_000);
    store.isSlow = false;
    for (const one of store.waiting.splice(0)) one.resolve();
    await pass(2_000);
    expect(news.filter((one) => one.startsWith("gone"))).toEqual([]);
    await pass(LEASE * 2, "p2");

    expect(news.filter((one) => one.startsWith("gone"))).toEqual([]);
  });

  test("a process whose answer comes late looks on by the clock all the while", async () => {
    const { watch, store, presence, pass } = makeWatch();
    presence.renew("p1");
    watch.start(store);
    store.isSlow = true;

    await pass(LEASE);

    expect(store.asked.filter((what) => what === "renew")).toHaveLength(3);
  });
});

describe("a store that fails", () => {
  test("is told, and asked again at the next look", async () => {
    const thrown = uncaught();
    const { watch, store, presence, known, news, pass } = makeWatch();
    presence.renew("p1");
    known.add("p2");
    watch.start(store);
    await pass(LEASE * 2, "p2");
    store.failures = [new Error("no"), new Error("nor this")];

    await pass(5_000, "p2");
    expect(news).toEqual(["error no"]);
    await pass(LEASE * 2);
    await turns();

    expect([news, thrown]).toEqual([["error no", "gone p2"], []]);
  });

  test("after the end is nobody's affair", async () => {
    const { watch, store, news, clock } = makeWatch();
    watch.start(store);
    store.isSlow = true;
    await clock.pass(5_000);
    watch.stop();

    for (const one of store.waiting) one.reject(new Error("closed"));
    await turns();

    expect(news).toEqual([]);
  });
});

describe("what the dead have left", () => {
  test("is cleared by one of those who live, and all agree on who", async () => {
    const clock = new TestClock();
    const presence = new MemoryPresence(LEASE, clock);
    const all = ["p2", "p1", "p3"].map((name) => makeWatch(name, clock, presence));
    for (const one of ["p1", "p2", "p3", "dead", "dead, too"]) presence.renew(one);
    presence.write("dead", [{ topic: "t", member: "m1", info: "x" }]);
    presence.write("without a lease", [{ topic: "t", member: "m2", info: "x" }]);
    for (const { watch, store } of all) watch.start(store);

    for (let at = 0; at < 6; at++) await clock.pass(5_000);

    expect([...presence.look()].map(([process]) => process).sort()).toEqual(["p1", "p2", "p3"]);
    expect(presence.topics).toEqual([]);
    expect(all.map(({ store }) => store.asked.filter((what) => what.startsWith("clear")))).toEqual([
      [],
      expect.arrayContaining(["clear dead", "clear dead, too", "clear without a lease"]),
      [],
    ]);
  });

  test("is not cleared before all could renew", async () => {
    const { watch, store, presence, pass } = makeWatch();
    presence.renew("p1");
    presence.write("p2", [{ topic: "t", member: "m1", info: "x" }]);

    watch.start(store);
    await pass(LEASE - 500);
    expect(presence.topics).toEqual(["t"]);
    await pass(LEASE / 3 + 1_000);

    expect(presence.topics).toEqual([]);
  });
});
