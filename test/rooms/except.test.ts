/** Leaving out: a socket, several, a room, a user, and chains of these. */

import { describe, expect, test } from "vitest";
import type { Excepted } from "../../src/rooms/audience.ts";
import type { Singer } from "./singer.ts";
import { testRooms } from "./test-rooms.ts";

/** Four members of a choir; b and c are tenors, d is user 7. */
function choir() {
  const { rooms, platform, enter } = testRooms();
  const members = { a: enter("choir"), b: enter("choir", "tenors"), c: enter("tenors", "choir"), d: enter("choir") };
  members.d.userId = "7";
  rooms.identified(members.d, undefined);
  /** Whom a message reaches. */
  const reached = (send: () => void): string => {
    for (const who of Object.values(members)) who.heard.length = 0;
    send();
    platform.turn();
    return Object.entries(members)
      .filter(([, { heard }]) => heard.length === 1)
      .map(([name]) => name)
      .join("");
  };
  return { rooms, members, reached };
}

type Made = ReturnType<typeof choir>;

describe("except", () => {
  test.each<[string, (made: Made) => Excepted<Singer>, string]>([
    ["a socket", ({ members }) => members.a, "bcd"],
    ["sockets", ({ members }) => [members.a, members.d], "bc"],
    ["a set of sockets", ({ members }) => new Set([members.a, members.b]), "cd"],
    ["what a generator gives", ({ rooms }) => rooms.room("tenors").sockets.values(), "ad"],
    ["a name", () => "tenors", "ad"],
    ["names", () => ["tenors", "nobody"], "ad"],
    ["a room", ({ rooms }) => rooms.room("tenors"), "ad"],
    ["a user", ({ rooms }) => rooms.user("7"), "abc"],
    ["a user as it is referred to", () => ({ kind: "user", name: "7" }), "abc"],
    ["all kinds", ({ rooms, members }) => [members.a, "tenors", rooms.user("7")], ""],
    ["nobody", () => [], "abcd"],
    ["a room of nobody", () => "basses", "abcd"],
    ["a socket twice", ({ members }) => [members.a, members.a], "bcd"],
  ])("leaves out %s", (_what, who, expected) => {
    const made = choir();

    expect(made.reached(() => made.rooms.room("choir").except(who(made)).sendText("x"))).toBe(expected);
    expect(made.reached(() => made.rooms.everyone.except(who(made)).sendText("x"))).toBe(expected);
    expect(made.reached(() => made.rooms.union(["choir", "tenors"]).except(who(made)).sendText("x"))).toBe(expected);
  });

  test("can follow another, and what it follows stays as it was", () => {
    const { rooms, members, reached } = choir();
    const withoutA = rooms.room("choir").except(members.a);
    const withoutTenors = withoutA.except("tenors");
    const withoutD = withoutA.except(members.d);

    expect(reached(() => withoutTenors.sendText("x"))).toBe("d");
    expect(reached(() => withoutD.sendText("x"))).toBe("bc");
    expect(reached(() => withoutA.sendText("x"))).toBe("bcd");
    expect(reached(() => rooms.room("choir").sendText("x"))).toBe("abcd");
  });

  test("is as it is when the message is sent", () => {
    const { rooms, members, reached } = choir();
    const audience = rooms.room("choir").except("tenors");

    rooms.leave(members.b, "tenors");
    rooms.join(members.a, "tenors");

    expect(reached(() => audience.sendText("x"))).toBe("bd");
  });

  test("does not follow who leaves the other room before the turn", () => {
    const { rooms, members, reached } = choir();

    expect(
      reached(() => {
        rooms.room("choir").except("tenors").sendText("x");
        rooms.leave(members.b, "tenors");
        rooms.join(members.a, "tenors");
      }),
    ).toBe("ad");
  });

  test.each<[unknown, string]>([
    [5, "5"],
    [null, "null"],
    [undefined, "undefined"],
    [{}, "[object Object]"],
    [["choir", 5], "5"],
    [Symbol("x"), "Symbol(x)"],
  ])("takes no %o", (who, named) => {
    const { rooms } = choir();

    expect(() => rooms.room("choir").except(who as never)).toThrow(
      expect.objectContaining({ code: "BAD_EXCEPTION", message: `except() takes sockets and rooms, got ${named}` }),
    );
  });

  test.each(["", { kind: "room" }, { kind: "user", name: "" }, [""]])("takes no name that is none: %j", (who) => {
    const { rooms } = choir();

    expect(() => rooms.room("choir").except(who as never)).toThrow(expect.objectContaining({ code: "BAD_ROOM_NAME" }));
  });
});
