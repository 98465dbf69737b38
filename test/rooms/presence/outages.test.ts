/** Who is where while things go wrong: a process that is cut off or killed, a broker that is away or forgets, a store that fails. */

import { describe, expect, test } from "vitest";
import type { Broker, BrokerConnection, PresenceStore } from "../../../src/rooms/broker.ts";
import { uncaught } from "../../support/uncaught.ts";
import { ClusterOfRooms, LEASE, NOTHING_LEFT } from "../cluster-of-rooms.ts";

/** As long as it takes until all have come back, and told what they have. */
const SETTLING = 4_000;

describe("a process that is cut off for a while", () => {
  test("shorter than its lease: nobody hears of it", async () => {
    const cluster = new ClusterOfRooms();
    const [one, two] = await cluster.two();
    one.enter("ada", "choir");
    two.enter("bob", "choir");
    await cluster.settled();
    const heard = [await one.watch(), await two.watch()];

    cluster.broker.cut(one.name);
    await cluster.pass(5_000);
    cluster.broker.mend(one.name);
    await cluster.pass(LEASE * 2);

    expect(heard).toEqual([[], []]);
    expect([await one.who(), await two.who()]).toEqual(Array(2).fill(["ada", "bob"]));
  });

  test("what happened meanwhile is made up for, on both sides", async () => {
    const cluster = new ClusterOfRooms();
    const [one, two] = await cluster.two();
    const ada = one.enter("ada", "choir");
    one.enter("amy", "choir");
    const bob = two.enter("bob", "choir");
    await cluster.settled();
    const heard = [await one.watch(), await two.watch()];

    cluster.broker.cut(one.name);
    one.rooms.exit(ada);
    one.enter("al", "choir");
    two.rooms.exit(bob);
    two.enter("ben", "choir");
    await cluster.settled();
    expect(heard).toEqual([
      ["-ada", "+al"],
      ["-bob", "+ben"],
    ]);
    await cluster.pass(2_000);
    cluster.broker.mend(one.name);
    await cluster.pass(SETTLING);

    expect(heard[0]!.slice(2).sort()).toEqual(["+ben", "-bob"]);
    expect(heard[1]!.slice(2).sort()).toEqual(["+al", "-ada"]);
    expect([await one.who(), await two.who()]).toEqual(Array(2).fill(["al", "amy", "ben"]));
  });

  test("the last one of a room left meanwhile: no ghost stays with those who had not lost the broker", async () => {
    const cluster = new ClusterOfRooms();
    const [one, two] = await cluster.two();
    const ada = one.enter("ada", "choir");
    await cluster.settled();
    const heard = await two.watch();

    cluster.broker.cut(one.name);
    one.rooms.exit(ada);
    await cluster.pass(2_000);
    cluster.broker.mend(one.name);
    await cluster.pass(SETTLING);

    expect(heard).toEqual(["-ada"]);
    expect(cluster.broker.shown).toEqual([]);
  });

  test("whoever joins between its coming back and the others' is stored, and told with the rest", async () => {
    const cluster = new ClusterOfRooms();
    const [one, two] = await cluster.two();
    const three = await cluster.process();
    const heard = await two.watch();
    cluster.broker.cut(one.name);
    cluster.broker.mend(one.name);
    await cluster.settled();

    one.enter("ada", "choir");
    await cluster.settled();
    expect([heard, await two.who(), await three.who()]).toEqual([[], [], ["ada"]]);
    await cluster.pass(SETTLING);

    expect([heard, await two.who()]).toEqual([["+ada"], ["ada"]]);
  });

  test("longer than its lease: its members are gone, and come again when it is back", async () => {
    const cluster = new ClusterOfRooms();
    const [one, two] = await cluster.two();
    one.enter("ada", "choir");
    await cluster.settled();
    const heard = await two.watch();

    cluster.broker.cut(one.name);
    await cluster.pass(LEASE * 2);
    expect([heard, await two.who(), await two.rooms.room("choir").count()]).toEqual([["-ada"], [], 0]);
    expect(cluster.broker.shown).toEqual([]);
    cluster.broker.mend(one.name);
    await cluster.pass(SETTLING);

    expect([heard, await two.who()]).toEqual([["-ada", "+ada"], ["ada"]]);
    await cluster.pass(LEASE * 3);
    expect(heard).toEqual(["-ada", "+ada"]);
  });

  test("those here still come and go, and can be asked for; the whole cannot", async () => {
    const cluster = new ClusterOfRooms();
    const [one] = await cluster.two();
    one.enter("ada", "choir");
    const heard = await one.watch();
    cluster.broker.cut();

    one.enter("amy", "choir");

    expect([heard, one.rooms.room("choir").size]).toEqual([["+amy"], 2]);
    await expect(one.rooms.room("choir").count()).rejects.toMatchObject({ name: "BrokerError", code: "BROKER_AWAY" });
    await expect(one.rooms.room("choir").who()).rejects.toMatchObject({ code: "BROKER_AWAY" });
    expect(one.reporter.errors).toEqual([]);
  });
});

