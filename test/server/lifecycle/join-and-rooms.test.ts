/** Rule 3, `join`; and those who are reached from a socket, a room, or the whole app, whoever has died meanwhile. */

import { describe, expect, test } from "vitest";
import type { App, Room } from "../../../src/index.ts";
import { listenAnywhere, testApp } from "../../support/app-server.ts";
import { deferred } from "../../support/deferred.ts";
import type { RawTcp } from "../../support/raw-tcp.ts";
import { rawOpen, rawTcp, rawUpgrade } from "../../support/raw-tcp.ts";

describe("rule 3: join", () => {
  test("is synchronous and idempotent, accepts, and returns the room; its frames follow the 101", async () => {
    const { app } = testApp();
    app.ws("/ws", (socket) => {
      const before = socket.state;
      const room = socket.join("lobby");
      const again = socket.join("lobby");
      room.sendJson([before, socket.state, room.name, room.size, again.size, [...socket.rooms]]);
    });
    const client = rawUpgrade(await listenAnywhere(app));

    expect((await client.answer()).status).toBe(101);
    expect(await client.next()).toBe('["connecting","open","lobby",1,1,["lobby"]]');
    expect(await client.next()).toEqual({ code: 1000, reason: "" });
  });

  test("after the end, and while closing, it throws; nobody is in the room then", async () => {
    const { app, heard } = testApp();
    const thrown: unknown[] = [];
    const tryToJoin = (join: () => Room) => {
      try {
        join();
      } catch (error) {
        thrown.push([(error as Error).name, (error as Error).message]);
      }
    };
    app.ws("/ws", async (socket) => {
      socket.join("lobby");
      const closed = socket.close();
      tryToJoin(() => socket.join("lobby"));
      await closed;
      tryToJoin(() => socket.join("lobby"));
      thrown.push(socket.rooms.size, app.room("lobby").size);
    });
    const client = await rawOpen(await listenAnywhere(app));
    client.close(1000);
    await app.close();

    expect(thrown).toEqual([
      ["UsageError", "join on a socket that is closing"],
      ["UsageError", "join on a socket that is closed"],
      0,
      0,
    ]);
    expect(heard.errors).toEqual([]);
  });

  test("a bad name is told before anything is accepted: 500", async () => {
    const { app, heard } = testApp();
    app.ws("/ws", (socket) => socket.join(""));
    const client = rawUpgrade(await listenAnywhere(app));

    expect((await client.answer()).status).toBe(500);
    expect(heard.all("error")).toMatchObject([{ error: { code: "BAD_ROOM_NAME" } }]);
  });

  test("at the end of a socket, of every kind, it has left its rooms before its handler hears of it", async () => {
    const { app } = testApp();
    const sizes: number[] = [];
    app.ws("/ws", async (socket) => {
      const room = socket.join("lobby");
      socket.signal.addEventListener("abort", () => sizes.push(room.size));
      for await (const _ of socket);
      sizes.push(room.size);
    });
    const port = await listenAnywhere(app);
    for (const leave of [(c: RawTcp) => c.close(1000), (c: RawTcp) => c.fin(), (c: RawTcp) => c.reset()]) {
      leave(await rawOpen(port));
    }
    await app.close();

    expect(sizes.sort()).toEqual(expect.arrayContaining([0, 0, 0]));
    expect(sizes.at(-1)).toBeLessThan(3);
    expect(app.room("lobby").size).toBe(0);
  });
});

/** A chat: joins the rooms named in the path, says to them what is asked for. */
function chat() {
  const { app, heard } = testApp();
  app.ws("/in/:rooms", async (socket) => {
    for (const name of socket.params.rooms.split("+")) socket.join(name);
    await socket.send(`id ${socket.id}`);
    for await (const text of socket.iterText()) {
      const [how, room = "", said = ""] = text.split(" ");
      if (how === "all") app.room(room).send(said);
      if (how === "others") socket.to(room).send(said);
      if (how === "leave") socket.leave(room);
      if (how === "both") socket.to([room, "b"]).send(said);
      if (how === "echo") await socket.send(said);
    }
  });
  return { app, heard };
}

/** A client that is in its rooms. */
async function member(port: number, rooms: string): Promise<RawTcp> {
  const client = await rawOpen(port, `/in/${rooms}`);
  await client.next();
  return client;
}

async function listen(app: App) {
  const port = await listenAnywhere(app);
  return (rooms: string) => member(port, rooms);
}

