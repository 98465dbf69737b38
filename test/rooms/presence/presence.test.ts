/** Who is where, on all machines, while nothing goes wrong: counts, lists, and who hears of whom. */

import { describe, expect, test } from "vitest";
import type { PresentMember } from "../../../src/rooms/room.ts";
import { turns } from "../../support/run.ts";
import { uncaught } from "../../support/uncaught.ts";
import { ClusterOfRooms, LEASE, NOTHING_LEFT } from "../cluster-of-rooms.ts";
import { testRooms } from "../test-rooms.ts";

describe("count and who", () => {
  test("are those of all processes, with what they show", async () => {
    const cluster = new ClusterOfRooms();
    const [one, two] = await cluster.two();
    const three = await cluster.process();
    const ada = one.enter("ada", "choir");
    one.rooms.join(ada, "choir", { info: { voice: "alto" } });
    const bob = two.enter("bob", "choir", "tenors");
    two.identify(bob, "7");
    await cluster.settled();

    for (const { rooms } of [one, two, three]) {
      const present = await rooms.room("choir").who<{ voice: string } | undefined>();
      expect(present.sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
        { id: "ada", userId: undefined, info: { voice: "alto" } },
        { id: "bob", userId: "7", info: undefined },
      ]);
      expect(await rooms.room("choir").count()).toBe(2);
      expect([
        await rooms.room("tenors").count(),
        await rooms.user("7").count(),
        await rooms.room("x").count(),
      ]).toEqual([1, 1, 0]);
    }
    expect([one.rooms.room("choir").size, three.rooms.room("choir").size]).toEqual([1, 0]);
  });

  test("follow those who come and go", async () => {
    const cluster = new ClusterOfRooms();
    const [one, two] = await cluster.two();
    const ada = one.enter("ada", "choir");
    const bob = one.enter("bob", "choir");
    await cluster.settled();
    expect(await two.who()).toEqual(["ada", "bob"]);

    one.rooms.leave(ada, "choir");
    one.rooms.exit(bob);
    await cluster.settled();

    expect([await two.who(), await two.rooms.room("choir").count()]).toEqual([[], 0]);
    expect(cluster.broker.shown).toEqual([]);
  });

  test("of one that is not there yet are what it shows when it has come", async () => {
    const cluster = new ClusterOfRooms();
    const one = await cluster.process();
    const two = await cluster.process();
    one.enter("ada", "choir");
    await cluster.settled();
    two.enter("bob", "choir");
    await cluster.settled();

    expect([await one.who(), await two.who()]).toEqual([
      ["ada", "bob"],
      ["ada", "bob"],
    ]);
  });

  test("count everybody who shows nothing, and each once", async () => {
    const cluster = new ClusterOfRooms();
    const [one, two] = await cluster.two();
    for (let at = 0; at < 50; at++) one.enter(`a${at}`, "choir", "choir");
    for (let at = 0; at < 30; at++) two.enter(`b${at}`, "choir");
    await cluster.settled();

    expect(await Promise.all([one, two].map(({ rooms }) => rooms.room("choir").count()))).toEqual([80, 80]);
    expect(await two.who()).toHaveLength(80);
  });
});

