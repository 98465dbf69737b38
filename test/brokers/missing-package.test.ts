/** A client that is not installed is one sentence; what else goes wrong stays what it is. */

import { expect, test } from "vitest";
import { loadPackage } from "../../src/brokers/missing-package.ts";

test("gives what was imported", async () => {
  expect(await loadPackage("antiphon/redis", "redis", async () => "the module")).toBe("the module");
});

test("says what to install when the package is not there", async () => {
  const missing = "antiphon-has-no-such-package";
  const loading = loadPackage("antiphon/redis", "redis", () => import(/* @vite-ignore */ missing));
  await expect(loading).rejects.toMatchObject({
    name: "BrokerError",
    code: "BROKER_PACKAGE_MISSING",
    message: "antiphon/redis needs a package that is not there: npm install redis",
  });
});

test("leaves another failure as it is", async () => {
  const broken = new SyntaxError("the package is broken");
  await expect(loadPackage("antiphon/redis", "redis", () => Promise.reject(broken))).rejects.toBe(broken);
});
