/** What the compiler knows about rooms: whose sockets are in them, who can be left out, what members show, what a broker is. */

import type { Audience, Broker, OpenRooms, PresentMember, Room, ServerSocket } from "antiphon";
import { App, memory, openRooms } from "antiphon";
import { expect, expectTypeOf, test } from "vitest";

const silent = { logger: false } as const;

interface Data {
  readonly name: string;
}

test("a room's sockets carry the app's data, wherever the room comes from", () => {
  const app = new App<Data>(silent);

  app.ws("/chat/:room", (socket) => {
    const room = socket.join(socket.params.room, { info: { name: socket.data.name } });
    expectTypeOf(room).toEqualTypeOf<Room<ServerSocket<Data>>>();
    for (const one of room) expectTypeOf(one.data).toEqualTypeOf<Data>();
    expectTypeOf(socket.to(room)).toEqualTypeOf<Audience<ServerSocket<Data>>>();
    expectTypeOf(socket.userId).toEqualTypeOf<string | undefined>();
    socket.identify("7");
    socket.identify(null);
    socket.leave(room);
    // @ts-expect-error a number is no id
    const identify = () => socket.identify(7);
    // @ts-expect-error there is no such option
    const join = () => socket.join("a", { inof: 1 });
    void [identify, join];
  });
  expectTypeOf(app.room("a")).toEqualTypeOf<Room<ServerSocket<Data>>>();
  expectTypeOf(app.user("7")).toEqualTypeOf<Room<ServerSocket<Data>>>();
  expectTypeOf(app.room("a").sockets).toEqualTypeOf<ReadonlySet<ServerSocket<Data>>>();

  expect([...app.room("a")]).toEqual([]);
});

test("whom a message is for, and whom not", () => {
  const app = new App<Data>(silent);
  const socket = undefined as unknown as ServerSocket<Data, { readonly room: string }>;
  const room = app.room("a");

  const audiences = () => [
    room.except(socket),
    room.except([socket, "muted", app.user("7")]),
    room.except(new Set([socket])),
    room.except("muted").except({ kind: "user", name: "7" }),
    app.to("a"),
    app.to([room, "b", app.user("7")]),
    app.everyone.except(room.sockets),
  ];
  expectTypeOf(audiences).returns.toEqualTypeOf<Audience<ServerSocket<Data>>[]>();
  // @ts-expect-error a number is nobody
  const nobody = () => room.except(5);
  // @ts-expect-error nor is it a room
  const nowhere = () => app.to(5);
  void [nobody, nowhere];
  room.send("x", { key: "price" });
  room.sendJson({ a: 1 }, { key: "price", mode: "binary" });
  // @ts-expect-error a key is text
  room.send("x", { key: 5 });
  expectTypeOf(room.send("x")).toEqualTypeOf<void>();

  expect(app.to(["a"]).except([])).toBeDefined();
});

test("what members show is what one says it is", async () => {
  const app = new App(silent);
  const room = app.room("a");

  expectTypeOf(await room.count()).toEqualTypeOf<number>();
  expectTypeOf(await room.who()).toEqualTypeOf<PresentMember[]>();
  expectTypeOf(await room.who<Data>()).toEqualTypeOf<PresentMember<Data>[]>();
  expectTypeOf((await room.who()).map(({ info }) => info)).toEqualTypeOf<unknown[]>();
  const stop = room.onJoin(({ id, userId, info }) => {
    expectTypeOf(id).toEqualTypeOf<string>();
    expectTypeOf(userId).toEqualTypeOf<string | undefined>();
    expectTypeOf(info).toEqualTypeOf<unknown>();
  });
  expectTypeOf(stop).toEqualTypeOf<() => void>();

  expect(stop()).toBeUndefined();
});

test("a broker is what its contract says, and opens rooms without a server", async () => {
  expectTypeOf(memory()).toExtend<Broker>();
  expectTypeOf(openRooms).parameter(0).toEqualTypeOf<Broker>();
  await using rooms = await openRooms(memory(), { logger: false, wait: true });
  expectTypeOf(rooms).toEqualTypeOf<OpenRooms>();
  expectTypeOf(rooms.broker.state).toEqualTypeOf<"idle" | "connecting" | "connected" | "closed">();
  // @ts-expect-error an address alone is no broker
  const app = () => new App({ broker: "redis://localhost" });
  // @ts-expect-error there is no such policy
  const policy = () => new App({ slowConsumer: "drop" });
  void [
    app,
    policy,
    new App({ ...silent, slowConsumer: "latest-by-key", broker: memory(), publishOverflow: "drop-newest" }),
  ];

  expect(rooms.broker.state).toBe("connected");
});