describe("what a member shows", () => {
  test("is changed by joining again: nobody is told, and it is what is read, and told when it leaves", async () => {
    const cluster = new ClusterOfRooms();
    const [one, two] = await cluster.two();
    const told: PresentMember[] = [];
    const heard = await two.watch();
    two.rooms.room("choir").onLeave((member) => told.push(member));
    const ada = one.enter("ada", "choir");
    await cluster.settled();
    for (const info of [{ n: 1 }, { n: 2 }]) one.rooms.join(ada, "choir", { info });
    await cluster.settled();
    expect(await two.rooms.room("choir").who()).toEqual([{ id: "ada", userId: undefined, info: { n: 2 } }]);
    expect(await one.rooms.room("choir").who()).toEqual([{ id: "ada", userId: undefined, info: { n: 2 } }]);

    one.rooms.leave(ada, "choir");
    await cluster.settled();

    expect(heard).toEqual(["+ada", "-ada"]);
    expect(told).toEqual([{ id: "ada", userId: undefined, info: { n: 2 } }]);
  });

  test("stays as it is when it joins again with nothing, and is nothing after joining with null", async () => {
    const cluster = new ClusterOfRooms();
    const [one, two] = await cluster.two();
    const ada = one.enter("ada");
    const infos = async () => {
      await cluster.settled();
      const all = await Promise.all([one, two].map(({ rooms }) => rooms.room("choir").who()));
      return all.flat().map(({ info }) => info);
    };
    one.rooms.join(ada, "choir", { info: "alto" });

    one.rooms.join(ada, "choir");
    expect(await infos()).toEqual(["alto", "alto"]);
    one.rooms.join(ada, "choir", { info: null });

    expect(await infos()).toEqual([null, null]);
  });

  test("that is too much is an error, and nobody joins", async () => {
    const cluster = new ClusterOfRooms();
    const one = await cluster.process();
    const ada = one.enter("ada");

    one.rooms.join(ada, "choir", { info: "x".repeat(16_382) });
    expect(() => one.rooms.join(ada, "band", { info: "x".repeat(16_383) })).toThrow(
      expect.objectContaining({
        code: "INFO_TOO_LARGE",
        message: "join({ info }) of 16 385 characters of JSON; 16 384 are the most",
      }),
    );

    expect([...one.rooms.of(ada)]).toEqual(["choir"]);
  });

  test("is another thing in each room, and gone with it", async () => {
    const cluster = new ClusterOfRooms();
    const [one, two] = await cluster.two();
    const ada = one.enter("ada");
    one.rooms.join(ada, "choir", { info: "alto" });
    one.rooms.join(ada, "band", { info: "drums" });
    one.rooms.leave(ada, "choir");
    one.rooms.join(ada, "choir");
    await cluster.settled();

    const infos = await Promise.all(["choir", "band"].map((name) => two.rooms.room(name).who()));
    expect(infos.flat().map(({ info }) => info)).toEqual([undefined, "drums"]);
  });

  test("is what it was when it joined: a value that changes afterwards does not change it", async () => {
    const cluster = new ClusterOfRooms();
    const one = await cluster.process();
    const info = { n: 1 };
    one.rooms.join(one.enter("ada"), "choir", { info });

    info.n = 2;

    expect(await one.rooms.room("choir").who()).toMatchObject([{ info: { n: 1 } }]);
  });

  test("goes through the app's own codec, both ways", async () => {
    const cluster = new ClusterOfRooms();
    const json = {
      stringify: (value: unknown) => JSON.stringify({ wrapped: value }),
      parse: (text: string) => (JSON.parse(text) as { wrapped: unknown }).wrapped,
    };
    const [one, two] = await cluster.two({ json });
    one.rooms.join(one.enter("ada"), "choir", { info: [1] });
    await cluster.settled();

    expect([await one.rooms.room("choir").who(), await two.rooms.room("choir").who()]).toMatchObject([
      [{ info: [1] }],
      [{ info: [1] }],
    ]);
  });

  test("follows who it is", async () => {
    const cluster = new ClusterOfRooms();
    const [one, two] = await cluster.two();
    const ada = one.enter("ada", "choir");
    one.rooms.join(ada, "choir", { info: "alto" });
    const [seven, eight] = [await two.watch(two.rooms.user("7")), await two.watch(two.rooms.user("8"))];

    one.identify(ada, "7");
    await cluster.settled();
    expect(await two.rooms.room("choir").who()).toEqual([{ id: "ada", userId: "7", info: "alto" }]);
    one.identify(ada, "8");
    await cluster.settled();

    expect(await two.rooms.room("choir").who()).toEqual([{ id: "ada", userId: "8", info: "alto" }]);
    expect([seven, eight]).toEqual([["+ada", "-ada"], ["+ada"]]);
    expect([await two.rooms.user("7").count(), await two.rooms.user("8").count()]).toEqual([0, 1]);
  });

  test("when it stops being a user, those who hear of it are told whose it was", async () => {
    const cluster = new ClusterOfRooms();
    const [one, two] = await cluster.two();
    const told: (string | undefined)[][] = [];
    for (const { rooms } of [one, two]) {
      const users: (string | undefined)[] = [];
      told.push(users);
      rooms.user("7").onLeave(({ userId }) => users.push(userId));
      await rooms.user("7").ready();
    }
    const ada = one.enter("ada");
    one.identify(ada, "7");
    await cluster.settled();

    one.identify(ada, "8");
    await cluster.settled();

    expect(told).toEqual([["7"], ["7"]]);
  });
});

