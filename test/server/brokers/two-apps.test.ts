/** Rooms over two apps on one broker, with real clients: what users write, and that nothing of it stays. */

import { describe, expect, onTestFinished, test } from "vitest";
import type { App, AppOptions, MemoryBroker, OpenRooms, ServerSocket } from "../../../src/index.ts";
import { memory, openRooms } from "../../../src/index.ts";
import { listenAnywhere, testApp } from "../../support/app-server.ts";
import { eventually } from "../../support/eventually.ts";
import { WsPeer } from "../../support/ws-peer.ts";

interface Client {
  readonly peer: WsPeer;
  readonly socket: ServerSocket;
}

/** An app whose clients join the rooms that their path names. */
async function choirApp(broker: MemoryBroker, options: AppOptions = {}) {
  const { app, heard } = testApp({ broker, ...options });
  const sockets: ServerSocket[] = [];
  app.ws("/in/:rooms", async (socket) => {
    sockets.push(socket);
    const user = socket.query.get("user");
    if (user !== null) socket.identify(user);
    await socket.accept();
    for (const name of socket.params.rooms.split("+")) socket.join(name);
    await socket.send("in");
    await socket.closed;
  });
  const port = await listenAnywhere(app);
  /** A client that is in these rooms, heard everywhere. */
  const enter = async (rooms: string, user?: string): Promise<Client> => {
    const query = user === undefined ? "" : `?user=${user}`;
    const peer = await WsPeer.open(`ws://127.0.0.1:${port}/in/${rooms}${query}`);
    await peer.next();
    const socket = sockets.at(-1)!;
    for (const name of socket.rooms) await app.room(name).ready();
    return { peer, socket };
  };
  return { app, heard, enter };
}

async function twoApps(options: AppOptions = {}) {
  const broker = memory();
  return { broker, here: await choirApp(broker, options), there: await choirApp(broker, options) };
}

/** What came until `last`. */
async function heardBy({ peer }: Client, last: string): Promise<string[]> {
  const heard: string[] = [];
  while (heard.at(-1) !== last) heard.push(await peer.next());
  return heard;
}

async function open(broker: MemoryBroker): Promise<OpenRooms> {
  const rooms = await openRooms(broker, { logger: false });
  onTestFinished(() => rooms.close({ timeout: 0 }));
  return rooms;
}

describe("a message", () => {
  test("to several rooms reaches each member once, on both", async () => {
    const { here, there } = await twoApps();
    const [ada, bob, cy] = [await here.enter("a+b"), await there.enter("a+b"), await there.enter("b")];

    here.app.to(["a", here.app.room("b")]).sendText("both");
    ada.socket.to(["a", "b"]).sendText("from ada");
    here.app.broadcast("end");

    expect(await heardBy(ada, "end")).toEqual(["both", "end"]);
    expect(await heardBy(bob, "end")).toEqual(["both", "from ada", "end"]);
    expect(await heardBy(cy, "end")).toEqual(["both", "from ada", "end"]);
  });

  test("leaves out a room on both, and one socket where it is", async () => {
    const { here, there } = await twoApps();
    const [ada, amy] = [await here.enter("choir"), await here.enter("choir+muted")];
    const [bob, ben] = [await there.enter("choir"), await there.enter("choir+muted")];

    here.app.room("choir").except("muted").sendText("not muted");
    here.app
      .room("choir")
      .except([ada.socket, here.app.room("muted")])
      .sendText("nor ada");
    here.app.everyone.except(ada.socket).sendText("end");
    void ada.socket.send("end");

    expect(await Promise.all([ada, amy, bob, ben].map((one) => heardBy(one, "end")))).toEqual([
      ["not muted", "end"],
      ["end"],
      ["not muted", "nor ada", "end"],
      ["end"],
    ]);
  });

  test("comes in the order of the calls, direct ones among them", async () => {
    const { here, there } = await twoApps();
    const [ada, bob] = [await here.enter("choir"), await there.enter("choir")];
    const room = here.app.room("choir");

    for (let at = 0; at < 100; at++) {
      room.sendText(`${at}`);
      if (at % 10 === 0) void ada.socket.send(`own ${at}`);
    }
    room.sendText("end");

    const all = [...Array.from({ length: 100 }, (_, at) => `${at}`), "end"];
    expect(await heardBy(bob, "end")).toEqual(all);
    expect(await heardBy(ada, "end")).toEqual(
      all.flatMap((text) => (/^\d*0$/.test(text) ? [text, `own ${text}`] : [text])),
    );
  });

  test("from a process without sockets reaches both; so does a close", async () => {
    const { broker, here, there } = await twoApps();
    const [ada, bob] = [await here.enter("choir", "7"), await there.enter("choir")];
    const rooms = await open(broker);

    rooms.room("choir").sendJson({ n: 1 });
    rooms.user("7").sendText("only you");
    rooms.to(["choir", rooms.user("7")]).sendText("once");
    rooms.broadcast("all");
    rooms.everyone.sendText("end");
    expect(await heardBy(ada, "end")).toEqual(['{"n":1}', "only you", "once", "all", "end"]);
    expect(await heardBy(bob, "end")).toEqual(['{"n":1}', "once", "all", "end"]);
    expect(await rooms.room("choir").count()).toBe(2);
    rooms.user("7").close(4001, "bye");

    expect(await ada.peer.ended()).toEqual({ code: 4001, reason: "bye" });
    expect(bob.socket.open).toBe(true);
  });

  test("that open rooms have sent is out when they have closed", async () => {
    const { broker, there } = await twoApps();
    const bob = await there.enter("choir");
    const rooms = await openRooms(broker, { logger: false });

    for (let at = 0; at < 50; at++) rooms.room("choir").sendText(`${at}`);
    await rooms.close();
    await rooms.close();

    expect(await heardBy(bob, "49")).toHaveLength(50);
    expect(broker.processes).toHaveLength(2);
  });
});