describe("a process that is killed", () => {
  test("is found within 4/3 of its lease: its members leave once, and nothing of it stays", async () => {
    const cluster = new ClusterOfRooms();
    const [dead, one] = await cluster.two();
    const two = await cluster.process();
    for (const name of ["ada", "amy"]) dead.enter(name, "choir");
    one.enter("bob", "choir");
    await cluster.settled();
    const heard = [await one.watch(), await two.watch()];
    await cluster.pass(LEASE);

    cluster.broker.cut(dead.name);
    await cluster.pass((LEASE * 4) / 3 + 500);

    expect(heard).toEqual(Array(2).fill(["-ada", "-amy"]));
    expect(await two.who()).toEqual(["bob"]);
    await one.rooms.shutDown(0);
    await two.rooms.shutDown(0);
    expect([cluster.broker.shown, cluster.broker.processes]).toEqual([[], [dead.name]]);
  });

  test("counts until its lease ends, and not a moment longer", async () => {
    const cluster = new ClusterOfRooms();
    const [dead, one] = await cluster.two();
    dead.enter("ada", "choir");
    await cluster.settled();
    const counts: number[] = [];

    cluster.broker.cut(dead.name);
    for (let second = 0; second < LEASE / 1_000; second++) {
      counts.push(await one.rooms.room("choir").count());
      await cluster.clock.pass(1_000);
    }

    expect(counts).toEqual(Array(15).fill(1));
    expect(await one.rooms.room("choir").count()).toBe(0);
  });

  test("together with all but one: that one finds out", async () => {
    const cluster = new ClusterOfRooms();
    const one = await cluster.process();
    const others = [await cluster.process(), await cluster.process(), await cluster.process()];
    for (const [at, other] of others.entries()) other.enter(`m${at}`, "choir");
    await cluster.settled();
    const heard = await one.watch();

    for (const { name } of others) cluster.broker.cut(name);
    await cluster.pass(LEASE * 2);

    expect(heard.sort()).toEqual(["-m0", "-m1", "-m2"]);
    expect(cluster.broker.shown).toEqual([]);
  });

  test("before anybody listened: those who begin to listen afterwards hear of its end, too", async () => {
    const cluster = new ClusterOfRooms();
    const [dead, one] = await cluster.two();
    dead.enter("ada", "choir");
    await cluster.settled();
    cluster.broker.cut(dead.name);
    await cluster.pass(2_000);

    const heard = await one.watch();
    await cluster.pass(LEASE * 2);

    expect(heard).toEqual(["-ada"]);
  });
});