describe("onJoin and onLeave", () => {
  test("tell of those here at once, and of those elsewhere; not of those who were there before", async () => {
    const cluster = new ClusterOfRooms();
    const [one, two] = await cluster.two();
    const early = one.enter("early", "choir");
    two.enter("here before", "choir");
    await cluster.settled();
    const heard = await two.watch();

    const bob = two.enter("bob", "choir");
    expect(heard).toEqual(["+bob"]);
    one.enter("ada", "choir", "choir");
    await cluster.settled();
    two.rooms.exit(bob);
    one.rooms.leave(early, "choir");
    await cluster.settled();

    expect(heard).toEqual(["+bob", "+ada", "-bob", "-early"]);
  });

  test("give the member, whole", async () => {
    const cluster = new ClusterOfRooms();
    const [one, two] = await cluster.two();
    const told: PresentMember[] = [];
    for (const { rooms } of [one, two]) {
      rooms.room("choir").onJoin((member) => told.push(member));
      await rooms.room("choir").ready();
    }
    const ada = one.enter("ada");
    one.identify(ada, "7");

    one.rooms.join(ada, "choir", { info: { voice: "alto" } });
    await cluster.settled();

    expect(told).toEqual(Array(2).fill({ id: "ada", userId: "7", info: { voice: "alto" } }));
  });

  test("end with what they give, each for itself, also of one listener twice", async () => {
    const cluster = new ClusterOfRooms();
    const [one, two] = await cluster.two();
    const heard: string[] = [];
    const listener = ({ id }: PresentMember) => heard.push(id);
    const room = two.rooms.room("choir");
    const stops = [room.onJoin(listener), room.onJoin(listener), room.onLeave(listener)];
    await room.ready();

    one.enter("ada", "choir");
    await cluster.settled();
    stops[0]!();
    stops[0]!();
    one.enter("bob", "choir");
    await cluster.settled();
    for (const stop of stops) stop();
    one.enter("cy", "choir");
    await cluster.settled();

    expect(heard).toEqual(["ada", "ada", "bob"]);
  });

  test("end with a signal, for whoever has one; not begun with one that is aborted", async () => {
    const { rooms, enter } = testRooms();
    const heard: string[] = [];
    const [before, during] = [new AbortController(), new AbortController()];
    before.abort();
    rooms.room("choir").onJoin(() => heard.push("never"), { signal: before.signal });
    rooms.room("choir").onJoin(({ id }) => heard.push(`+${id}`), { signal: during.signal });
    const stop = rooms.room("choir").onLeave(({ id }) => heard.push(`-${id}`), { signal: during.signal });

    const ada = enter("choir");
    stop();
    during.abort();
    rooms.exit(ada);
    enter("choir");

    expect(heard).toEqual([`+${ada.id}`]);
  });

  test("are heard only while somebody listens: nothing is subscribed to before and after", async () => {
    const cluster = new ClusterOfRooms();
    const two = await cluster.process();
    const room = two.rooms.room("choir");
    expect(cluster.broker.subscribed).toEqual([]);

    const stops = [room.onJoin(() => {}), room.onLeave(() => {})];
    await room.ready();
    expect(cluster.broker.subscribed).toHaveLength(1);
    stops[0]!();
    await cluster.settled();
    expect(cluster.broker.subscribed).toHaveLength(1);
    stops[1]!();
    await cluster.settled();

    expect(cluster.broker.subscribed).toEqual([]);
  });

  test("begun again right after the end know what is there, and tell nobody of it", async () => {
    const cluster = new ClusterOfRooms();
    const [one, two] = await cluster.two();
    const ada = one.enter("ada", "choir");
    await cluster.settled();
    const room = two.rooms.room("choir");
    room.onJoin(() => {})();

    const heard = await two.watch();
    await cluster.settled();
    one.rooms.exit(ada);
    await cluster.settled();

    expect(heard).toEqual(["-ada"]);
  });

  test("a listener that throws or rejects is reported, and costs the others nothing", async () => {
    const thrown = uncaught();
    const cluster = new ClusterOfRooms();
    const [one, two] = await cluster.two();
    const room = two.rooms.room("choir");
    room.onJoin(() => {
      throw new Error("thrown");
    });
    room.onJoin(async () => {
      throw new Error("rejected");
    });
    const heard = await two.watch();

    one.enter("ada", "choir");
    await cluster.settled();
    two.enter("bob", "choir");
    await turns();

    expect(heard).toEqual(["+ada", "+bob"]);
    expect(two.reporter.hookErrors.map((error) => (error as Error).message)).toEqual([
      "thrown",
      "rejected",
      "thrown",
      "rejected",
    ]);
    expect([thrown, two.reporter.errors]).toEqual([[], []]);
  });

  test("a listener may end itself, or begin others, while it is told", async () => {
    const { rooms, enter } = testRooms();
    const heard: string[] = [];
    const stop = rooms.room("choir").onJoin(({ id }) => {
      heard.push(`first ${id}`);
      stop();
      rooms.room("choir").onJoin(({ id }) => heard.push(`second ${id}`));
    });

    const [ada, bob] = [enter("choir"), enter("choir")];

    expect(heard).toEqual([`first ${ada.id}`, `second ${bob.id}`]);
  });

  test("without a broker tell of those here", async () => {
    const { rooms, enter } = testRooms();
    const heard: string[] = [];
    rooms.room("choir").onJoin(({ id }) => heard.push(`+${id}`));
    rooms.room("choir").onLeave(({ id }) => heard.push(`-${id}`));
    await rooms.room("choir").ready();

    const ada = enter("choir", "choir");
    rooms.exit(ada);

    expect(heard).toEqual([`+${ada.id}`, `-${ada.id}`]);
  });

  test("events that come while it is read are newer", async () => {
    const cluster = new ClusterOfRooms();
    const [one, two] = await cluster.two();
    const ada = one.enter("ada", "choir");
    await cluster.settled();

    const watching = two.watch();
    one.rooms.exit(ada);
    one.enter("bob", "choir");
    const heard = await watching;
    await cluster.settled();
    one.enter("cy", "choir");
    await cluster.settled();

    // Whether it has heard of them before it listened or after depends on the reading; twice, or a ghost, must not be.
    expect(heard.filter((one) => one !== "+bob")).toEqual(["+cy"]);
    expect(await two.who()).toEqual(["bob", "cy"]);
  });
});

