/** Rooms in one process: who is in which, who hears of what, and that nothing is left. */

import { describe, expect, test } from "vitest";
import { PreparedMessage } from "../../src/protocol/prepared-message.ts";
import { Singer } from "./singer.ts";
import { testRooms } from "./test-rooms.ts";

describe("a room", () => {
  test("is there while somebody is in it, and a handle on it works before and after", () => {
    const { rooms, platform, enter } = testRooms();
    const handle = rooms.room("choir");

    handle.sendText("nobody hears this");
    const ada = enter("choir", "choir");
    expect([handle.size, [...handle.sockets], [...handle], [...rooms.of(ada)]]).toEqual([1, [ada], [ada], ["choir"]]);
    handle.sendText("hello");
    rooms.leave(ada, "choir");
    handle.sendText("nobody is left");
    platform.turn();

    expect(ada.heard).toEqual(["hello"]);
    expect([handle.size, [...handle], rooms.of(ada).size]).toEqual([0, [], 0]);
  });

  test("has a name, and a kind that tells a user from a room of that name", () => {
    const { rooms, platform, enter } = testRooms();
    const [room, user] = [rooms.room("7"), rooms.user("7")];
    const ada = enter("7");

    expect([room.kind, room.name, user.kind, user.name]).toEqual(["room", "7", "user", "7"]);
    user.sendText("to the user");
    platform.turn();

    expect(ada.heard).toEqual([]);
    expect([room.size, user.size]).toEqual([1, 0]);
  });

  test("sends one message that was made ready once to all", () => {
    const { rooms, platform, enter } = testRooms();
    const members = [enter("choir"), enter("choir")];

    rooms.room("choir").sendJson({ a: 1 });
    rooms.room("choir").sendJson([2], { mode: "binary" });
    platform.turn();

    expect(members[0]!.heard).toEqual(['{"a":1}', new TextEncoder().encode("[2]")]);
    expect(members[0]!.messages).toEqual(members[1]!.messages);
    expect(members[0]!.messages[0]).toBe(members[1]!.messages[0]);
  });

  test("sends what was prepared as it is, unless it is given another key", () => {
    const { rooms, platform, enter } = testRooms();
    const ada = enter("choir");
    const message = new PreparedMessage("hello", platform, { key: "k" });

    rooms.room("choir").send(message);
    rooms.room("choir").send(message, { key: "k" });
    rooms.room("choir").send(message, { key: "another" });
    platform.turn();

    expect(ada.messages.slice(0, 2)).toEqual([message, message]);
    expect(ada.messages[0]).toBe(message);
    expect(ada.messages[1]).toBe(message);
    expect([ada.messages[2]!.data, ada.messages[2]!.key]).toEqual(["hello", "another"]);
  });

  test("keeps bytes as they were when they were sent, out of whatever view", () => {
    const { rooms, platform, enter } = testRooms();
    const ada = enter("choir");
    const views = [Buffer.of(1, 2), Uint8Array.of(1, 2), Uint8Array.of(0, 1, 2, 0).subarray(1, 3)];

    for (const bytes of views) {
      rooms.room("choir").sendBytes(bytes);
      rooms.room("choir").send(bytes);
      bytes.fill(9);
    }
    platform.turn();

    expect(ada.heard).toEqual(Array(6).fill(Uint8Array.of(1, 2)));
  });

  test.each(["send", "sendText", "sendBytes", "sendJson"] as const)(
    "gives the key of %s to its members' queues",
    (call) => {
      const { rooms, platform, enter } = testRooms();
      const ada = enter("choir");

      (rooms.room("choir")[call] as (message: unknown, options?: object) => void)(
        call === "sendBytes" ? Uint8Array.of(1) : "x",
        { key: "price" },
      );
      rooms.room("choir").sendText("without");
      platform.turn();

      expect(ada.messages.map(({ key }) => key)).toEqual(["price", undefined]);
    },
  );

  test("goes on when a member throws, and says so", () => {
    const { rooms, platform, reporter, enter } = testRooms();
    const [broken, ada] = [enter("choir"), enter("choir")];
    broken.onDeliver = () => {
      throw new Error("broken");
    };

    rooms.room("choir").sendText("hello");
    platform.turn();

    expect(ada.heard).toEqual(["hello"]);
    expect(reporter.memberErrors).toEqual([new Error("broken")]);
  });

  test("may lose members while it sends: what was sent is still for them", () => {
    const { rooms, platform, enter } = testRooms();
    const [ada, bob] = [enter("choir"), enter("choir")];
    ada.onDeliver = () => rooms.exit(bob);

    rooms.room("choir").sendText("hello");
    platform.turn();

    expect([bob.heard, rooms.room("choir").size]).toEqual([["hello"], 1]);
  });

  test.each(["", undefined, 5, null])("is not named %j", (name) => {
    const { rooms, enter } = testRooms();
    const ada = enter();

    for (const call of [
      () => rooms.room(name as string),
      () => rooms.user(name as string),
      () => rooms.union([name as string]),
      () => rooms.join(ada, name as string),
      () => rooms.leave(ada, name as string),
    ]) {
      expect(call).toThrow(expect.objectContaining({ code: "BAD_ROOM_NAME" }));
    }
    expect(rooms.of(ada).size).toBe(0);
  });

  test("can wait, count and say who is in it without a broker", async () => {
    const { rooms, enter } = testRooms();
    const ada = enter("choir");
    enter("choir");
    ada.userId = "7";
    rooms.identified(ada, undefined);
    rooms.join(ada, "choir", { info: { name: "Ada" } });
    const room = rooms.room("choir");

    await room.ready();

    expect(await room.count()).toBe(2);
    expect(await room.who()).toEqual([
      { id: ada.id, userId: "7", info: { name: "Ada" } },
      { id: expect.any(String), userId: undefined, info: undefined },
    ]);
    expect(await rooms.user("7").count()).toBe(1);
    expect(rooms.broker).toMatchObject({ name: "memory", place: "this process", state: "connected" });
    await rooms.broker.connect();
  });
});