describe("a broker that was away", () => {
  test("for all: what happened meanwhile is made up for, and who stayed is not told of", async () => {
    const cluster = new ClusterOfRooms();
    const [one, two] = await cluster.two();
    const ada = one.enter("ada", "choir");
    one.enter("amy", "choir");
    two.enter("bob", "choir");
    await cluster.settled();
    const heard = [await one.watch(), await two.watch()];

    cluster.broker.cut();
    one.rooms.exit(ada);
    two.enter("ben", "choir");
    await cluster.pass(2_000);
    cluster.broker.mend();
    await cluster.pass(LEASE * 2);

    expect(heard.map((one) => one.sort())).toEqual([
      ["+ben", "-ada"],
      ["+ben", "-ada"],
    ]);
    expect([await one.who(), await two.who()]).toEqual(Array(2).fill(["amy", "ben", "bob"]));
  });

  test("for longer than a lease: nobody is taken for dead", async () => {
    const cluster = new ClusterOfRooms();
    const [one, two] = await cluster.two();
    one.enter("ada", "choir");
    two.enter("bob", "choir");
    await cluster.settled();
    const heard = [await one.watch(), await two.watch()];

    cluster.broker.cut();
    await cluster.pass(LEASE * 3);
    cluster.broker.mend();
    await cluster.pass(LEASE * 3);

    expect(heard).toEqual([[], []]);
    expect(await two.who()).toEqual(["ada", "bob"]);
  });

  test("and has forgotten everything: all write it anew, and nobody is told of what stayed", async () => {
    const cluster = new ClusterOfRooms();
    const [one, two] = await cluster.two();
    one.enter("ada", "choir");
    two.enter("bob", "choir");
    await cluster.settled();
    const heard = [await one.watch(), await two.watch()];

    cluster.broker.cut();
    cluster.broker.forget();
    cluster.broker.mend();
    await cluster.pass(LEASE * 2);

    expect(heard).toEqual([[], []]);
    expect([await one.who(), await two.who()]).toEqual(Array(2).fill(["ada", "bob"]));
  });

  test("and has forgotten everything, and one process is back later than the others: nobody is taken for gone", async () => {
    const cluster = new ClusterOfRooms();
    const [one, two] = await cluster.two();
    one.enter("ada", "choir");
    two.enter("bob", "choir");
    await cluster.settled();
    const heard = [await one.watch(), await two.watch()];

    cluster.broker.cut();
    cluster.broker.forget();
    cluster.broker.mend(one.name);
    await cluster.pass(3_000);
    cluster.broker.mend(two.name);
    await cluster.pass(LEASE * 2);

    expect(heard).toEqual([[], []]);
    expect([await one.who(), await two.who()]).toEqual(Array(2).fill(["ada", "bob"]));
  });

  test("and forgets while it is there: the lease says so, and all is written anew", async () => {
    const cluster = new ClusterOfRooms();
    const [one, two] = await cluster.two();
    const three = await cluster.process();
    one.enter("ada", "choir");
    two.enter("bob", "choir");
    await cluster.settled();
    const heard = [await one.watch(), await two.watch()];

    cluster.broker.forget();
    expect(await three.who()).toEqual([]);
    await cluster.pass(LEASE / 3);

    expect(await three.who()).toEqual(["ada", "bob"]);
    expect(heard).toEqual([[], []]);
  });

  test("when they began: who listens hears all that is there, and is ready then", async () => {
    const cluster = new ClusterOfRooms();
    const two = await cluster.process();
    cluster.broker.cut();
    const heard: string[] = [];
    const room = two.rooms.room("choir");
    room.onJoin(({ id }) => heard.push(`+${id}`));
    let isReady = false;
    const ready = room.ready().then(() => {
      isReady = true;
    });
    await cluster.settled();
    expect(isReady).toBe(false);

    cluster.broker.mend();
    await cluster.pass(SETTLING);
    await ready;
    const one = await cluster.process();
    one.enter("ada", "choir");
    await cluster.settled();

    expect(heard).toEqual(["+ada"]);
  });
});

describe("a large room", () => {
  test("is made up for after an outage, though it goes into no single message", async () => {
    const cluster = new ClusterOfRooms();
    const [one, two] = await cluster.two();
    const many = Array.from({ length: 1_500 }, (_, at) => one.enter(`m${at}`, "choir"));
    await cluster.settled();
    const heard = await two.watch();

    cluster.broker.cut(one.name);
    for (const who of many.slice(0, 3)) one.rooms.exit(who);
    one.enter("late", "choir");
    cluster.broker.mend(one.name);
    await cluster.pass(SETTLING);
    await cluster.pass(SETTLING);

    expect(heard.sort()).toEqual(["+late", "-m0", "-m1", "-m2"]);
    expect(await two.rooms.room("choir").count()).toBe(1_498);
  });
});

