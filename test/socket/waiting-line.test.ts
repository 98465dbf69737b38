/** What waits for a slow peer, under each policy: above all `latest-by-key`, where only the newest value of a key counts. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PreparedMessage } from "../../src/protocol/prepared-message.ts";
import { ENTRY } from "../../src/protocol/send-order.ts";
import { ByteBudget } from "../../src/socket/byte-budget.ts";
import type { QueuedMessage } from "../../src/socket/send-entry.ts";
import type { DropReport, SlowConsumerPolicy } from "../../src/socket/socket-config.ts";
import { WaitingLine } from "../../src/socket/waiting-line.ts";
import { Wheel } from "../../src/socket/wheel.ts";
import { MemoryWatch } from "../support/memory.ts";
import { makeConfig } from "../support/socket-pair.ts";
import { TestClock } from "../support/test-clock.ts";
import { TestPlatform } from "../support/test-platform.ts";

function makeLine(slowConsumer: SlowConsumerPolicy = "latest-by-key", sendBuffer = 100_000) {
  const clock = new TestClock();
  const budget = new ByteBudget(Number.POSITIVE_INFINITY);
  const reports: (DropReport & { readonly id: string })[] = [];
  const overflows: number[] = [];
  const { config } = makeConfig("server", {
    clock,
    budget,
    wheel: new Wheel(clock),
    slowConsumer,
    limits: { sendBuffer },
    reporter: { dropped: (id, drop) => reports.push({ id, ...drop }) },
  });
  const line = new WaitingLine({ id: "s1", config, sendQueueOnOverflow: (size) => overflows.push(size) });
  /** Texts: `key=value`, or a value without a key. */
  const admit = (...texts: readonly string[]) => {
    for (const text of texts) line.admit(entryOf(text), 0);
  };
  /** Takes all that is left. */
  const rest = () => {
    const all: string[] = [];
    for (let entry = line.shift(); entry !== undefined; entry = line.shift()) {
      all.push(entry.type === "turn" ? "turn" : String(entry.message));
    }
    return all;
  };
  return { line, admit, rest, budget, reports, overflows };
}

function entryOf(text: string, out?: (isOut: boolean) => void): QueuedMessage {
  const at = text.indexOf("=");
  return { type: "message", message: text, compress: true, key: at === -1 ? undefined : text.slice(0, at), out };
}

const bytesOf = (texts: readonly string[]) => texts.reduce((sum, text) => sum + text.length + ENTRY, 0);

