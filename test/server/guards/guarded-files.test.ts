/** Guards of HTTP before static files: no other spelling of a path leads around them. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { App } from "../../../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "antiphon-"));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, "@admin"));
writeFileSync(join(folder, "@admin", "a+b.txt"), "secret");
writeFileSync(join(folder, "a+b.txt"), "public");

function guarded(): App {
  const app = new App({ logger: false });
  app.http.use("/@admin/*", async (context) => context.text("who are you?", 401));
  return app.static("/", folder);
}

test.each(["/@admin/a+b.txt", "/@admin/a%2Bb.txt"])("%s is asked who it is", async (path) => {
  expect((await guarded().http.request(path)).status).toBe(401);
});

test.each([
  ["/%40admin/a+b.txt?x=%40", "/@admin/a+b.txt?x=%40"],
  ["/%40admin/nothing", "/@admin/nothing"],
  ["/a%2bb.txt", "/a+b.txt"],
])("%s is sent to the plain spelling, whether there is such a file or not", async (path, plain) => {
  const response = await guarded().http.request(path);

  expect([response.status, response.headers.get("location")]).toEqual([301, plain]);
});

test("the plain spelling of what nobody guards is served", async () => {
  expect(await (await guarded().http.request("/a+b.txt")).text()).toBe("public");
});