describe("close", () => {
  test("closes all behind what was sent to them, with its code and reason", () => {
    const { rooms, platform, enter } = testRooms();
    const [ada, bob, cy] = [enter("choir"), enter("choir"), enter()];

    rooms.room("choir").sendText("goodbye");
    rooms.room("choir").close(4000, "over");
    rooms.room("choir").sendText("nobody is left");
    platform.turn();

    expect([ada.heard, bob.heard, cy.heard]).toEqual([
      ["goodbye", "close 4000 over"],
      ["goodbye", "close 4000 over"],
      [],
    ]);
  });

  test("is 1000 without a reason unless told otherwise", () => {
    const { rooms, enter } = testRooms();
    const ada = enter();

    rooms.everyone.close();

    expect(ada.heard).toEqual(["close 1000 "]);
  });

  test("leaves out whom it should", () => {
    const { rooms, enter } = testRooms();
    const [ada, bob, cy] = [enter("choir"), enter("choir", "moderators"), enter("choir")];

    rooms.room("choir").except([cy, "moderators"]).close(4000);

    expect([ada.heard, bob.heard, cy.heard]).toEqual([["close 4000 "], [], []]);
  });

  test("closes each once, out of several rooms", () => {
    const { rooms, enter } = testRooms();
    const closes: string[] = [];
    const ada = enter("a", "b");
    ada.close = () => closes.push("ada");

    rooms.union(["a", "b"]).close();

    expect(closes).toEqual(["ada"]);
  });

  test.each([0, 999, 1005, 1006, 1015, 5000, Number.NaN, "1000"])("is not %s: nobody is closed", (code) => {
    const { rooms, enter } = testRooms();
    const ada = enter("choir");

    expect(() => rooms.room("choir").close(code as number)).toThrow(expect.objectContaining({ name: "UsageError" }));

    expect(ada.heard).toEqual([]);
  });

  test("of one that throws is told of, and the others are closed", () => {
    const { rooms, reporter, enter } = testRooms();
    const [broken, ada] = [enter("choir"), enter("choir")];
    broken.close = () => {
      throw new Error("broken");
    };

    rooms.room("choir").close();

    expect(ada.heard).toEqual(["close 1000 "]);
    expect(reporter.memberErrors).toEqual([new Error("broken")]);
  });

  test("may make others leave meanwhile", () => {
    const { rooms, enter } = testRooms();
    const [ada, bob] = [enter("choir"), enter("choir")];
    ada.close = () => rooms.leave(bob, "choir");

    rooms.room("choir").close();

    expect(bob.heard).toEqual(["close 1000 "]);
  });
});