describe("where somebody listens", () => {
  test("who and count are what those who listen were told: a list that goes on with them stays right", async () => {
    const cluster = new ClusterOfRooms();
    const [one, two] = await cluster.two();
    one.enter("early", "choir");
    await cluster.settled();
    const room = two.rooms.room("choir");
    const list = new Set<string>();
    room.onJoin(({ id }) => list.add(id));
    room.onLeave(({ id }) => list.delete(id));
    await room.ready();
    for (const id of await two.who()) list.add(id);

    for (let at = 0; at < 20; at++) {
      const who = one.enter(`m${at}`, "choir");
      if (at % 3 === 0) one.rooms.exit(who);
      await new Promise((resolve) => setImmediate(resolve));
      expect([...list].sort()).toEqual(await two.who());
      expect(await room.count()).toBe(list.size);
    }
    await cluster.settled();

    expect([...list].sort()).toEqual(await one.who());
  });

  test("and has not read yet, the store is asked", async () => {
    const cluster = new ClusterOfRooms();
    const [one, two] = await cluster.two();
    one.enter("ada", "choir");
    await cluster.settled();

    two.rooms.room("choir").onJoin(() => {});

    expect([await two.who(), await two.rooms.room("choir").count()]).toEqual([["ada"], 1]);
  });

  test("and the broker is away, nobody is answered with what was known", async () => {
    const cluster = new ClusterOfRooms();
    const [one, two] = await cluster.two();
    one.enter("ada", "choir");
    await two.watch();
    cluster.broker.cut(two.name);

    await expect(two.rooms.room("choir").count()).rejects.toMatchObject({ code: "BROKER_AWAY" });
    await expect(two.rooms.room("choir").who()).rejects.toMatchObject({ code: "BROKER_AWAY" });
  });
});

