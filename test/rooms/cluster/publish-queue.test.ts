/** What waits to be published: its order, its bound, both policies, and what is told of what is lost. */

import { describe, expect, test } from "vitest";
import type { Publication } from "../../../src/rooms/broker.ts";
import type { LostPublications, PublishOverflowPolicy } from "../../../src/rooms/cluster/publish-queue.ts";
import { PublishQueue } from "../../../src/rooms/cluster/publish-queue.ts";
import type { Deferred } from "../../support/deferred.ts";
import { deferred } from "../../support/deferred.ts";
import { turns } from "../../support/run.ts";
import { TurnedPlatform } from "../turned-platform.ts";

/** What one publication counts beside its bytes and its topic. */
const ENTRY = 128;

function makeQueue({ limit = 10_000, policy = "drop-oldest" as PublishOverflowPolicy } = {}) {
  const platform = new TurnedPlatform();
  const requests: (Deferred<void> & { readonly texts: string[] })[] = [];
  const lost: LostPublications[] = [];
  const queue = new PublishQueue({
    limit,
    policy,
    publish: (publications) => {
      const request = { ...deferred<void>(), texts: publications.map(textOf) };
      requests.push(request);
      return request.promise;
    },
    endOfTurn: (work) => platform.endOfTurn(work),
    onLost: (one) => lost.push(one),
  });
  const push = (...texts: readonly string[]) => {
    for (const text of texts) queue.push({ topic: "t", envelope: Buffer.from(text) });
  };
  return { queue, platform, requests, lost, push, texts: () => requests.map(({ texts }) => texts) };
}

function textOf({ envelope }: Publication): string {
  return envelope.length > 100 ? String(envelope.length) : Buffer.from(envelope).toString();
}

const big = (size: number) => "x".repeat(size);

describe("while the broker is there", () => {
  test("what one turn publishes goes out at its end, in one piece, in order", () => {
    const { queue, platform, push, texts } = makeQueue();
    queue.flow();

    push("1", "2", "3");
    expect(texts()).toEqual([]);
    expect(platform.atEnd).toBe(1);
    platform.end();
    push("4");
    platform.end();

    expect(texts()).toEqual([["1", "2", "3"], ["4"]]);
    expect(queue.bytes).toBe(0);
  });

  test("requests are pipelined: the second does not wait for the first", () => {
    const { queue, platform, push, requests } = makeQueue();
    queue.flow();

    for (const text of ["1", "2", "3"]) {
      push(text);
      platform.end();
    }

    expect(requests).toHaveLength(3);
  });

  test("about a megabyte is under way at a time; the rest waits in line until some of it is confirmed", async () => {
    const { queue, platform, push, requests, texts } = makeQueue({ limit: 10_000_000 });
    queue.flow();

    push(...Array(5).fill(big(600_000)), "small");
    platform.end();
    expect(texts()).toEqual([["600000", "600000"]]);
    push("after");
    platform.end();
    expect(requests).toHaveLength(1);
    expect(queue.bytes).toBe(3 * 600_000 + "small".length + "after".length + 5 * (ENTRY + 1));
    requests[0]!.resolve();
    await turns();

    expect(texts()).toEqual([
      ["600000", "600000"],
      ["600000", "600000"],
    ]);
    requests[1]!.resolve();
    await turns();
    expect(texts().at(-1)).toEqual(["600000", "small", "after"]);
  });

  test("one of more than that goes alone", async () => {
    const { queue, platform, push, texts, requests } = makeQueue({ limit: 10 });
    queue.flow();

    push(big(3_000_000));
    platform.end();
    push("next");
    platform.end();
    expect(texts()).toEqual([["3000000"]]);
    requests[0]!.resolve();
    await turns();

    expect(texts()).toEqual([["3000000"], ["next"]]);
  });

  test("more than may wait in one turn goes out before the turn ends, as far as the window goes", () => {
    const { queue, platform, push, lost, texts } = makeQueue({ limit: 1_000 });
    queue.flow();
    const sent = Array.from({ length: 100 }, (_, at) => `${at}`);

    push(...sent);
    platform.end();

    expect(lost).toEqual([]);
    expect(texts().flat()).toEqual(sent);
    expect(texts().length).toBeLessThan(30);
  });

  test("what is more than that is lost, though the broker is there", () => {
    const { queue, push, lost } = makeQueue({ limit: 1_000 });
    queue.flow();

    push(big(2_000_000), ...Array(20).fill("x".repeat(100)));

    expect(lost.length).toBeGreaterThan(10);
  });

  test("one request has a thousand at most", () => {
    const { queue, platform, push, texts } = makeQueue({ limit: 1e9 });
    queue.flow();

    push(...Array.from({ length: 2_500 }, (_, at) => String(at)));
    platform.end();

    expect(texts().map((batch) => batch.length)).toEqual([1_024, 1_024, 452]);
    expect(texts().flat()).toEqual(Array.from({ length: 2_500 }, (_, at) => String(at)));
  });
});

