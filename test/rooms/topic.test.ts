/** Topics: one for each room and user, none for what has no name. */

import { describe, expect, test } from "vitest";
import type { RoomInput } from "../../src/rooms/topic.ts";
import {
  EVERYONE,
  presenceTopicOf,
  roomNameOf,
  topicOf,
  topicOfPresence,
  toTopic,
  toTopics,
} from "../../src/rooms/topic.ts";

const NAMES = ["a", "*", "r:a", "u:7", "p:r:a", " ", ".", ">", "é", "\u{1f389}", "\ud800", "\0", "x".repeat(10_000)];

describe("a topic", () => {
  test("is another one for each kind and name, whatever is in the name", () => {
    const topics = NAMES.flatMap((name) => [topicOf("room", name), topicOf("user", name)]);
    const all = [EVERYONE, ...topics, ...topics.map(presenceTopicOf)];

    expect(new Set(all).size).toBe(1 + 4 * NAMES.length);
  });

  test("leads back to the name of its room, and that of presence to its topic", () => {
    for (const name of NAMES) {
      expect(roomNameOf(topicOf("room", name))).toBe(name);
      expect(roomNameOf(topicOf("user", name))).toBeUndefined();
      expect(topicOfPresence(presenceTopicOf(topicOf("room", name)))).toBe(topicOf("room", name));
      expect(topicOfPresence(topicOf("room", name))).toBeUndefined();
    }
    expect([roomNameOf(EVERYONE), topicOfPresence(EVERYONE)]).toEqual([undefined, undefined]);
  });

  test("is the same for a name and a handle", () => {
    expect(toTopic("a")).toBe(toTopic({ kind: "room", name: "a" }));
    expect(toTopic({ kind: "user", name: "a" })).toBe(topicOf("user", "a"));
    expect(toTopic({ kind: "user", name: "a" })).not.toBe(toTopic("a"));
  });

  test("of several is a list without doubles, in their order", () => {
    const user = { kind: "user", name: "7" } as const;

    expect(toTopics(["b", "a", { kind: "room", name: "b" }, user])).toEqual(["b", "a", user].map(toTopic));
    expect(toTopics("a")).toEqual([toTopic("a")]);
    expect(toTopics(user)).toEqual([toTopic(user)]);
    expect(toTopics([])).toEqual([]);
    expect(toTopics(new Set(["b", user, "a"]))).toEqual(["b", user, "a"].map(toTopic));
  });

  test.each<[unknown, string]>([
    ["", '""'],
    [undefined, "undefined"],
    [null, "null"],
    [5, "5"],
    [{}, "[object Object]"],
    [{ kind: "choir", name: "a" }, "[object Object]"],
    [new Set(["a"]), "[object Set]"],
    [{ kind: "room", name: "" }, '""'],
    [{ kind: "user", name: 7 }, "7"],
  ])("is nothing that %j has", (room, named) => {
    const sentence = `a room is named by a string that is not empty, got ${named}`;

    expect(() => toTopic(room as RoomInput)).toThrow(
      expect.objectContaining({ code: "BAD_ROOM_NAME", message: sentence }),
    );
    expect(() => toTopics([room as RoomInput])).toThrow(expect.objectContaining({ code: "BAD_ROOM_NAME" }));
  });
});
