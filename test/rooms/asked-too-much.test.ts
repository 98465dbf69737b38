/** What rooms do with much at once, and with what is done twice: nothing is lost for it, and nothing told for nothing. */

import { describe, expect, test } from "vitest";
import { ClusterOfRooms } from "./cluster-of-rooms.ts";

describe("many rooms at once", () => {
  test("are one envelope, and each of their members hears it once, wherever", async () => {
    const cluster = new ClusterOfRooms();
    const [here, there] = await cluster.two();
    const [ada, bob, cy] = [here.enter("ada", "r7"), there.enter("bob", "r7"), there.enter("cy", "r999")];
    there.rooms.join(bob, "r8");
    const dee = there.enter("dee", "other");
    await cluster.settled();
    const names = Array.from({ length: 2000 }, (_, at) => `r${at}`);

    here.rooms.union(names).sendText("hello");
    here.rooms.union(new Set(["r7", "r8"])).sendText("again");
    await cluster.settled();

    expect([ada, bob, cy, dee].map(({ heard }) => heard)).toEqual([
      ["hello", "again"],
      ["hello", "again"],
      ["hello"],
      [],
    ]);
  });
});

describe("joining again", () => {
  test("without info leaves what is shown, and writes nothing", async () => {
    const cluster = new ClusterOfRooms();
    const [here, there] = await cluster.two();
    const ada = here.enter("ada");
    here.rooms.join(ada, "choir", { info: { voice: "alto" } });
    await cluster.settled();
    here.rooms.join(ada, "choir");
    here.rooms.join(ada, "choir", { info: { voice: "alto" } });
    await cluster.settled();
    expect(await there.rooms.room("choir").who()).toMatchObject([{ id: "ada", info: { voice: "alto" } }]);

    here.rooms.join(ada, "choir", { info: { voice: "tenor" } });
    await cluster.settled();
    expect(await there.rooms.room("choir").who()).toMatchObject([{ id: "ada", info: { voice: "tenor" } }]);
  });

  test("with more to show than others can be made to keep is a mistake, and nobody has joined", async () => {
    const cluster = new ClusterOfRooms();
    const here = await cluster.process();
    const ada = here.enter("ada");

    const info = "x".repeat(16_383);
    expect(() => here.rooms.join(ada, "choir", { info })).toThrow(
      expect.objectContaining({
        code: "INFO_TOO_LARGE",
        message: "join({ info }) of 16 385 characters of JSON; 16 384 are the most",
      }),
    );
    expect(here.rooms.room("choir").size).toBe(0);
    here.rooms.join(ada, "choir", { info: info.slice(1) });
    expect(here.rooms.room("choir").size).toBe(1);
  });
});

describe("a large room", () => {
  test("whose process took a new lease is read anew where it is stored, and nobody leaves in between", async () => {
    const cluster = new ClusterOfRooms();
    const [here, there] = await cluster.two();
    for (let at = 0; at < 300; at++) here.enter(`singer-${at}`, "choir");
    await cluster.settled();
    const told: string[] = [];
    const room = there.rooms.room("choir");
    room.onJoin(({ id }) => told.push(`+${id}`));
    room.onLeave(({ id }) => told.push(`-${id}`));
    await room.ready();

    cluster.broker.cut(here.name);
    here.rooms.exit([...here.rooms.members].find(({ id }) => id === "singer-7")!);
    cluster.broker.mend(here.name);
    await cluster.pass(10_000);

    expect(told).toEqual(["-singer-7"]);
    expect(await room.count()).toBe(299);
  });
});

describe("a listener", () => {
  test("ends with the signal that it was given, and keeps nothing of it when it ends by itself", async () => {
    const cluster = new ClusterOfRooms();
    const here = await cluster.process();
    const control = new AbortController();
    const told: string[] = [];
    const room = here.rooms.room("choir");
    room.onJoin(({ id }) => told.push(id), { signal: control.signal });
    const stop = room.onJoin(({ id }) => told.push(`${id} too`), { signal: control.signal });

    here.enter("ada", "choir");
    stop();
    here.enter("bob", "choir");
    control.abort();
    here.enter("cy", "choir");
    room.onJoin(({ id }) => told.push(`late ${id}`), { signal: control.signal });
    here.enter("dee", "choir");

    expect(told).toEqual(["ada", "ada too", "bob"]);
  });
});