describe("several rooms", () => {
  test("tell each member once, and leave one out", () => {
    const { rooms, platform, enter } = testRooms();
    const [ada, bob, cy] = [enter("a", "b"), enter("a", "b"), enter("b")];

    rooms.union(["a", rooms.room("b")], [ada]).send("hello");
    platform.turn();

    expect([ada, bob, cy].map(({ heard }) => heard)).toEqual([[], ["hello"], ["hello"]]);
  });

  test("may be any iterable of rooms", () => {
    const { rooms, platform, enter } = testRooms();
    const [ada, bob] = [enter("a"), enter("b")];

    rooms.union(new Set(["a", "b"])).sendText("set");
    rooms.union(["a", "b"].values()).sendText("iterator");
    platform.turn();

    expect([ada.heard, bob.heard]).toEqual(Array(2).fill(["set", "iterator"]));
  });

  test("may be none, and then nobody hears", () => {
    const { rooms, platform, enter } = testRooms();
    const ada = enter("a");

    rooms.union([]).send("hello");
    rooms.union([]).close();
    platform.turn();

    expect(ada.heard).toEqual([]);
  });

  test("are all left at once, and nothing stays", () => {
    const { rooms, enter } = testRooms();
    const ada = enter("a", "b");
    ada.userId = "7";
    rooms.identified(ada, undefined);
    expect([...rooms.of(ada)]).toEqual(["a", "b"]);

    rooms.exit(ada);
    rooms.exit(ada);

    expect([rooms.of(ada).size, rooms.members.size, rooms.user("7").size, rooms.room("a").size]).toEqual([0, 0, 0, 0]);
  });

  test("everybody is one of them: those that have entered", () => {
    const { rooms, platform, enter } = testRooms();
    const [ada, gone] = [enter(), enter()];
    new Singer();
    rooms.exit(gone);

    rooms.everyone.sendText("hello");
    const late = enter();
    platform.turn();

    expect([ada.heard, gone.heard, late.heard]).toEqual([["hello"], [], []]);
    expect([...rooms.members]).toEqual([ada, late]);
  });
});

describe("users", () => {
  test("have all the sockets that said so, and are no rooms of theirs", () => {
    const { rooms, platform, enter } = testRooms();
    const [one, two, other] = [enter(), enter(), enter()];
    for (const [who, id] of [
      [one, "7"],
      [two, "7"],
      [other, "8"],
    ] as const) {
      who.userId = id;
      rooms.identified(who, undefined);
    }

    rooms.user("7").sendText("hello");
    platform.turn();

    expect([one.heard, two.heard, other.heard]).toEqual([["hello"], ["hello"], []]);
    expect([rooms.user("7").size, rooms.of(one).size]).toEqual([2, 0]);
  });

  test("may be said before it enters", () => {
    const { rooms } = testRooms();
    const ada = new Singer();
    ada.userId = "7";

    rooms.enter(ada);

    expect([...rooms.user("7")]).toEqual([ada]);
  });

  test("change, and end", () => {
    const { rooms, enter } = testRooms();
    const ada = enter();
    const sizes = () => [rooms.user("7").size, rooms.user("8").size];
    ada.userId = "7";
    rooms.identified(ada, undefined);
    rooms.identified(ada, "7");
    expect(sizes()).toEqual([1, 0]);
    ada.userId = "8";
    rooms.identified(ada, "7");
    expect(sizes()).toEqual([0, 1]);
    ada.userId = undefined;
    rooms.identified(ada, "8");

    expect(sizes()).toEqual([0, 0]);
  });
});

test.each([5, undefined, {}, null])("what is no message is not sent: %j", (message) => {
  const { rooms } = testRooms();

  expect(() => rooms.room("a").send(message as unknown as string)).toThrow(/send/);
  expect(() => rooms.room("a").sendText(message as unknown as string)).toThrow(/sendText/);
  expect(() => rooms.room("a").sendBytes(message as unknown as Uint8Array)).toThrow(/sendBytes/);
});

test("what has no JSON is not sent, nor shown", () => {
  const { rooms, platform, enter } = testRooms();
  const ada = enter("a");

  expect(() => rooms.room("a").sendJson(undefined)).toThrow(/sendJson/);
  expect(() => rooms.join(ada, "b", { info: () => {} })).toThrow(/join/);
  platform.turn();

  expect([ada.heard, [...rooms.of(ada)]]).toEqual([[], ["a"]]);
});