describe("latest-by-key", () => {
  test("keeps the newest of each key, where it came, and what has no key", () => {
    const { line, admit, rest } = makeLine();

    admit("a=1", "x", "b=1", "a=2", "y", "a=3", "c=1", "b=2", "x");

    expect(line.length).toBe(6);
    expect(rest()).toEqual(["x", "y", "a=3", "c=1", "b=2", "x"]);
    expect([line.length, line.bytes]).toEqual([0, 0]);
  });

  test("an empty key is a key like others", () => {
    const { admit, rest } = makeLine();

    admit("=1", "x", "=2");

    expect(rest()).toEqual(["x", "=2"]);
  });

  test("what has left the line is not replaced any more", () => {
    const { line, admit, rest, reports } = makeLine();

    admit("a=1", "b=1");
    line.shift();
    admit("a=2", "b=2");

    expect(rest()).toEqual(["a=2", "b=2"]);
    expect(reports).toHaveLength(1);
  });

  test("counts what it drops and reports it with the policy, the message's bytes and the socket", () => {
    const { line, admit, reports } = makeLine();

    admit("a=first", "a=2", "a=3");

    expect(line.dropped).toBe(2);
    expect(reports).toEqual([
      { id: "s1", policy: "latest-by-key", messages: 1, bytes: "a=first".length },
      { id: "s1", policy: "latest-by-key", messages: 1, bytes: "a=2".length },
    ]);
  });

  test("who waits for bytes that are replaced has them back at once", () => {
    const { line } = makeLine();
    const told: string[] = [];

    line.admit(
      entryOf("a=1", (isOut) => told.push(`first ${isOut}`)),
      0,
    );
    line.admit(
      entryOf("a=2", (isOut) => told.push(`second ${isOut}`)),
      0,
    );

    expect(told).toEqual(["first true"]);
  });

  test("knows the keys of what was prepared for many, too", () => {
    const { line } = makeLine();
    const platform = new TestPlatform();
    const prepared = (text: string) => new PreparedMessage(text, platform, { key: "a" });
    const [first, second] = [prepared("1"), prepared("2")];

    for (const message of [first, second]) {
      line.admit({ type: "message", message, compress: true, key: message.key, out: undefined }, 0);
    }

    expect(line.shift()).toMatchObject({ message: second });
    expect(line.shift()).toBeUndefined();
  });

  test("closes when the rest is too much: for what has no key, or many keys", () => {
    for (const name of [() => "x", (at: number) => `${at}`]) {
      const { line, overflows } = makeLine("latest-by-key", 1_000);

      for (let at = 0; overflows.length === 0 && at < 100; at++) {
        line.admit({ ...entryOf("0123456789"), key: name(at) === "x" ? undefined : name(at) }, 0);
      }

      expect(line.length).toBe(Math.floor((1_000 - 10) / (10 + ENTRY)) + 1);
      expect(overflows).toHaveLength(1);
      expect(overflows[0]).toBeGreaterThan(1_000);
    }
  });

  test("does not close for what is replaced: that takes no room", () => {
    const { admit, overflows, rest } = makeLine("latest-by-key", 1_000);

    for (let at = 0; at < 10_000; at++) admit(`a=${at}`, `b=${at}`);

    expect(overflows).toEqual([]);
    expect(rest()).toEqual(["a=9999", "b=9999"]);
  });

  test("one message always fits, however large, and one that replaces the only one", () => {
    const { admit, overflows } = makeLine("latest-by-key", 10);

    admit(`a=${"x".repeat(1_000)}`, `a=${"y".repeat(2_000)}`);

    expect(overflows).toEqual([]);
  });

  test("what lies with the transport counts", () => {
    const { line, overflows } = makeLine("latest-by-key", 1_000);

    line.admit(entryOf("first"), 990);
    line.admit(entryOf("second"), 990);

    expect(overflows).toEqual([990 + "first".length + ENTRY + "second".length]);
    expect(line.length).toBe(1);
  });

  test("leaves turns where they stand", () => {
    const { line, admit, rest } = makeLine();

    admit("a=1");
    line.wait(() => {});
    admit("a=2", "b=1");

    expect(rest()).toEqual(["turn", "a=2", "b=1"]);
  });

  test("starts afresh after it was cleared", () => {
    const { line, admit, rest, budget } = makeLine();
    for (let at = 0; at < 40; at++) admit(`a=${at}`, `b=${at}`);

    line.clear();
    expect([line.length, line.bytes, budget.used]).toEqual([0, 0, 0]);
    admit("a=new", "c");

    expect(line.bytes).toBe(bytesOf(["a=new", "c"]));
    expect(rest()).toEqual(["a=new", "c"]);
    expect(budget.used).toBe(0);
  });

  test("a million updates of a few keys keep memory flat", () => {
    const { line, admit, rest, budget, reports } = makeLine();
    const memory = new MemoryWatch();

    admit("x");
    for (let at = 0; at < 1_000_000; at++) {
      admit(`key${at % 10}=${at}`);
      reports.length = 0;
    }
    memory.look();

    expect([line.length, line.dropped]).toEqual([11, 999_990]);
    expect(memory.mostHeld).toBeLessThan(5_000_000);
    expect(budget.used).toBeLessThan(500 * (ENTRY + 20));
    expect(rest()).toEqual(["x", ...Array.from({ length: 10 }, (_, at) => `key${at}=${999_990 + at}`)]);
    expect(budget.used).toBe(0);
  });

  test("a line that is read now and then is that of a list, whatever comes", () => {
    const op = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.tuple(fc.constantFrom("a", "b", "c", "d"), fc.nat(99)).map(([key, n]) => `${key}=${n}`),
      },
      { weight: 1, arbitrary: fc.nat(9).map(String) },
      { weight: 3, arbitrary: fc.constant("shift") },
      { weight: 1, arbitrary: fc.constant("turn") },
    );
    fc.assert(
      fc.property(fc.array(op, { maxLength: 600, minLength: 1, size: "max" }), (ops) => {
        const { line, admit, rest, budget } = makeLine("latest-by-key", Number.MAX_SAFE_INTEGER);
        let list: string[] = [];
        let dropped = 0;
        for (const one of ops) {
          if (one === "shift") {
            const entry = line.shift();
            expect(entry === undefined || entry.type === "turn" ? entry?.type : entry.message).toBe(list.shift());
          } else if (one === "turn") {
            line.wait(() => {});
            list.push("turn");
          } else {
            const { key } = entryOf(one);
            const kept = key === undefined ? list : list.filter((text) => !text.startsWith(`${key}=`));
            dropped += list.length - kept.length;
            list = [...kept, one];
            admit(one);
          }
          const bytes = bytesOf(list.map((text) => (text === "turn" ? "" : text)));
          expect([line.length, line.bytes, line.dropped]).toEqual([list.length, bytes, dropped]);
        }
        expect(rest()).toEqual(list);
        expect(budget.used).toBe(0);
      }),
      { numRuns: 100 },
    );
  });
});