describe("a store that fails", () => {
  /** The broker, with a store in between that fails when it is told to. */
  function failing(broker: Broker) {
    const failures: Partial<Record<keyof PresenceStore, number>> = {};
    const wrapped: Broker = {
      name: broker.name,
      place: broker.place,
      async connect(options) {
        const connection = await broker.connect(options);
        const presence = new Proxy(connection.presence, {
          get(store, call: keyof PresenceStore) {
            const value = store[call];
            if (typeof value !== "function") return value;
            return async (...given: never[]) => {
              if ((failures[call] ?? 0) > 0) {
                failures[call]!--;
                throw new Error(`${call} failed`);
              }
              return (value as (...given: never[]) => unknown).apply(store, given);
            };
          },
        });
        return new Proxy(connection, {
          get(target, name: keyof BrokerConnection) {
            if (name === "presence") return presence;
            const value: unknown = target[name];
            return typeof value === "function" ? value.bind(target) : value;
          },
        });
      },
    };
    return { broker: wrapped, failures };
  }

  async function withFailures() {
    const cluster = new ClusterOfRooms();
    const { broker, failures } = failing(cluster.broker);
    const one = await cluster.process({ broker });
    const two = await cluster.process();
    return { cluster, failures, one, two };
  }

  test.each(["write", "clear", "renew"] as const)("once, to %s: it is told, and shown a little later", async (call) => {
    const thrown = uncaught();
    const { cluster, failures, one, two } = await withFailures();
    const heard = await two.watch();
    failures[call] = 1;
    if (call !== "write") {
      cluster.broker.cut(one.name);
      cluster.broker.mend(one.name);
    }

    one.enter("ada", "choir");
    await cluster.settled();
    expect(await two.who()).toEqual([]);
    await cluster.pass(SETTLING);

    expect([heard, await two.who()]).toEqual([["+ada"], ["ada"]]);
    expect(one.reporter.errors).toEqual([new Error(`${call} failed`)]);
    expect(thrown).toEqual([]);
  });

  test("for long: it is told once, until it has worked again", async () => {
    const { cluster, failures, one, two } = await withFailures();
    failures.write = 4;
    one.enter("ada", "choir");
    await cluster.pass(10_000);
    expect(await two.who()).toEqual(["ada"]);
    failures.write = 1;

    one.enter("amy", "choir");
    await cluster.pass(SETTLING);

    expect(one.reporter.errors).toEqual(Array(2).fill(new Error("write failed")));
    expect(await two.who()).toEqual(["ada", "amy"]);
  });

  test("to read, when somebody begins to listen: it is told, and read a little later", async () => {
    const { cluster, failures, one, two } = await withFailures();
    const bob = two.enter("bob", "choir");
    await cluster.settled();
    failures.read = 1;

    const heard = await one.watch();
    expect(one.reporter.errors).toEqual([new Error("read failed")]);
    await cluster.pass(SETTLING);
    two.rooms.exit(bob);
    await cluster.settled();

    expect(heard).toEqual(["-bob"]);
  });

  test("to read or to count, when it is asked: so does the question", async () => {
    const { failures, one } = await withFailures();
    failures.read = failures.count = 1;

    await expect(one.rooms.room("choir").who()).rejects.toThrow("read failed");
    await expect(one.rooms.room("choir").count()).rejects.toThrow("count failed");

    expect(await one.who()).toEqual([]);
    expect(one.reporter.errors).toEqual([]);
  });

  test("to look: it is told, and looked again", async () => {
    const { cluster, failures, one, two } = await withFailures();
    two.enter("bob", "choir");
    await cluster.settled();
    const heard = await one.watch();
    await cluster.pass(LEASE);
    failures.look = 1;
    cluster.broker.cut(two.name);

    await cluster.pass(LEASE * 2);

    expect(heard).toEqual(["-bob"]);
    expect(one.reporter.errors).toEqual([new Error("look failed")]);
  });

  test("to clear, at the end: nobody is told, and others clear it", async () => {
    const thrown = uncaught();
    const { cluster, failures, one, two } = await withFailures();
    one.enter("ada", "choir");
    await cluster.settled();
    failures.clear = 1;

    await one.rooms.shutDown(0);
    expect(await two.who()).toEqual(["ada"]);
    await cluster.pass(LEASE * 2);
    expect([await two.who(), cluster.broker.shown]).toEqual([[], []]);
    await two.rooms.shutDown(0);

    expect([cluster.left, thrown, one.reporter.errors]).toEqual([NOTHING_LEFT, [], []]);
  });
});

describe("the end while the broker is away", () => {
  test("comes at once, and the lease tells the others", async () => {
    const cluster = new ClusterOfRooms();
    const [one, two] = await cluster.two();
    one.enter("ada", "choir");
    await cluster.settled();
    const heard = await two.watch();
    cluster.broker.cut(one.name);

    await one.rooms.shutDown(1e9);
    expect(cluster.broker.processes).toEqual([two.name]);
    await cluster.pass(LEASE * 2);

    expect([heard, cluster.broker.shown]).toEqual([["-ada"], []]);
  });
});

test("a hundred comings and goings, cuts and mends at random: in the end all know the same", async () => {
  const cluster = new ClusterOfRooms();
  const processes = [await cluster.process(), await cluster.process(), await cluster.process()];
  const views = processes.map(() => new Set<string>());
  for (const [at, { rooms }] of processes.entries()) {
    rooms.room("choir").onJoin(({ id }) => views[at]!.add(id));
    rooms.room("choir").onLeave(({ id }) => views[at]!.delete(id));
    await rooms.room("choir").ready();
  }
  const singers: { who: ReturnType<(typeof processes)[number]["enter"]>; at: number }[] = [];
  let seed = 7;
  const chance = (below: number) => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return (seed >> 8) % below;
  };

  for (let step = 0; step < 150; step++) {
    const at = chance(3);
    const what = chance(10);
    if (what < 4) singers.push({ who: processes[at]!.enter(`m${step}`, "choir"), at });
    else if (what < 7 && singers.length > 0) {
      const { who, at } = singers.splice(chance(singers.length), 1)[0]!;
      processes[at]!.rooms.exit(who);
    } else if (what === 7) cluster.broker.cut(chance(4) === 0 ? undefined : processes[at]!.name);
    else if (what === 8) cluster.broker.mend();
    else await cluster.pass(chance(4) * 1_000);
  }
  cluster.broker.mend();
  await cluster.pass(LEASE * 2);

  const expected = singers.map(({ who }) => who.id).sort();
  for (const view of views) expect([...view].sort()).toEqual(expected);
  for (const process of processes) expect(await process.who()).toEqual(expected);
  expect(processes.flatMap(({ reporter }) => reporter.errors)).toEqual([]);
});