describe("while it is away", () => {
  test("all waits, and goes out in order when it is there", () => {
    const { queue, platform, push, texts } = makeQueue();

    push("1", "2");
    platform.end();
    expect([texts(), queue.bytes]).toEqual([[], 2 * (ENTRY + 2)]);
    queue.flow();
    push("3");
    platform.end();
    queue.hold();
    push("4");
    platform.end();
    expect(texts()).toEqual([["1", "2"], ["3"]]);
    queue.flow();

    expect(texts()).toEqual([["1", "2"], ["3"], ["4"]]);
  });

  test("it may go away before the turn ends, and come back", () => {
    const { queue, platform, push, texts } = makeQueue();
    queue.flow();

    push("1");
    queue.hold();
    platform.end();
    expect(texts()).toEqual([]);
    queue.flow();
    push("2");
    platform.end();

    expect(texts()).toEqual([["1"], ["2"]]);
  });

  test("drop-oldest: what has waited longest makes room, and is told with its bytes", () => {
    const limit = 3 * (ENTRY + 1 + 10);
    const { queue, push, texts, lost } = makeQueue({ limit });

    push("0123456789", "1123456789", "2123456789");
    expect(lost).toEqual([]);
    push("3123456789");
    expect(lost).toEqual([{ why: "overflow", messages: 1, bytes: 10 }]);
    push(big(140));
    queue.flow();

    expect(lost[1]).toEqual({ why: "overflow", messages: 2, bytes: 20 });
    expect(texts()).toEqual([["3123456789", "140"]]);
  });

  test("drop-newest: what comes has no room, and is told; what is smaller may still have", () => {
    const limit = 3 * (ENTRY + 1 + 10);
    const { queue, push, texts, lost } = makeQueue({ limit, policy: "drop-newest" });

    push("0123456789", "1123456789", big(150), "3123456789", "4123456789");
    queue.flow();

    expect(lost).toEqual([
      { why: "overflow", messages: 1, bytes: 150 },
      { why: "overflow", messages: 1, bytes: 10 },
    ]);
    expect(texts()).toEqual([["0123456789", "1123456789", "3123456789"]]);
  });

  test.each(["drop-oldest", "drop-newest"] as const)("%s: one always fits, however large", (policy) => {
    const { queue, push, texts, lost } = makeQueue({ limit: 10, policy });

    push(big(1_000));
    queue.flow();

    expect([texts(), lost]).toEqual([[["1000"]], []]);
  });

  test.each(["drop-oldest", "drop-newest"] as const)(
    "%s: a million publications take no more than the limit",
    (policy) => {
      const limit = 100_000;
      const { queue, push, lost } = makeQueue({ limit, policy });

      for (let at = 0; at < 1_000_000; at++) {
        push("0123456789");
        if (at % 1_000 === 0) expect(queue.bytes).toBeLessThanOrEqual(limit);
      }

      const kept = Math.floor(limit / (ENTRY + 11));
      expect(lost.reduce((sum, { messages }) => sum + messages, 0)).toBe(1_000_000 - kept);
    },
  );

  test("empty ones count, too", () => {
    const { push, lost } = makeQueue({ limit: 10 * ENTRY });

    push(...Array(20).fill(""));

    expect(lost.length).toBeGreaterThan(5);
  });
});