describe("the other policies", () => {
  test.each(["close", "drop-oldest", "drop-newest"] as const)("%s: keys mean nothing", (policy) => {
    const { line, admit, rest, reports } = makeLine(policy);

    admit("a=1", "a=2", "a=3");

    expect([line.dropped, reports]).toEqual([0, []]);
    expect(rest()).toEqual(["a=1", "a=2", "a=3"]);
  });

  test("drop-oldest: what has waited longest makes room, in one report", () => {
    const { line, admit, rest, reports, overflows } = makeLine("drop-oldest", 3 * (ENTRY + 10));

    admit("0123456789", "1123456789", "2123456789", "3123456789".repeat(20));

    expect(reports).toEqual([{ id: "s1", policy: "drop-oldest", messages: 2, bytes: 20 }]);
    expect(line.dropped).toBe(2);
    expect(rest()).toEqual(["2123456789", "3123456789".repeat(20)]);
    expect(overflows).toEqual([]);
  });

  test("drop-oldest: no further than a turn; then what comes is dropped", () => {
    const { line, admit, rest, reports } = makeLine("drop-oldest", 3 * (ENTRY + 10));

    admit("0123456789");
    line.wait(() => {});
    admit("1123456789", "2123456789", "3123456789".repeat(20));

    expect(reports.map(({ messages }) => messages)).toEqual([1, 1]);
    expect(rest()).toEqual(["turn", "1123456789", "2123456789"]);
  });

  test("drop-newest: what comes has no room", () => {
    const { admit, rest, reports } = makeLine("drop-newest", 2 * (ENTRY + 10));

    admit("0123456789", "1123456789", "2123456789");

    expect(reports).toEqual([{ id: "s1", policy: "drop-newest", messages: 1, bytes: 10 }]);
    expect(rest()).toEqual(["0123456789", "1123456789"]);
  });

  test("close: says by how much", () => {
    const { admit, overflows, reports } = makeLine("close", 2 * (ENTRY + 10));

    admit("0123456789", "1123456789", "2123456789");

    expect([overflows, reports]).toEqual([[2 * (ENTRY + 10) + 10], []]);
  });
});
