/** Node as a host: what it brings besides servers and files. */

import { AsyncLocalStorage } from "node:async_hooks";
import { expect, it } from "vitest";
import { nodeHost } from "../../../src/hosts/node/node-host.ts";

it("runs work in the asynchronous context that was remembered", async () => {
  const storage = new AsyncLocalStorage<string>();
  const runInContext = storage.run("then", () => nodeHost.captureContext())!;

  const [inside, later, outside] = storage.run("now", () => [
    runInContext(() => storage.getStore()),
    runInContext(async () => {
      await Promise.resolve();
      return storage.getStore();
    }),
    storage.getStore(),
  ]);

  expect([inside, await later, outside]).toEqual(["then", "then", "now"]);
});

it("remembers nothing where there is nothing to remember", () => {
  const storage = new AsyncLocalStorage<string>();
  storage.run("before", () => {});

  expect(nodeHost.captureContext()).toBeUndefined();
});