describe("identify", () => {
  test("before it is accepted and after, to another user, and to nobody", async () => {
    const { here, there } = await twoApps();
    const [ada, bob] = [await here.enter("x", "7"), await there.enter("x")];
    expect([ada.socket.userId, bob.socket.userId]).toEqual(["7", undefined]);
    const sizes = () => [here.app.user("7").size, there.app.user("7").size, there.app.user("8").size];
    expect(sizes()).toEqual([1, 0, 0]);

    bob.socket.identify("7");
    await there.app.user("7").ready();
    here.app.user("7").sendText("both");
    expect([await ada.peer.next(), await bob.peer.next()]).toEqual(["both", "both"]);
    bob.socket.identify("8");
    expect([sizes(), [...bob.socket.rooms]]).toEqual([[1, 0, 1], ["x"]]);
    here.app.user("7").sendText("ada");
    bob.socket.identify(null);
    here.app.broadcast("end");

    expect([await heardBy(ada, "end"), await heardBy(bob, "end")]).toEqual([["ada", "end"], ["end"]]);
    expect([sizes(), bob.socket.userId]).toEqual([[1, 0, 0], undefined]);
  });

  test("in middleware, of a socket that is then rejected, leaves nothing", async () => {
    const { app } = testApp();
    app.use((socket) => {
      socket.identify("7");
      socket.reject(401);
    });
    app.ws("/ws", () => {});
    const port = await listenAnywhere(app);

    await expect(WsPeer.open(`ws://127.0.0.1:${port}/ws`)).rejects.toThrow("401");

    expect(app.user("7").size).toBe(0);
  });

  test.each(["", undefined, 7, {}])("is not %j", async (id) => {
    const { here } = await twoApps();
    const ada = await here.enter("x", "7");

    expect(() => ada.socket.identify(id as never)).toThrow(expect.objectContaining({ code: "BAD_ROOM_NAME" }));

    expect(ada.socket.userId).toBe("7");
  });

  test("after the end is an error", async () => {
    const { here } = await twoApps();
    const ada = await here.enter("x");
    await ada.socket.close();

    expect(() => ada.socket.identify("7")).toThrow("identify on a socket that is closed");
    expect(here.app.user("7").size).toBe(0);
  });

  test("a user's sockets are closed on both", async () => {
    const { here, there } = await twoApps();
    const [ada, bob, cy] = [await here.enter("x", "7"), await there.enter("x", "7"), await there.enter("x", "8")];

    here.app.user("7").sendText("last words");
    here.app.user("7").close(4001, "signed out");

    for (const { peer } of [ada, bob]) {
      expect(await peer.next()).toBe("last words");
      expect(await peer.ended()).toEqual({ code: 4001, reason: "signed out" });
    }
    expect(cy.socket.open).toBe(true);
  });
});