describe("a request that fails", () => {
  test("is told with what the client said, and is not sent again; those behind it go on", async () => {
    const { queue, platform, push, requests, lost, texts } = makeQueue();
    queue.flow();

    push("1", "22");
    platform.end();
    push("3");
    platform.end();
    const error = new Error("reset");
    requests[0]!.reject(error);
    await turns();
    queue.hold();
    queue.flow();

    expect(lost).toEqual([{ why: "unconfirmed", messages: 2, bytes: 3, error }]);
    expect(texts()).toEqual([["1", "22"], ["3"]]);
  });

  test("gives its place in the window back", async () => {
    const { queue, platform, push, requests } = makeQueue({ limit: 1e9 });
    queue.flow();
    push(big(2_000_000));
    platform.end();
    push("waits");
    platform.end();

    requests[0]!.reject(new Error("reset"));
    await turns();

    expect(requests).toHaveLength(2);
  });

  test("may throw at once", async () => {
    const lost: LostPublications[] = [];
    const queue = new PublishQueue({
      limit: 100,
      policy: "drop-oldest",
      publish: () => {
        throw new Error("at once");
      },
      endOfTurn: (work) => work(),
      onLost: (one) => lost.push(one),
    });
    queue.flow();

    queue.push({ topic: "t", envelope: Buffer.from("1") });
    await queue.flushed();

    expect(lost).toEqual([{ why: "unconfirmed", messages: 1, bytes: 1, error: new Error("at once") }]);
  });
});

describe("flushed", () => {
  test("resolves at once when nothing waits, else when the last one is confirmed or lost", async () => {
    const { queue, platform, push, requests } = makeQueue();
    const told: string[] = [];
    await queue.flushed();

    push("1");
    void queue.flushed().then(() => told.push("a"));
    queue.flow();
    void queue.flushed().then(() => told.push("b"));
    push("2");
    platform.end();
    await turns();
    expect(told).toEqual([]);
    requests[0]!.resolve();
    await turns();
    expect(told).toEqual([]);
    requests[1]!.reject(new Error("lost"));
    await turns();

    expect(told).toEqual(["a", "b"]);
  });
});

describe("close", () => {
  test("gives up what waits, and says so; those who wait for it are told", async () => {
    const { queue, push, lost } = makeQueue();
    push("1", "22");
    const flushed = queue.flushed();

    queue.close();
    await flushed;

    expect(lost).toEqual([{ why: "closed", messages: 2, bytes: 3 }]);
    expect(queue.bytes).toBe(0);
  });

  test("of nothing says nothing", () => {
    const { queue, lost } = makeQueue();

    queue.close();
    queue.close();

    expect(lost).toEqual([]);
  });

  test("takes nothing any more: it is lost at once, and nothing flows again", () => {
    const { queue, platform, push, lost, texts } = makeQueue();
    queue.close();

    push("1");
    queue.flow();
    push("2");
    queue.hold();
    queue.flow();
    platform.end();

    expect(lost).toEqual(Array(2).fill({ why: "closed", messages: 1, bytes: 1 }));
    expect(texts()).toEqual([]);
  });

  test("before the end of the turn: what it pushed is told as lost, not sent", () => {
    const { queue, platform, push, lost, texts } = makeQueue();
    queue.flow();
    push("1");

    queue.close();
    platform.end();

    expect([texts(), lost]).toEqual([[], [{ why: "closed", messages: 1, bytes: 1 }]]);
  });
});
