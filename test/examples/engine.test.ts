/** The examples of the engine, run as their readers run them: as commands. */

import { once } from "node:events";
import { expect, test } from "vitest";
import { runExample } from "../support/run-example.ts";

test("the server echoes what the client sends, and both say how it ended", async () => {
  const server = runExample("examples/engine-server.ts", [], { PORT: "0" });
  const [, url] = await server.says(/listening on (ws:\S+)/);

  const client = runExample("examples/engine-client.ts", [url!, "hello from the example"]);
  const [exitCode] = await once(client.child, "exit");

  expect(exitCode).toBe(0);
  expect(client.output()).toBe("hello from the example\nclosed: 1000\n");
  await server.says(/closed: 1000/);
});