describe("who hears what", () => {
  test("a room's send includes the sender; socket.to(room) does not", async () => {
    const { app } = chat();
    const enter = await listen(app);
    const [ann, bob] = [await enter("a"), await enter("a")];

    ann.say("others a one");
    ann.say("all a two");

    expect(await bob.next()).toBe("one");
    expect(await bob.next()).toBe("two");
    expect(await ann.next()).toBe("two");
  });

  test("several rooms at once: each member once, whatever rooms it is in", async () => {
    const { app } = chat();
    const enter = await listen(app);
    const [ann, bob, cat] = [await enter("a"), await enter("a+b"), await enter("b")];

    ann.say("both a hello");
    expect([await bob.next(), await cat.next()]).toEqual(["hello", "hello"]);
    app.to(["a", "b"]).sendText("from the app");
    expect([await ann.next(), await bob.next(), await cat.next()]).toEqual(Array(3).fill("from the app"));
  });

  test("who left a room hears no more of it; an empty room hears nothing", async () => {
    const { app } = chat();
    const enter = await listen(app);
    const ann = await enter("a+b");

    ann.say("leave a");
    ann.say("echo - left");
    expect(await ann.next()).toBe("left");
    app.room("a").send("for nobody");
    app.room("b").send("for b");

    expect(await ann.next()).toBe("for b");
    expect([app.room("a").size, app.room("b").size]).toEqual([0, 1]);
  });

  test("order is the order of calls: direct, room, and direct again", async () => {
    const { app } = testApp();
    app.ws("/ws", (socket) => {
      const room = socket.join("a");
      void socket.send("1");
      room.send("2");
      app.broadcast("3");
      void socket.send("4");
    });
    const client = await rawOpen(await listenAnywhere(app));

    expect([await client.next(), await client.next(), await client.next(), await client.next()]).toEqual([
      "1",
      "2",
      "3",
      "4",
    ]);
  });

  test("bytes and JSON, and what happens to the bytes afterwards is nobody's affair", async () => {
    const { app } = chat();
    const enter = await listen(app);
    const ann = await enter("a");
    const bytes = Uint8Array.of(1, 2, 3);

    app.room("a").sendBytes(bytes);
    bytes.fill(0);
    app.room("a").sendJson({ n: 1 });
    app.room("a").sendJson([], { mode: "binary" });

    expect(await ann.next()).toMatchObject({ opcode: 2, payload: Buffer.from([1, 2, 3]) });
    expect(await ann.next()).toBe('{"n":1}');
    expect(await ann.next()).toMatchObject({ opcode: 2, payload: Buffer.from("[]") });
  });
});

describe("app.sockets and app.broadcast", () => {
  test("hold those that are open, from the 101 to the end, and reach them all", async () => {
    const { app, heard } = testApp();
    const waits = deferred<void>();
    app.ws("/slow", (socket) => {
      waits.resolve();
      return socket.closed;
    });
    app.ws("/ws", async (socket) => {
      const sizes = [app.sockets.has(socket)];
      await socket.accept();
      sizes.push(app.sockets.has(socket));
      await socket.sendJson(sizes);
      await socket.closed;
      sizes.push(app.sockets.has(socket));
    });
    const port = await listenAnywhere(app);
    rawUpgrade(port, "/slow");
    await waits.promise;
    const [ann, bob] = [await rawOpen(port), await rawOpen(port)];
    expect([await ann.next(), await bob.next()]).toEqual(["[false,true]", "[false,true]"]);

    expect(app.sockets.size).toBe(2);
    app.broadcast("to all");

    expect([await ann.next(), await bob.next()]).toEqual(["to all", "to all"]);
    ann.reset();
    await heard.once("connectionClosed");
    expect(app.sockets.size).toBe(1);
  });

  test("dead members, in every stage of dying, hurt nobody else in a broadcast", async () => {
    const { app, heard } = chat();
    const enter = await listen(app);
    const members = [await enter("a"), await enter("a"), await enter("a"), await enter("a")];
    const [first, dying, closing, last] = members as [RawTcp, RawTcp, RawTcp, RawTcp];
    const sockets = [...app.sockets];

    dying.reset();
    sockets[1]?.terminate();
    void sockets[2]?.close(4000);
    for (let i = 0; i < 3; i++) app.room("a").send(`${i}`);
    app.broadcast("bye");

    for (const client of [first, last]) {
      expect([await client.next(), await client.next(), await client.next()]).toEqual(["0", "1", "2"]);
      expect(await client.next()).toBe("bye");
    }
    expect(await closing.next()).toEqual({ code: 4000, reason: "" });
    expect(heard.errors).toEqual([]);
  });

  test("from plain HTTP: a room is reached by whoever is not in it", async () => {
    const { app } = chat();
    app.http.post("/say/:room", (c) => {
      app.room(c.req.param("room")).send("from HTTP");
      return c.text("said");
    });
    const port = await listenAnywhere(app);
    const ann = await member(port, "a");

    const http = rawTcp(port);
    http.write("POST /say/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");

    expect((await http.answer()).body).toBe("said");
    expect(await ann.next()).toBe("from HTTP");
  });
});
