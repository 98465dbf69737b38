/** The signals on Node's diagnostics channels. */

import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { expect, test } from "vitest";
import { diagnosticsObserver } from "../../../src/hosts/node/diagnostics.ts";
import { combineObservers } from "../../../src/server/observing/combine-observers.ts";
import type { MessageSignal } from "../../../src/server/observing/observer.ts";
import { signalNames } from "../../../src/server/observing/observer.ts";

const MESSAGE: MessageSignal = { id: "1", type: "text", size: 5 };

test("each signal is published on the channel of its name", () => {
  const observer = combineObservers([diagnosticsObserver()]) as Record<string, (event: unknown) => void>;

  for (const name of signalNames) {
    const heard: unknown[] = [];
    const onSignal = (event: unknown, channel: string | symbol) => heard.push([event, channel]);
    subscribe(`antiphon:${name}`, onSignal);
    observer[name]?.(MESSAGE);
    unsubscribe(`antiphon:${name}`, onSignal);
    expect(heard).toEqual([[MESSAGE, `antiphon:${name}`]]);
  }
});

test("without a subscriber the event is not even made", () => {
  const observer = combineObservers([diagnosticsObserver()]);
  let made = 0;
  const make = (): MessageSignal => ({ ...MESSAGE, size: ++made });
  const send = () => observer.messageSent?.(make());
  const onSignal = () => {};

  send();
  expect(made).toBe(0);
  subscribe("antiphon:messageSent", onSignal);
  send();
  expect(made).toBe(1);
  unsubscribe("antiphon:messageSent", onSignal);
  send();
  expect(made).toBe(1);
});
