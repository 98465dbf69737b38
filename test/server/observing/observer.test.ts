/** Several observers as one. */

import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { combineObservers } from "../../../src/server/observing/combine-observers.ts";
import type { ErrorSignal, MessageSignal, Observer, WarningSignal } from "../../../src/server/observing/observer.ts";
import { signalNames } from "../../../src/server/observing/observer.ts";

const MESSAGE: MessageSignal = { id: "1", type: "text", size: 5 };
const WARNING: WarningSignal = { code: "TEST", message: "A test." };

/** An observer that keeps the errors it hears of. */
function listener() {
  const errors: ErrorSignal[] = [];
  return { errors, observer: { error: (event: ErrorSignal) => errors.push(event) } };
}

function throwing(error: unknown) {
  return () => {
    throw error;
  };
}

test("each hears what it has a method for, in order", () => {
  const heard: string[] = [];
  const combined = combineObservers([
    { messageSent: ({ size }) => heard.push(`first ${size}`) },
    { messageSent: ({ size }) => heard.push(`second ${size}`), warning: ({ code }) => heard.push(code) },
  ]);

  combined.messageSent?.(MESSAGE);
  combined.warning?.(WARNING);

  expect(heard).toEqual(["first 5", "second 5", "TEST"]);
});

test("it has only the methods that one of them has", () => {
  expect(Object.keys(combineObservers([{ warning: () => {} }, { messageSent: () => {}, error: () => {} }]))).toEqual([
    "messageSent",
    "error",
    "warning",
  ]);
  expect(combineObservers([])).toEqual({});
});

test("every signal passes", () => {
  const heard: string[] = [];
  const all = Object.fromEntries(signalNames.map((name) => [name, () => heard.push(name)]));

  const combined = combineObservers([all]) as Record<string, (event: unknown) => void>;
  for (const name of signalNames) combined[name]?.({});

  expect(heard).toEqual(signalNames);
});

test("a method that is a getter is asked at each call, so that nobody listening costs nothing", () => {
  const heard: number[] = [];
  let listens = false;
  const part: Observer = {
    get messageSent() {
      return listens ? ({ size }: MessageSignal) => heard.push(size) : undefined;
    },
  };
  const combined = combineObservers([part, { messageReceived: undefined }]);

  expect(combined.messageSent).toBeUndefined();
  expect(combined.messageReceived).toBeUndefined();
  listens = true;
  combined.messageSent?.(MESSAGE);
  listens = false;
  expect(combined.messageSent).toBeUndefined();
  expect(heard).toEqual([5]);
});

test("a class keeps its this", () => {
  class Counter implements Observer {
    count = 0;
    messageSent() {
      this.count++;
    }
  }
  const counter = new Counter();

  combineObservers([counter]).messageSent?.(MESSAGE);

  expect(counter.count).toBe(1);
});

describe("an observer that throws", () => {
  test("harms neither the caller nor the others, who hear of it once", () => {
    const error = new Error("mine");
    const [before, after] = [listener(), listener()];
    const heard: number[] = [];
    const combined = combineObservers([
      before.observer,
      { messageSent: throwing(error), error: throwing("not asked") },
      { ...after.observer, messageSent: ({ size }) => heard.push(size) },
    ]);

    combined.messageSent?.(MESSAGE);

    expect(heard).toEqual([5]);
    expect(before.errors).toEqual([{ error, where: "observer" }]);
    expect(after.errors).toEqual([{ error, where: "observer" }]);
  });

  test("at an error, is reported to the others, and there it ends", () => {
    const { errors, observer } = listener();
    const combined = combineObservers([{ error: throwing("one") }, { error: throwing("two") }, observer]);

    combined.error?.({ error: "first", where: "handler" });

    expect(errors.map(({ error, where }) => `${where}: ${error}`)).toEqual([
      "observer: one",
      "observer: two",
      "handler: first",
    ]);
  });

  test("with nobody else to hear it, is let be", () => {
    const combined = combineObservers([{ warning: throwing("lost") }]);

    expect(() => combined.warning?.(WARNING)).not.toThrow();
  });
});

test("an asynchronous observer that fails is caught and reported in the same way", async () => {
  const { errors, observer } = listener();
  const combined = combineObservers([
    { warning: () => Promise.reject(new Error("later")), error: () => Promise.reject(new Error("unheard")) },
    observer,
  ]);

  combined.warning?.(WARNING);
  combined.error?.({ error: "first", where: "handler" });
  await setImmediate();

  expect(errors.map(({ error }) => String(error))).toEqual(["first", "Error: later", "Error: unheard"]);
});