describe("presence", () => {
  test("shows what members chose to show; joining twice changes it", async () => {
    const { here, there } = await twoApps();
    const ada = await here.enter("choir", "7");
    ada.socket.join("choir", { info: { voice: "alto" } });
    ada.socket.join("choir", { info: { voice: "bass" } });
    await there.enter("choir");

    const shown = async () => (await there.app.room("choir").who<{ voice: string }>()).map(({ info }) => info?.voice);
    await expect.poll(shown).toContain("bass");

    expect(await there.app.room("choir").who()).toContainEqual({
      id: ada.socket.id,
      userId: "7",
      info: { voice: "bass" },
    });
    await expect.poll(() => here.app.room("choir").count()).toBe(2);
    expect([here.app.room("choir").size, [...here.app.room("choir").sockets]]).toEqual([1, [ada.socket]]);
  });

  test("tells who comes and goes on the other, whatever ends them", async () => {
    const { here, there } = await twoApps();
    const heard: string[] = [];
    there.app.room("choir").onJoin(({ id }) => heard.push(`+${id}`));
    there.app.room("choir").onLeave(({ id }) => heard.push(`-${id}`));
    await there.app.room("choir").ready();

    const [ada, amy, al] = [await here.enter("choir"), await here.enter("choir"), await here.enter("choir")];
    await eventually(() => heard.length).toBe(3);
    await ada.peer.close();
    amy.peer.socket.terminate();
    al.socket.leave("choir");
    await eventually(() => heard.length).toBe(6);

    const ids = [ada, amy, al].map(({ socket }) => socket.id);
    expect(heard.sort()).toEqual([...ids.map((id) => `+${id}`), ...ids.map((id) => `-${id}`)].sort());
  });

  test("an option of join that there is not is told before anything is accepted", async () => {
    const { app } = testApp();
    app.ws("/ws", (socket) => {
      socket.join("choir", { inof: 5 } as never);
    });
    const port = await listenAnywhere(app);

    await expect(WsPeer.open(`ws://127.0.0.1:${port}/ws`)).rejects.toThrow("500");
    expect(app.room("choir").size).toBe(0);
  });
});

describe("the end of an app", () => {
  test("is heard by the other: its members leave; and with both gone nothing is left", async () => {
    const { broker, here, there } = await twoApps();
    const heard: string[] = [];
    there.app.room("choir").onLeave(({ id }) => heard.push(id));
    await there.app.room("choir").ready();
    const ada = await here.enter("choir+band", "7");
    await there.enter("choir", "8");
    await eventually(() => broker.shown.length).toBe(4);

    await here.app.close();
    await eventually(() => heard.length).toBe(1);
    expect(heard).toEqual([ada.socket.id]);
    expect(await there.app.room("choir").count()).toBe(1);
    await there.app.close();

    expect([broker.processes, broker.subscribed, broker.shown]).toEqual([[], [], []]);
  });

  test("what is said in its last moments goes out: in onDrain, and by handlers at their end", async () => {
    const { here, there } = await twoApps();
    const bob = await there.enter("choir");
    here.app.onDrain(() => here.app.room("choir").sendText("going"));
    const last = testEnd(here.app);
    const peer = await WsPeer.open(await last);
    await peer.next();

    await here.app.close();

    expect(await heardBy(bob, "gone")).toEqual(["going", "gone"]);
  });

  test("does not wait for a broker that is away", async () => {
    const { broker, here } = await twoApps();
    const ada = await here.enter("choir");
    broker.cut();
    here.app.room("choir").sendText("hello");

    await here.app.close();

    expect(await ada.peer.next()).toBe("hello");
    expect(here.heard.all("publicationsLost").at(-1)).toMatchObject({ why: "closed", messages: 1 });
    expect(here.app.broker.state).toBe("closed");
  });
});

/** One more route, whose handler says something when its socket has ended. Gives its URL. */
async function testEnd(app: App): Promise<string> {
  app.ws("/end", async (socket) => {
    await socket.send("in");
    await socket.closed;
    app.room("choir").sendText("gone");
  });
  return `ws://127.0.0.1:${await listenAnywhere(app)}/end`;
}

describe("without a broker", () => {
  test("rooms are those of the process, and everything works", async () => {
    const { app } = testApp();
    app.ws("/ws", async (socket) => {
      socket.identify("7");
      socket.join("choir", { info: "alto" });
      await socket.send("in");
      await socket.closed;
    });
    const port = await listenAnywhere(app);
    const peer = await WsPeer.open(`ws://127.0.0.1:${port}/ws`);
    await peer.next();

    await app.room("choir").ready();
    expect([await app.room("choir").count(), await app.user("7").count()]).toEqual([1, 1]);
    expect(await app.room("choir").who()).toEqual([{ id: [...app.sockets][0]!.id, userId: "7", info: "alto" }]);
    app.user("7").close(4001);

    expect(await peer.ended()).toEqual({ code: 4001, reason: "" });
  });
});
