/** The clauses of the broker suite on topics: any string is one, and none is mistaken for another. */

import { expect, test } from "vitest";
import type { BrokerLab } from "./broker-lab.ts";
import { publication } from "./broker-lab.ts";

/** Names that mean something to some engine, and names that are easily taken for others. */
export const HOSTILE_TOPICS: readonly string[] = [
  ...["", " ", "a", "A", "a ", " a", "a b", "a\tb", "a.b", "a:b", "a/b", "a-b", "a_b", "a=b", "a+b", "a,b"],
  ...["*", "**", ">", ".", "..", "a.", ".a", "a.*", "*.b", "a.>", "a*", "?", "a?", "?[x]", "[ab]", "[^z]", "\\*", "\\"],
  ...["$SYS.>", "_INBOX.>", "$KV.x", "{a}", "{", "}", "{}a", "%2A", "%", "*2", "_2a", "=2A", "&#42;", "Kg", "Kg=="],
  ...["\n", "\r\n", "a\nb", "a\r\nPUB b 0\r\n\r\n", "\0", "a\0", "a\0b", "\u007f", "\u0080", "\u00a0", "\u2028"],
  ...["ü", "u\u0308", "\u212b", "å", "ß", "ss", "日本", "😀", "\ufeff", "\ufeffa", "\ufffd"],
  ...["\ud83d", "\ude00", "\ud800", "\ud801", "\udfff", "\ude00\ud83d", "a\ud800", "\ud800a"],
  ...["__proto__", "constructor", "toString", "r:lobby", "u:42", "p:r:lobby", "0", "00", "-0", "null", "undefined"],
  ...["x".repeat(10_000), `${"x".repeat(9_999)}y`, `y${"x".repeat(9_999)}`, "x".repeat(9_999), "😀".repeat(5_000)],
];

export function topicClauses(open: () => BrokerLab): void {
  test("every name among the hostile ones is there once", () => {
    expect(new Set(HOSTILE_TOPICS).size).toBe(HOSTILE_TOPICS.length);
  });

  test("whoever subscribes to all of them hears each once, by its name", async () => {
    const [alice, bob] = await open().connectTwo();
    await bob.subscribe(...HOSTILE_TOPICS);

    await alice.connection.publish(HOSTILE_TOPICS.map((topic, index) => publication(topic, String(index))));

    await bob.hearsSoMany(HOSTILE_TOPICS.length);
    await expectEachOnce(bob.heard);
  });

  test("whoever subscribes to one of them hears nothing of the others", async () => {
    const [alice, bob] = await open().connectTwo();

    for (const [index, topic] of HOSTILE_TOPICS.entries()) {
      await bob.subscribe(topic);
      const others = HOSTILE_TOPICS.filter((other) => other !== topic && other.length < 1_000);
      const cousins =
        topic.length < 1_000 ? [] : HOSTILE_TOPICS.filter((other) => other !== topic && other.length > 1_000);
      await alice.connection.publish([
        ...[...others, ...cousins].map((other) => publication(other, "for somebody else")),
        publication(topic, String(index)),
      ]);
      await bob.until(`what was published to ${JSON.stringify(topic.slice(0, 40))}`, () =>
        bob.heard.some((heard) => heard.topic === topic),
      );
      await bob.unsubscribe(topic);
    }

    await expectEachOnce(bob.heard);
  });

  test("namespaces are apart, also where name and topic together read the same", async () => {
    const lab = open();
    const [here, there] = [lab.namespace, `${lab.namespace}a`];
    const alice = await lab.connect({ broker: lab.broker(here) });
    const bob = await lab.connect({ broker: lab.broker(here) });
    const carol = await lab.connect({ broker: lab.broker(there) });
    const topics = ["t", "at", ":t", "a:t", ".t", "a.t", "*", ">", "", "a"];
    await bob.subscribe(...topics);
    await carol.subscribe(...topics);

    await alice.connection.publish(topics.map((topic) => publication(topic, "here")));
    await bob.hearsSoMany(topics.length);
    const dave = await lab.connect({ broker: lab.broker(there) });
    await dave.connection.publish(topics.map((topic) => publication(topic, "there")));
    await carol.hearsSoMany(topics.length);

    expect(topics.map((topic) => bob.texts(topic))).toEqual(topics.map(() => ["here"]));
    expect(topics.map((topic) => carol.texts(topic))).toEqual(topics.map(() => ["there"]));
  });
}

async function expectEachOnce(heard: readonly { readonly topic: string; readonly envelope: Uint8Array }[]) {
  const found = heard.map(({ topic, envelope }) => [topic, new TextDecoder().decode(envelope)]);
  const sorted = found.sort(([, a], [, b]) => Number(a) - Number(b));
  expect(sorted).toEqual(HOSTILE_TOPICS.map((topic, index) => [topic, String(index)]));
}