describe("what another process wrote", () => {
  test("may be anything: it is shown without what cannot be read", async () => {
    const cluster = new ClusterOfRooms();
    const one = await cluster.process();
    const { signal } = new AbortController();
    const listener = { brokerOnMessage() {}, brokerOnLost() {}, brokerOnBack() {} };
    const stranger = await cluster.broker.connect({ process: "stranger", listener, signal });
    await stranger.presence.renew();
    for (const [member, info] of Object.entries({
      m1: "no JSON",
      m2: "null",
      m3: '{"u":"7","i":"no JSON"}',
      m4: "5",
    })) {
      await stranger.presence.write([{ topic: "r:choir", member, info }]);
    }

    const present = await one.rooms.room("choir").who();
    await stranger.presence.clear("stranger");
    await stranger.close();

    expect(present.map(({ id }) => id).sort()).toEqual(["m1", "m2", "m3", "m4"]);
    expect(present.every(({ info }) => info === undefined)).toBe(true);
  });
});

describe("the end", () => {
  test("of all processes leaves nothing with the broker", async () => {
    const cluster = new ClusterOfRooms();
    const [one, two] = await cluster.two();
    const ada = one.enter("ada", "choir", "band");
    one.identify(ada, "7");
    two.enter("bob", "choir");
    await one.watch();
    await two.watch(two.rooms.room("band"));
    await cluster.settled();
    expect(cluster.broker.shown).toHaveLength(3);

    await one.rooms.shutDown(1_000);
    expect(await two.who()).toEqual(["bob"]);
    await two.rooms.shutDown(1_000);

    expect(cluster.left).toEqual(NOTHING_LEFT);
    expect(cluster.clock.timers).toBe(0);
  });

  test("of a process whose members have left is heard elsewhere", async () => {
    const cluster = new ClusterOfRooms();
    const [one, two] = await cluster.two();
    const ada = one.enter("ada", "choir");
    const heard = await two.watch();

    one.rooms.exit(ada);
    await one.rooms.shutDown(1_000);
    await cluster.settled();

    expect(heard).toEqual(["-ada"]);
  });

  test("of a process that still has members is heard elsewhere when its lease is missed", async () => {
    const cluster = new ClusterOfRooms();
    const [one, two] = await cluster.two();
    one.enter("ada", "choir");
    await cluster.settled();
    const heard = await two.watch();
    await cluster.pass(LEASE * 2);

    await one.rooms.shutDown(1_000);
    await cluster.pass(LEASE);

    expect(heard).toEqual(["-ada"]);
    expect(await two.who()).toEqual([]);
  });

  test("is the end of listening to others; those here are told of as before", async () => {
    const cluster = new ClusterOfRooms();
    const [one, two] = await cluster.two();
    const heard = await one.watch();
    await one.rooms.shutDown(0);

    const late = await one.watch(one.rooms.room("band"));
    two.enter("bob", "choir", "band");
    one.enter("ada", "choir", "band");
    await cluster.pass(LEASE);

    expect([heard, late]).toEqual([["+ada"], ["+ada"]]);
    expect(one.reporter.errors).toEqual([]);
    await two.rooms.shutDown(0);
    expect(cluster.clock.timers).toBe(0);
  });

  test("is the end of asking; what is here can still be told", async () => {
    const cluster = new ClusterOfRooms();
    const one = await cluster.process();
    one.enter("ada", "choir");
    await one.rooms.shutDown(0);
    await one.rooms.shutDown(0);

    await expect(one.rooms.room("choir").count()).rejects.toMatchObject({ code: "BROKER_CLOSED" });
    await expect(one.rooms.room("choir").who()).rejects.toMatchObject({ code: "BROKER_CLOSED" });
    await one.rooms.room("choir").ready();
    expect(one.rooms.room("choir").size).toBe(1);
    one.enter("bob", "choir");
    one.rooms.room("choir").sendText("hello");
    expect(one.reporter.errors).toEqual([]);
  });
});
