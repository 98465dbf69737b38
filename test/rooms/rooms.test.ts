/** Rooms in memory: who is in which, who hears of what, and that nothing is left. */

import { describe, expect, test } from "vitest";
import type { Message } from "../../src/protocol/message.ts";
import { nodePlatform } from "../../src/protocol/node/platform.ts";
import type { PreparedMessage } from "../../src/protocol/prepared-message.ts";
import type { Member } from "../../src/rooms/member.ts";
import { deliver } from "../../src/rooms/member.ts";
import { Rooms } from "../../src/rooms/rooms.ts";

/** Writes down what it gets. */
class Listener implements Member {
  readonly heard: Message[] = [];
  readonly messages: PreparedMessage[] = [];

  [deliver](message: PreparedMessage): void {
    this.heard.push(message.data);
    this.messages.push(message);
  }
}

function makeRooms() {
  const errors: unknown[] = [];
  const rooms = new Rooms<Listener>({ platform: nodePlatform, json: JSON, onError: (error) => errors.push(error) });
  return { rooms, errors };
}

describe("a room", () => {
  test("is there while somebody is in it, and a handle on it works before and after", () => {
    const { rooms } = makeRooms();
    const handle = rooms.room("choir");
    const ada = new Listener();

    handle.sendText("nobody hears this");
    rooms.join(ada, "choir");
    rooms.join(ada, "choir");
    expect([handle.size, [...handle.members], [...rooms.names]]).toEqual([1, [ada], ["choir"]]);
    handle.sendText("hello");
    rooms.leave(ada, "choir");
    handle.sendText("nobody is left");

    expect(ada.heard).toEqual(["hello"]);
    expect([handle.size, rooms.size]).toEqual([0, 0]);
  });

  test("sends one message that was made ready once to all", () => {
    const { rooms } = makeRooms();
    const members = [new Listener(), new Listener()];
    for (const member of members) rooms.join(member, "choir");

    rooms.room("choir").sendJson({ a: 1 });
    rooms.room("choir").sendJson([2], { mode: "binary" });

    expect(members[0]!.heard).toEqual(['{"a":1}', new TextEncoder().encode("[2]")]);
    expect(members[0]!.messages).toEqual(members[1]!.messages);
    expect(members[0]!.messages[0]).toBe(members[1]!.messages[0]);
  });

  test("keeps bytes as they were when they were sent", () => {
    const { rooms } = makeRooms();
    const ada = new Listener();
    rooms.join(ada, "choir");
    const bytes = Buffer.of(1, 2);

    rooms.room("choir").sendBytes(bytes);
    bytes.fill(9);

    expect(ada.heard).toEqual([Uint8Array.of(1, 2)]);
  });

  test("goes on when a member throws, and says so", () => {
    const { rooms, errors } = makeRooms();
    const broken = new Listener();
    broken[deliver] = () => {
      throw new Error("broken");
    };
    const ada = new Listener();
    rooms.join(broken, "choir");
    rooms.join(ada, "choir");

    rooms.room("choir").sendText("hello");

    expect(ada.heard).toEqual(["hello"]);
    expect(errors).toEqual([new Error("broken")]);
  });

  test("may lose members while it sends", () => {
    const { rooms } = makeRooms();
    const [ada, bob] = [new Listener(), new Listener()];
    rooms.join(ada, "choir");
    rooms.join(bob, "choir");
    ada[deliver] = () => rooms.leaveAll(bob);

    rooms.room("choir").sendText("hello");

    expect([bob.heard, rooms.room("choir").size]).toEqual([[], 1]);
  });

  test.each(["", undefined, 5, null])("is not named %j", (name) => {
    const { rooms } = makeRooms();

    expect(() => rooms.room(name as string)).toThrow(expect.objectContaining({ code: "BAD_ROOM_NAME" }));
    expect(() => rooms.union([name as string])).toThrow(expect.objectContaining({ code: "BAD_ROOM_NAME" }));
  });
});

describe("several rooms", () => {
  test("tell each member once, and leave one out", () => {
    const { rooms } = makeRooms();
    const [ada, bob, cy] = [new Listener(), new Listener(), new Listener()];
    for (const name of ["a", "b"]) for (const member of [ada, bob]) rooms.join(member, name);
    const b = rooms.join(cy, "b");

    rooms.union(["a", b], ada).send("hello");

    expect([ada, bob, cy].map(({ heard }) => heard)).toEqual([[], ["hello"], ["hello"]]);
  });

  test("are all left at once, and nothing stays", () => {
    const { rooms } = makeRooms();
    const ada = new Listener();
    rooms.join(ada, "a");
    rooms.join(ada, "b");
    expect(rooms.of(ada)).toEqual(new Set(["a", "b"]));

    rooms.leaveAll(ada);
    rooms.leaveAll(ada);

    expect([rooms.size, rooms.of(ada).size]).toEqual([0, 0]);
  });
});

test.each([5, undefined, {}, null])("what is no message is not sent: %j", (message) => {
  const { rooms } = makeRooms();

  expect(() => rooms.room("a").send(message as unknown as string)).toThrow(/send/);
  expect(() => rooms.room("a").sendText(message as unknown as string)).toThrow(/sendText/);
  expect(() => rooms.room("a").sendBytes(message as unknown as Uint8Array)).toThrow(/sendBytes/);
});
