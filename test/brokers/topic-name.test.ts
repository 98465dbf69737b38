/** Names of topics: safe, short, and one for each string. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LONGEST_TOPIC_NAME, topicName } from "../../src/brokers/topic-name.ts";

describe("the name of a topic", () => {
  test.each([
    ["lobby", "lobby"],
    ["r:lobby", "r=3Alobby"],
    ["Room_7-b", "Room_7-b"],
    ["*", "=2A"],
    ["a.b >", "a=2Eb=20=3E"],
    ["=", "=3D"],
    ["", "="],
    ["\0\n", "=00=0A"],
    ["ü€😀", "=C3=BC=E2=82=AC=F0=9F=98=80"],
    ["\ud800", "=ED=A0=80"],
    ["\udc00\ud800", "=ED=B0=80=ED=A0=80"],
    ["\ufffd", "=EF=BF=BD"],
  ])("%j is %s", (topic, name) => {
    expect(topicName(topic)).toBe(name);
  });

  test("stays whole up to the longest there is", () => {
    const topic = "x".repeat(LONGEST_TOPIC_NAME);
    expect(topicName(topic)).toBe(topic);
  });

  test("ends in a SHA-256 where it would be longer, and still begins as the topic does", () => {
    const name = topicName(`r:${"x".repeat(10_000)}`);
    expect(name).toMatch(/^r=3Ax{100,}==[A-Za-z0-9_-]{43}$/);
    expect(name).toHaveLength(LONGEST_TOPIC_NAME);
  });

  test("is cut before an escape, not within", () => {
    for (let shift = 0; shift < 3; shift++) {
      expect(topicName("x".repeat(shift) + ":".repeat(300))).toMatch(/^x{0,2}(=3A)+==[A-Za-z0-9_-]{43}$/);
    }
  });

  test.each([
    ["that differ in their last character", `${"x".repeat(9_999)}a`, `${"x".repeat(9_999)}b`],
    ["that differ in a half character", `${"x".repeat(9_999)}\ud800`, `${"x".repeat(9_999)}\ud801`],
    ["of which one is the name of the other", "x".repeat(300), topicName("x".repeat(300))],
  ])("is not shared by two long topics %s", (_how, one, other) => {
    expect(topicName(one)).not.toBe(topicName(other));
  });

  test("has safe characters only, and there is one for each string", () => {
    const anyString = fc.oneof(
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.array(fc.nat(0xffff), { maxLength: 120 }).map((units) => String.fromCharCode(...units)),
      fc
        .array(fc.constantFrom("=", "3", "A", ":", "\ud83d", "\ude00"), { maxLength: 6 })
        .map((parts) => parts.join("")),
    );
    const seen = new Map<string, string>();
    fc.assert(
      fc.property(anyString, (topic) => {
        const name = topicName(topic);
        expect(name).toMatch(/^[A-Za-z0-9_=-]{1,200}$/);
        expect(seen.get(name) ?? topic).toBe(topic);
        seen.set(name, topic);
      }),
      { numRuns: 2_000 },
    );
  });
});
