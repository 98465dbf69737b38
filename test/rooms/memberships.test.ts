/** Who is in which room: sets that are there while somebody is in them, and nothing afterwards. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Memberships } from "../../src/rooms/memberships.ts";
import { EVERYONE } from "../../src/rooms/topic.ts";
import { MemoryWatch } from "../support/memory.ts";

describe("memberships", () => {
  test("tell who is new, who was in, who is where", () => {
    const memberships = new Memberships<string>();

    expect([memberships.add("ada", "r:a"), memberships.add("ada", "r:a"), memberships.add("bob", "r:a")]).toEqual([
      true,
      false,
      true,
    ]);
    memberships.add("ada", "u:7");
    expect([...memberships.at("r:a")]).toEqual(["ada", "bob"]);
    expect([...memberships.of("ada")]).toEqual(["r:a", "u:7"]);
    expect([...memberships.topics()]).toEqual(["r:a", "u:7"]);

    expect([
      memberships.remove("ada", "r:a"),
      memberships.remove("ada", "r:a"),
      memberships.remove("cy", "r:b"),
    ]).toEqual([true, false, false]);
    expect([...memberships.at("r:a")]).toEqual(["bob"]);
    expect([...memberships.of("ada")]).toEqual(["u:7"]);
  });

  test("know everybody apart: no topic of a member's, and never dropped", () => {
    const memberships = new Memberships<string>();
    const { everyone } = memberships;

    memberships.add("ada", EVERYONE);
    expect([[...everyone], [...memberships.of("ada")], [...memberships.topics()]]).toEqual([["ada"], [], []]);
    expect(memberships.at(EVERYONE)).toBe(everyone);
    expect(memberships.remove("ada", EVERYONE)).toBe(true);
    memberships.add("bob", EVERYONE);

    expect([...everyone]).toEqual(["bob"]);
    expect(memberships.remove("ada", EVERYONE)).toBe(false);
  });

  test("whoever was in an empty room is not in the next one of its name", () => {
    const memberships = new Memberships<string>();
    memberships.add("ada", "r:a");
    const before = memberships.at("r:a");
    memberships.remove("ada", "r:a");
    memberships.add("bob", "r:a");

    expect([[...before], [...memberships.at("r:a")]]).toEqual([[], ["bob"]]);
  });

  test("are a table of pairs, whatever comes and goes", () => {
    const pair = fc.tuple(fc.boolean(), fc.constantFrom("ada", "bob", "cy"), fc.constantFrom("r:a", "r:b", "u:7"));
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 100 }), (steps) => {
        const memberships = new Memberships<string>();
        const table = new Set<string>();
        for (const [isAdded, who, topic] of steps) {
          const key = `${who} ${topic}`;
          const isIn = table.has(key);
          expect(isAdded ? memberships.add(who, topic) : memberships.remove(who, topic)).toBe(isAdded !== isIn);
          if (isAdded) table.add(key);
          else table.delete(key);
        }
        const found = [...memberships.topics()].flatMap((topic) =>
          [...memberships.at(topic)].map((who) => `${who} ${topic}`),
        );
        expect(found.sort()).toEqual([...table].sort());
        const byMember = ["ada", "bob", "cy"].flatMap((who) =>
          [...memberships.of(who)].map((topic) => `${who} ${topic}`),
        );
        expect(byMember.sort()).toEqual([...table].sort());
      }),
    );
  });

  test("a million empty names leave nothing behind", () => {
    const memberships = new Memberships<object>();
    const ada = {};
    const memory = new MemoryWatch();

    for (let at = 0; at < 1_000_000; at++) {
      memberships.add(ada, `r:${at}`);
      memberships.remove(ada, `r:${at}`);
      memberships.at(`r:${at}`);
    }

    memory.look();
    expect([[...memberships.topics()], memberships.of(ada).size]).toEqual([[], 0]);
    expect(memory.mostHeld).toBeLessThan(5_000_000);
  });

  test("a million members leave nothing behind", () => {
    const memberships = new Memberships<object>();
    const memory = new MemoryWatch();

    for (let at = 0; at < 1_000_000; at++) {
      const who = {};
      memberships.add(who, "r:a");
      memberships.remove(who, "r:a");
    }

    memory.look();
    expect([...memberships.topics()]).toEqual([]);
    expect(memory.mostHeld).toBeLessThan(5_000_000);
  });
});
